"""What a start says about the time in which nobody watched. At the end: with real guards and a trader who goes on."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.config import settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.events import AccountRead, Cleared, PositionSeen
from risk_manager.core.model import Side, Trade
from risk_manager.core.record import Severity
from risk_manager.core.settings import Settings
from risk_manager.core.state import State
from risk_manager.core.told_times import dated, named
from risk_manager.daemon.absence import Absence
from risk_manager.daemon.ending import Ending
from risk_manager.daemon.guard import Taken
from risk_manager.interfaces.trader.status import lines
from risk_manager.store import Recovered
from tests.crash.house import ACCOUNT, broker, guard, new_home, rows, status
from tests.daemon.programs import Side as Hand
from tests.daemon.programs import until
from tests.daemon.test_keeping import BUY, TWO_MNQ, is_whole, kill, net_is, stopped, trade

MNQ: Final = "CON.F.US.MNQ.Z26"
NOON: Final = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Monday, 12:00 in Chicago
RESET: Final = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # 17:00 in Chicago
WHO: Final = "Account 465 PRAC-1, while nobody watched: "


def fill(number: int, at: datetime, pnl: int | None = None) -> Trade:
    return Trade(
        id=number,
        order=number,
        contract=MNQ,
        side=Side.SELL if pnl is not None else Side.BUY,
        size=1,
        price=Decimal(25000),
        profit_and_loss=None if pnl is None else Decimal(pnl),
        costs=Decimal("0.37"),
        at=at,
    )


def read(at: datetime, *trades: Trade, held: int = 0) -> AccountRead:
    position = PositionSeen(account=ACCOUNT, contract=MNQ, signed_size=held, average_price=Decimal(25000))
    return AccountRead(
        account=ACCOUNT,
        asked_at=at,
        can_trade=True,
        name="PRAC-1",
        positions=(position,) if held else (),
        orders=(),
        trades=trades,
        after_restart=True,
    )


def left(rules: dict[str, Any], *trades: Trade, at: datetime = NOON) -> tuple[State, Settings]:
    """What a guard leaves that has seen these trades."""
    settings = settings_from_mapping(rules)
    first = engine.step(engine.begin([ACCOUNT], at), read(at), {ACCOUNT: settings}, at)
    return engine.step(first.state, read(at, *trades), {ACCOUNT: settings}, at).state, settings


def said(
    state: State | None, settings: Settings, now: datetime, *trades: Trade, held: int = 0, was_clean: bool = False
) -> list[str]:
    """What the next start says, when its first read shows these trades and this position."""
    by_account = {ACCOUNT: settings}
    begun = engine.load(engine.dump(state), by_account) if state is not None else engine.begin([ACCOUNT], now)
    since = state.now if state is not None else None
    found = Recovered(state=begun, was=state, was_clean=was_clean, gap_since=since, lines_replayed=0)
    told: list[str] = []
    absence = Absence(found, by_account, now, lambda sentence, _: told.append(sentence))
    event = read(now, *trades, held=held)
    absence.heard(Taken(event, now, engine.step(begun, event, by_account, now)))
    assert absence.told == tuple(told)
    return told


def test_the_first_guard_of_a_home_has_nothing_to_say() -> None:
    assert said(None, settings_from_mapping({}), NOON, fill(1, NOON), held=2) == []


def test_how_long_and_that_nothing_has_changed() -> None:
    state, settings = left({})
    told = said(state, settings, NOON + timedelta(minutes=5), was_clean=True)
    assert told == [
        f"Nobody has watched since {dated(NOON)} (5 min): it ended in order. What happened meanwhile is judged now.",
        f"{WHO}nothing has changed",
    ]


@pytest.mark.parametrize(
    ("last_words", "was_clean", "loudness"),
    [
        (None, False, Severity.CRITICAL),
        (Ending(NOON, "its engine stood still for 5 s"), False, Severity.CRITICAL),
        (Ending(NOON, "it was stopped by the signal SIGTERM", is_orderly=True), True, Severity.WARNING),
        (Ending(NOON, "an error in it has ended it", is_told=True), False, Severity.WARNING),
        (None, True, Severity.WARNING),
    ],
)
def test_an_end_that_nobody_was_told_of_is_critical(
    last_words: Ending | None, was_clean: bool, loudness: Severity
) -> None:
    state, settings = left({})
    found = Recovered(state=state, was=state, was_clean=was_clean, gap_since=NOON, lines_replayed=0)
    told: list[Severity] = []
    Absence(found, {ACCOUNT: settings}, NOON, lambda _, loud: told.append(loud), last_words)
    assert told == [loudness]


def test_a_clock_that_was_set_back_makes_no_time_of_less_than_nothing() -> None:
    state, settings = left({})
    assert "(0 s): it crashed" in said(state, settings, NOON - timedelta(hours=1))[0]


def test_what_was_traded_with_its_results_and_what_they_come_to() -> None:
    state, settings = left({}, fill(1, NOON))
    first, second = NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)
    now = NOON + timedelta(minutes=5)
    told = said(state, settings, now, fill(1, NOON), fill(3, second, -50), fill(2, first), held=3)
    assert told[1:] == [
        f"{WHO}{named(first)} bought 1 MNQ ({MNQ}) at 25000, costs $0.37 (order 2, fill 2)",
        f"{WHO}{named(second)} sold 1 MNQ ({MNQ}) at 25000 for -$50.00, costs $0.37 (order 3, fill 3)",
        f"{WHO}MNQ ({MNQ}) was flat and is now long 3 at 25000",
        f"{WHO}2 fills in all, realized -$50.74 after $0.74 of costs",
    ]


def test_a_reset_and_the_locks_and_waivers_that_ended_with_it() -> None:
    often = {"limits": {"per_session": 1}, "action": "close_all_and_lockout"}
    rules = {"daily_realized_loss": {"limit": -10}, "trade_frequency_limit": often}
    state, settings = left(rules, fill(1, NOON), fill(2, NOON, -50))
    assert [lock.rule for lock in state.accounts[ACCOUNT].locks] == ["RULE-003", "RULE-006"]
    cleared = engine.step(state, Cleared(account=ACCOUNT, rule="RULE-006"), {ACCOUNT: settings}, NOON).state
    began = f"{WHO}the trading day ended {named(RESET)}; what counts per day begins anew"
    asked = RESET - timedelta(minutes=59)
    told = said(cleared, settings, RESET + timedelta(minutes=1))
    assert told[1:] == [
        began,
        f"{WHO}the account is no longer locked (RULE-003), {named(RESET)}",
        f"{WHO}the waiver of RULE-006 ended {named(RESET)}",
        f"{WHO}fills before {named(asked)} belong to days that are over, and were not asked for",
    ]
    told = said(state, settings, NOON + timedelta(days=3))
    assert f"from {named(RESET)} to {named(RESET + timedelta(days=2))}, several times" in told[1]


def test_the_session_windows_that_began_and_ended() -> None:
    window = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}
    own = {"sessions": {"ES": {"start": "17:00", "end": "13:00", "timezone": "America/Chicago"}}}
    rules = {"session_block_outside": {"global_session": window, "per_instrument_sessions": own}}
    state, settings = left(rules)
    end, start = datetime(2026, 11, 23, 21, 0, tzinfo=UTC), datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    own_end, own_start = datetime(2026, 11, 23, 19, 0, tzinfo=UTC), datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert [one for one in said(state, settings, end + timedelta(hours=1))[1:] if "session" in one] == [
        f"{WHO}the session ended {named(end)}",
        f"{WHO}the session of ES ended {named(own_end)}",
    ]
    assert [one for one in said(state, settings, start)[1:] if "session" in one] == [
        f"{WHO}the session ended {named(end)}, began {named(start)}",
        f"{WHO}the session of ES ended {named(own_end)}, began {named(own_start)}",
    ]
    week = said(state, settings, start + timedelta(days=13))
    assert any(f"the session ended {named(end)}, began " in one and " more, began " in one for one in week)


def test_a_long_list_is_cut_for_the_screen_and_not_for_the_log() -> None:
    state, settings = left({})
    told: list[str] = []
    found = Recovered(state=state, was=state, was_clean=True, gap_since=NOON, lines_replayed=0)
    absence = Absence(found, {ACCOUNT: settings}, NOON, lambda sentence, _: told.append(sentence))
    now = NOON + timedelta(minutes=5)
    event = read(now, *(fill(number, NOON, -1) for number in range(1, 101)))
    absence.heard(Taken(event, now, engine.step(state, event, {ACCOUNT: settings}, now)))
    assert len(told) == 102
    assert (absence.told[:40], absence.told[40:]) == (tuple(told[:40]), ("... and 62 more, in the log",))


# With real guards

needs_signals = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM and SIGKILL")


async def order(side: Hand, code: str, price_below: float) -> int:
    """A buy that rests far below the market."""
    quotes = (await side.get("quotes"))["quotes"]
    one = next(row for row in quotes if row["contract"].split(".")[3] == code)
    price = one["lastPrice"] - price_below
    told = await side.post(
        "place", accountId=ACCOUNT, contractId=one["contract"], side=BUY, size=1, type=1, limitPrice=price
    )
    return int(told["orderId"])


async def trades_on(side: Hand, resting: int) -> int:
    """In and out of MNQ, half of ES is closed, one order goes, another comes; the id of that one."""
    await trade(side, "MNQ", BUY, 1)
    await net_is(side, 2, 1)
    await trade(side, "MNQ", 1 - BUY, 1)
    await trade(side, "EP", 1 - BUY, 1)
    await net_is(side, 1)
    await side.post("cancel", accountId=ACCOUNT, orderId=resting)
    return await order(side, "MNQ", 300)


async def are_told(told: list[str], side: Hand, resting: int, placed: int) -> None:
    """Every fill of the gap with its result, what is held otherwise now, and both orders; no more than that."""
    trades = (await side.get(f"record?accountId={ACCOUNT}"))["trades"][1:]
    for one in trades:
        verb = "bought" if one["side"] == BUY else "sold"
        is_exit = one["profitAndLoss"] is not None
        sentence = next(line for line in told if line.endswith(f"fill {one['id']})"))
        assert f" {verb} {one['size']} " in sentence
        assert (" for $" in sentence or " for -$" in sentence) is is_exit
    starts = [
        "3 fills in all, realized ",
        f"order {resting} was open, buy 1 MNQ (",
        f"order {placed} was placed: open, buy 1 MNQ (",
        "ES (CON.F.US.EP.",
    ]
    assert all(sum(line.startswith(start) for line in told) == 1 for start in starts), told
    assert len(told) == len(trades) + len(starts), told
    assert any(" was long 2 at " in line and " and is now long 1 at " in line for line in told)
    assert any(line.endswith(" and is now gone (cancelled or expired)") for line in told)


@needs_signals
async def test_what_a_trader_did_while_the_guard_was_dead_is_said_shown_and_logged(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 10})
        async with guard(home) as first:
            await trade(side, "EP", BUY, 2)
            resting = await order(side, "MNQ", 200)
            await until(lambda: is_written(home, resting), "all of it is on the disk")
            await kill(first)
        placed = await trades_on(side, resting)
        async with guard(home) as second:
            head = await second.says("Nobody has watched since ")
            assert "it crashed or was killed, while the machine stayed up" in head
            told = [line for line in second.err if line.startswith("Account 465 Main, while nobody watched: ")]
            await are_told([line.partition("watched: ")[2] for line in told], side, resting, placed)
            await until(lambda: away(home) == [head, *told], "it is shown")
            now = status(home)
            assert now is not None
            shown = lines(now, 0)
            assert shown[shown.index("Before this start:") + 1] == f"  {head}"
            await stopped(second)
        logged = (home / "logs" / "daemon.log").read_text()
        assert all(f" {line}\n" in logged for line in (head, *told))
        async with guard(home) as third:
            assert "nothing has changed" in await third.says("while nobody watched: ")
            await stopped(third)
        is_whole(home, first, second, third)


def is_written(home: Path, resting: int) -> bool:
    """The position, its fill, and the order, as open: it is pending first, and the market order before it was, too."""
    held, fills = (rows(home, f"SELECT * FROM {table}") for table in ("positions", "trade_history"))
    orders = [(row["id"], row["status"]) for row in rows(home, "SELECT id, status FROM orders")]
    return (len(held), len(fills), orders) == (1, 1, [(resting, "open")])


def away(home: Path) -> list[str]:
    now = status(home)
    return list(now.while_away) if now is not None else []


@needs_signals
async def test_a_backup_that_cannot_be_made_is_said_while_the_guard_runs(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        (home / "data").mkdir()
        (home / "data" / "backups").write_text("in the way")
        async with guard(home) as running:
            await running.says("backup")
            await trade(side, "MNQ", BUY, 5)
            await net_is(side, 2)
            await stopped(running)
