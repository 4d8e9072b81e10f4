"""The whole guard when things go wrong on purpose: hubs, logins, replies, messages. Nothing of it may end the program,
close twice, or leave the account other than the rules want it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from risk_manager.core.commands import Reduce
from risk_manager.core.events import Hub
from risk_manager.daemon import watch
from risk_manager.daemon.guard import Taken
from risk_manager.simulator.faults import (
    CloseHub,
    CutHub,
    Delay,
    Drop,
    Duplicate,
    Fault,
    Logout,
    LostReply,
    Malformed,
    Refuse,
    Reorder,
    Shape,
    Silence,
    Slow,
    Status,
    stale_feed,
)
from tests.daemon.watched import CLOSE, DAY, FIRST, PRICE, REDUCE, TWO_MNQ, Open, Watched, hubs_of, watched

EVERY = (TWO_MNQ, DAY)
ORDER, TRADE = "GatewayUserOrder", "GatewayUserTrade"


# Hubs and logins


@pytest.mark.parametrize(
    "stroke", [CutHub(), CloseHub(), CloseHub(error=None, allow_reconnect=False), Logout()], ids=repr
)
async def test_a_hub_that_goes_away_comes_back_and_guards_again(stroke: Fault) -> None:
    async with watched(*EVERY) as house:
        house.fault(stroke)
        await house.until(lambda: house.status().connection.reconnects == 2)
        await house.until(lambda: not house.watch.guard.state.away)
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert len(house.asked(REDUCE)) == 1
        assert house.status().connection.user_hub
        assert house.status().connection.market_hub


async def test_what_happened_while_the_user_hub_was_away_is_judged_when_it_is_back() -> None:
    async with watched(*EVERY) as house:
        house.order(2)
        await house.until(house.agrees)
        await house.settled()
        away = house.fault(Status(path="/hubs/user", status=503, times=None))
        house.fault(CutHub(hub="user"))
        await house.until(lambda: Hub.USER in house.watch.guard.state.away)
        assert not house.status().connection.user_hub
        assert house.status().connection.lost_since is not None
        house.order(3)
        house.order(-7, price=PRICE + 500)
        await house.until(lambda: house.net() == 5)
        assert not house.asked(REDUCE), "nobody can have told the guard"
        house.venue.clear(away)
        await house.until(lambda: house.net() == 2)
        await house.settled()


async def test_a_day_lost_in_the_gap_is_lost() -> None:
    async with watched(*EVERY) as house:
        await house.settled()
        away = house.fault(Status(path="/hubs/user", status=503, times=None))
        house.fault(CutHub(hub="user"))
        await house.until(lambda: Hub.USER in house.watch.guard.state.away)
        house.order(2)
        await house.until(lambda: house.net() == 2)
        house.price(PRICE - 200)
        house.order(-2)
        await house.until(lambda: house.net() == 0)
        house.venue.clear(away)
        await house.until(lambda: bool(house.account().locks))
        assert house.status().accounts[0].realized_pnl == -800
        house.order(1)
        await house.until(lambda: house.fills() == 4)
        await house.settled()
        assert house.is_quiet()


async def test_a_session_that_ends_at_the_venue_is_begun_anew() -> None:
    async with watched(*EVERY) as house:
        house.fault(Logout(ends_tokens=True))
        await house.until(lambda: hubs_of(house.watch)[0].logouts == 1)
        await house.until(lambda: house.status().connection.reconnects == 2)
        await house.until(lambda: not house.watch.guard.state.away)
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()


async def test_a_token_that_is_refused_in_the_middle_costs_one_login_and_no_close() -> None:
    async with watched(*EVERY) as house:
        await house.settled()
        logins = len(house.venue.requests("/api/Auth/loginKey"))
        house.server.tokens.revoke_all()
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert len(house.venue.requests("/api/Auth/loginKey")) == logins + 1
        tries = house.venue.requests()
        assert any(one.status == 401 for one in tries), "the cancel or the reduction went first"
        assert [one.status for one in house.venue.requests(REDUCE) if one.status != 401] == [200]


async def test_a_gateway_that_does_not_answer_at_the_start_is_asked_again() -> None:
    def refuse(house: Watched) -> None:
        house.fault(Status(path="/api/Account/search", status=502))
        house.order(5)

    async with watched(*EVERY, before=refuse) as house:
        await house.until(lambda: house.net() == 2)
        await house.settled()


async def test_a_login_that_is_refused_is_told_and_tried_again() -> None:
    def refuse(house: Watched) -> None:
        house.server.logins[0].refusal_code = 9
        house.order(5)

    async with watched(*EVERY, before=refuse, up=False) as house:
        await house.until(lambda: house.said("CRITICAL: The gateway refuses the login."))
        assert house.said("The API subscription is missing or not linked")
        house.server.logins[0].refusal_code = None
        await house.until(lambda: house.net() == 2)
        await house.settled()


# Commands


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_close_that_the_gateway_could_not_take_is_asked_for_again(status: int) -> None:
    async with watched(*EVERY) as house:
        house.fault(Status(path=REDUCE, status=status))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.until(house.agrees)
        assert [one.status for one in house.venue.requests(REDUCE)] == [status, 200]


async def test_a_refused_close_is_tried_again_without_end_and_told() -> None:
    async with watched(*EVERY) as house:
        house.fault(Refuse(path=REDUCE, code=7, text="The broker is not in the mood.", times=3))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert [one.error_code for one in house.venue.requests(REDUCE)] == [7, 7, 7, 0]
        assert house.said("The broker refused to close 3 of MNQ")
        assert house.said("CRITICAL")
        assert any("not in the mood" in act.says for act in house.status().acts)


@pytest.mark.parametrize("acts", [True, False])
async def test_a_lost_reply_does_not_close_twice(acts: bool) -> None:
    async with watched(*EVERY, close_latency=timedelta(milliseconds=200)) as house:
        house.fault(LostReply(path=REDUCE, acts=acts))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert [one.acted for one in house.venue.requests(REDUCE)] == ([True] if acts else [False, True])
        assert house.said("Nobody knows whether the broker got the request to close 3 of MNQ")


async def test_a_lost_reply_whose_fill_is_never_told_does_not_close_twice() -> None:
    async with watched(*EVERY) as house:

        def mute(taken: Taken) -> None:
            if any(isinstance(command, Reduce) for command in taken.step.commands):
                house.fault(Drop(hub="user", times=None))

        house.watch.guard.listen(mute)
        house.fault(LostReply(path=REDUCE))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert [one.acted for one in house.venue.requests(REDUCE)] == [True]


async def test_an_answer_that_takes_long_is_not_asked_for_twice() -> None:
    async with watched(*EVERY) as house:
        house.fault(Slow(path=REDUCE, seconds=1.0, when="after"))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert len(house.asked(REDUCE)) == 1


# Messages


TOLD_ODDLY: dict[str, tuple[Fault, ...]] = {
    "each twice": (Duplicate(hub="user", times=None),),
    "each three times, as news": (Duplicate(hub="user", copies=2, action=1, times=None),),
    "no orders": (Drop(hub="user", target=ORDER, times=None),),
    "no trades": (Drop(hub="user", target=TRADE, times=None),),
    "bare": (Shape(shape="bare"),),
    "lists": (Shape(shape="bare-list"),),
}


@pytest.mark.parametrize("how", TOLD_ODDLY)
async def test_messages_that_come_oddly_lead_to_the_same_account(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "READ_AGAIN_SECONDS", 1.0)  # what is dropped is only known from the steady reads
    async with watched(*EVERY, fill_parts=2) as house:
        for fault in TOLD_ODDLY[how]:
            house.fault(fault)
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        house.order(-2)
        await house.until(lambda: house.net() == 0)
        house.order(-4)
        await house.until(lambda: house.net() < 0)
        await house.settled()
        assert house.net() == -2
        house.price(PRICE + 300)
        await house.until(house.is_quiet)
        await house.settled()
        assert house.account().is_locked_hard()
        # 2 MNQ, 300 points: each fill is counted, and once.
        await house.until(lambda: house.status().accounts[0].realized_pnl == -1200)
        told = house.status().connection
        assert not how.startswith("each") or told.repeated
        assert how != "no trades" or told.missed


OUT_OF_ORDER: dict[str, tuple[Fault, ...]] = {
    "mixed": (Reorder(hub="user", window=6, seconds=0.02),),
    "late": (Delay(hub="user", seconds=0.05, times=None, rate=0.5),),
    "twice and mixed": (Duplicate(hub="user", times=None), Reorder(hub="user", window=8, seconds=0.02)),
}


@pytest.mark.parametrize("how", OUT_OF_ORDER)
async def test_messages_out_of_order_never_lead_past_the_limit_or_past_zero(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "READ_AGAIN_SECONDS", 1.0)
    async with watched(*EVERY, fill_parts=2) as house:
        for fault in OUT_OF_ORDER[how]:
            house.fault(fault)
        for _ in range(2):
            fills = house.fills()
            house.order(5)
            await house.until(lambda fills=fills: house.fills() > fills and 0 <= house.net() <= 2)  # type: ignore[misc]
            await house.settled()
            assert 0 <= house.net() <= 2
        house.venue.clear()
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()


async def test_positions_that_are_never_told_are_found_by_the_steady_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "READ_AGAIN_SECONDS", 0.5)
    async with watched(*EVERY) as house:
        house.fault(Drop(hub="user", times=None))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        held = f"Account {FIRST}: MNQ ({house.contract('MNQ')}) was believed"
        assert house.said(f"{held} flat; the gateway says long 5 at 25000")
        assert house.said(f"{held} long 5 at 25000; the gateway says long 2 at 25000")
        assert house.said(": a fill was not known; the gateway says ")
        assert house.status().connection.missed >= 2


@pytest.mark.parametrize("kind", ["broken", "null", "empty", "word", "types"])
async def test_messages_that_cannot_be_read_are_counted_told_once_and_survived(
    kind: Literal["broken", "null", "empty", "word", "types"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "READ_AGAIN_SECONDS", 0.5)
    async with watched(*EVERY) as house:
        malformed = house.fault(Malformed(hub="user", kind=kind, times=None))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        house.venue.clear(malformed)
        await house.settled()
        seen = house.status().connection.unreadable
        assert seen >= 4, "order, trade, position, account"
        assert hubs_of(house.watch)[0].unreadable == seen
        assert sum("cannot be read" in act.says for act in house.status().acts) == 1
        house.order(1)
        await house.until(lambda: len(house.asked(REDUCE)) == 2)
        await house.settled()
        assert house.net() == 2
        assert house.status().connection.unreadable == seen
        assert house.status().connection.reconnects == 0


async def test_a_market_hub_full_of_nonsense_does_not_hold_up_the_user_hub() -> None:
    async with watched(*EVERY) as house:
        house.order(1)
        await house.settled()
        house.fault(Malformed(hub="market", kind="broken", times=None))
        for step in range(1, 30):
            house.price(PRICE + step)
        house.order(4)
        await house.until(lambda: house.net() == 2)
        await house.until(lambda: house.status().connection.unreadable == 29)


# Prices


async def test_a_feed_that_stands_still_is_told_once_and_the_last_price_counts() -> None:
    stale = {"defaults": {"quote_stale_after": 0.3}}
    async with watched(*EVERY, stale, clock=Open()) as house:
        await house.settled()
        house.order(2)
        await house.until(lambda: bool(house.watch.guard.state.quotes))
        house.fault(stale_feed())
        await house.until(lambda: house.said("WARNING: The price of MNQ is from"))
        assert house.status().connection.market_hub
        house.venue.clear()
        house.price(PRICE - 1)
        await house.until(lambda: house.status().accounts[0].unrealized_pnl == -4)
        assert sum("The price of MNQ is from" in act.says for act in house.status().acts) == 1
        assert house.net() == 2


async def test_without_any_price_it_is_closed_where_the_admin_wants_that() -> None:
    blind = {"defaults": {"quote_stale_after": 0.2, "when_blind": "close_position", "blind_grace": 0.2}}
    async with watched(TWO_MNQ, blind, clock=Open()) as house:
        await house.settled()  # reads are dated by the system's own clock: none may be under way
        house.fault(stale_feed())
        house.order(2)
        await house.until(lambda: house.fills() == 2)
        await house.settled()
        assert house.is_quiet()
        assert house.asked(CLOSE) == [{"accountId": FIRST, "contractId": house.contract("MNQ")}]


async def test_a_user_hub_that_is_connected_and_silent_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "READ_AGAIN_SECONDS", 0.5)
    async with watched(*EVERY) as house:
        house.fault(Silence(hub="user"))
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert house.status().connection.reconnects == 0
