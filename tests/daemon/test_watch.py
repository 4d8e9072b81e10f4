"""The whole guard on calm days, against the simulator over real sockets. What is true is what the venue's book says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from risk_manager.core.events import AccountRead
from risk_manager.core.rule import LockKind
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.watch import UnknownAccountError, Watch
from risk_manager.simulator.server import SimulatorServer
from tests.daemon.watched import (
    CANCEL,
    CLOSE,
    DAY,
    FIRST,
    PRICE,
    REDUCE,
    SECOND,
    TWO_MNQ,
    Watched,
    configuration,
    watched,
)

EVERY = (TWO_MNQ, DAY)


async def test_with_nothing_wrong_the_guard_asks_for_nothing() -> None:
    async with watched(*EVERY) as house:
        house.order(2)
        house.order(-1, price=PRICE + 100)
        await house.until(house.agrees)
        house.order(-1)
        await house.until(lambda: house.net() == 1)
        await house.settled()
        assert not house.asked(CLOSE, REDUCE, CANCEL)
        assert house.status().accounts[0].is_tradable


class Ahead:
    """A clock that is not the machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)


async def test_reads_are_dated_with_the_clock_that_is_handed_in() -> None:
    began = Ahead().now()
    async with watched(TWO_MNQ, clock=Ahead()) as house:
        await house.until(lambda: any(isinstance(taken.event, AccountRead) for taken in house.steps))
        assert all(taken.event.asked_at >= began for taken in house.steps if isinstance(taken.event, AccountRead))


@pytest.mark.parametrize("size", [5, -5])
async def test_what_is_too_large_when_the_guard_starts_is_reduced(size: int) -> None:
    async with watched(TWO_MNQ, before=lambda house: bought_before(house, size)) as house:
        await house.settled()
        assert house.net() == (2 if size > 0 else -2)
        assert house.asked(REDUCE) == [{"accountId": FIRST, "contractId": house.contract("MNQ"), "size": 3}]


def bought_before(house: Watched, size: int) -> None:
    house.server.exchange.conditions.fill_latency = timedelta(0)
    house.order(size)
    assert house.net() == size
    house.server.exchange.conditions.fill_latency = timedelta(milliseconds=2)


async def test_the_excess_is_closed_and_the_rest_stays() -> None:
    async with watched(TWO_MNQ) as house:
        house.order(5)
        await house.until(lambda: house.net() == 2)
        house.order(2)
        await house.until(lambda: house.fills() == 4)
        await house.settled()
        assert house.net() == 2
        assert [one["size"] for one in house.asked(REDUCE)] == [3, 2]
        assert not house.asked(CLOSE)


async def test_what_fills_in_parts_is_reduced_to_the_limit_exactly() -> None:
    async with watched(TWO_MNQ, fill_parts=4) as house:
        house.order(8)
        # Parts that have not filled yet may be cancelled before they do: what fills past the limit is taken off.
        await house.until(lambda: not house.venue.working(FIRST) and house.net() == 2)
        await house.settled()
        assert house.net() == 2
        assert sum(one["size"] for one in house.asked(REDUCE)) == bought(house) - 2


def bought(house: Watched) -> int:
    """Contracts that the trader's own orders have bought."""
    return sum(trade.size for trade in house.server.exchange.ledger.trades if trade.order_id in house.by_hand)


async def test_a_symbol_that_is_not_allowed_is_closed_whole() -> None:
    async with watched(TWO_MNQ) as house:
        house.order(-1, "RTY")
        await house.until(lambda: house.fills() == 2)
        await house.settled()
        assert house.net("RTY") == 0


async def test_the_lost_day_is_flattened_and_locked_and_stays_so() -> None:
    async with watched(*EVERY) as house:
        house.order(2)
        resting = house.order(-1, price=PRICE + 400)
        await house.until(house.agrees)
        await house.until(lambda: any(quote.last == PRICE for quote in house.watch.guard.state.quotes.values()))
        house.price(PRICE - 124)
        await house.settled()
        assert house.net() == 2, "2 MNQ at $2 a point, 124 points: $496, not yet"
        house.price(PRICE - 125)
        await house.until(house.is_quiet)
        await house.settled()
        assert [lock.kind for lock in house.account().locks] == [LockKind.HARD]
        assert [one["orderId"] for one in house.asked(CANCEL)] == [resting]

        house.order(1)
        await house.until(lambda: house.fills() == 4)
        house.order(-2, "ES")
        await house.until(lambda: house.fills() == 6)
        late = house.order(1, price=PRICE - 900)
        await house.until(lambda: house.asked(CANCEL)[-1]["orderId"] == late)
        await house.settled()
        assert house.is_quiet()
        assert len(house.asked(CLOSE)) == 3


async def test_closes_leave_before_cancels() -> None:
    async with watched(*EVERY) as house:
        house.order(2)
        house.order(1, "ES")
        for far in (300, 400):
            house.order(-1, price=PRICE + far)
        await house.until(house.agrees)
        house.price(PRICE - 200, "ES")
        await house.until(house.is_quiet)
        paths = [one.path for one in house.venue.requests() if one.path in (CLOSE, CANCEL)]
        assert paths == [CLOSE, CLOSE, CANCEL, CANCEL]


async def test_two_accounts_side_by_side_do_not_know_each_other() -> None:
    larger = {"account_id": SECOND, "rules": {"max_contracts_per_instrument": {"limits": {"MNQ": 4, "ES": 1}}}}
    async with watched(*EVERY, accounts=(FIRST, larger)) as house:
        house.order(5, account=FIRST)
        house.order(5, account=SECOND)
        await house.until(lambda: (house.net(account=FIRST), house.net(account=SECOND)) == (2, 4))
        house.order(-3, account=SECOND)
        await house.until(lambda: house.net(account=SECOND) == 1)
        house.price(PRICE - 130)
        await house.until(lambda: house.is_quiet(FIRST))
        house.order(1, account=SECOND)
        await house.until(lambda: house.net(account=SECOND) == 2)
        await house.settled()
        assert [bool(house.account(one).locks) for one in (FIRST, SECOND)] == [True, False]
        assert {one["accountId"] for one in house.asked(CLOSE)} == {FIRST}
        assert house.net(account=SECOND) == 2


async def test_an_account_that_is_not_guarded_is_left_alone() -> None:
    async with watched(*EVERY, accounts=(SECOND,)) as house:
        house.order(5, account=FIRST)
        house.order(5, account=SECOND)
        await house.until(lambda: house.net(account=SECOND) == 2)
        await house.settled()
        assert house.net(account=FIRST) == 5


async def test_quotes_come_for_what_is_held_and_for_what_may_be_soon() -> None:
    async with watched(TWO_MNQ) as house:
        house.order(1)
        await house.until(house.agrees)
        house.order(1, "ES", price=PRICE - 400)
        await house.until(lambda: len(house.watch.guard.state.quotes) == 2)
        assert set(house.watch.guard.state.quotes) == {house.contract("MNQ"), house.contract("ES")}
        house.price(PRICE + 10)
        await house.until(lambda: house.status().accounts[0].unrealized_pnl == 20)


async def test_an_account_that_may_not_trade_is_locked_until_it_may() -> None:
    async with watched({"auth_loss_guard": {}}) as house:
        house.order(1)
        await house.until(house.agrees)
        house.venue.set_can_trade(FIRST, can_trade=False)
        await house.until(house.is_quiet)
        house.venue.set_can_trade(FIRST, can_trade=True)
        await house.until(lambda: not house.account().locks)
        assert house.status().accounts[0].is_tradable


async def test_an_account_that_the_login_does_not_have_ends_it_with_a_sentence() -> None:
    async with SimulatorServer() as server:
        watch = Watch(configuration(server.url, TWO_MNQ, 999), SystemClock())
        with pytest.raises(UnknownAccountError) as refusal:
            await watch.run()
        assert str(refusal.value) == (
            "This login has no account 999. It has: 465 (PRAC-V2-100001-40000002), 466 (50KTC-V2-DLL-100001-90000001). "
            "Correct account_id in accounts.yaml."
        )
        assert not server.trader.requests(CLOSE)
