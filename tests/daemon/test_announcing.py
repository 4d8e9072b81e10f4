"""What a step of the guard tells people who are not at the screen: each thing once, as loud as it is, with its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from risk_manager.core.events import (
    AccountRead,
    Cleared,
    Hub,
    HubBack,
    HubLost,
    PositionSeen,
    ReloadRefused,
    TimePassed,
)
from risk_manager.core.record import Severity
from risk_manager.daemon import news
from risk_manager.daemon.announcing import COOLING, FREE, LOCKED, LOOK, STILL, WAIVED, Announcing
from risk_manager.daemon.guard import Taken
from risk_manager.ipc import messages
from risk_manager.notify.notice import Notice
from tests.daemon.by_hand import Life, OwnClock, chosen, loss, told

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
DAY: dict[str, Any] = {"daily_realized_loss": {"limit": -500, "include_unrealized": False}}
PAUSE: dict[str, Any] = {"cooldown_after_loss": {"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 300}]}}
TWO_MNQ: dict[str, Any] = {"max_contracts_per_instrument": {"limits": {"MNQ": 2}}}


@asynccontextmanager
async def life(folder: Path, **rules: Any) -> AsyncIterator[tuple[Life, list[Notice]]]:
    one = Life(folder / "home", OwnClock(NOON), chosen(**rules))
    notices: list[Notice] = []
    one.guard.listen(Announcing(notices.append, one.guard.state, one.guard.settings).heard)
    yield one, notices
    await one.ends()


async def test_a_hard_lock_is_one_critical_notice_with_its_numbers_and_its_end(tmp_path: Path) -> None:
    async with life(tmp_path, **DAY) as (one, notices):
        one.reads(loss(1, NOON), held=2)
        await told()
        (notice,) = [each for each in notices if each.event == "breach"]
    assert notice.severity is Severity.CRITICAL
    assert (notice.account, notice.rule, notice.rule_key) == (465, "RULE-003", "daily_realized_loss")
    assert (notice.value, notice.limit) == (Decimal(-600), Decimal(-500))
    assert notice.acts == ("close all of MNQ",)
    assert notice.until == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert notice.ends.startswith("The account is locked until ")
    assert notice.then == LOCKED
    assert not [each for each in notices if each.event == "lock"], "the breach has told of it"


async def test_a_cooldown_and_a_reduction_are_warnings(tmp_path: Path) -> None:
    async with life(tmp_path, **PAUSE, **TWO_MNQ) as (one, notices):
        one.reads(loss(1, NOON, -150), held=5)
        await told()
        of = {each.rule: each for each in notices if each.event == "breach"}
    assert (of["RULE-007"].severity, of["RULE-007"].then) == (Severity.WARNING, COOLING)
    assert of["RULE-007"].ends.startswith("The account is in a cooldown until")
    assert (of["RULE-002"].severity, of["RULE-002"].then, of["RULE-002"].ends) == (Severity.WARNING, STILL, "")
    assert of["RULE-002"].acts == ("close 3 of MNQ",)


async def test_each_breach_names_its_own_lock_and_the_rest_may_trade(tmp_path: Path) -> None:
    symbols = ("MYM", "YM", "MGC")
    async with life(tmp_path, symbol_blocks={"blocked_symbols": list(symbols)}) as (one, notices):
        held = [
            PositionSeen(account=465, contract=f"CON.F.US.{symbol}.Z26", signed_size=1, average_price=Decimal(2))
            for symbol in symbols
        ]
        read = AccountRead(account=465, asked_at=NOON, positions=tuple(held), orders=(), trades=(), can_trade=True)
        one.guard.put(read)
        await told()
        of = {each.says.split()[0]: each for each in notices if each.event == "breach"}
    assert set(of) == set(symbols)
    for symbol, notice in of.items():
        assert notice.ends.startswith(f"{symbol} is locked until it is taken off the list")
        assert notice.then == f"Nothing of {symbol} can be opened before that: the guard closes whatever of it appears."
        assert notice.acts == (f"close all of {symbol}",)
    assert not [each for each in notices if each.event == "lock"], "the breaches have told of them"


async def test_a_breach_while_something_is_locked_does_not_say_that_nothing_is(tmp_path: Path) -> None:
    async with life(tmp_path, symbol_blocks={"blocked_symbols": ["RTY"], "lock_at_start": True}, **TWO_MNQ) as (
        one,
        notices,
    ):
        one.reads(held=5)
        await told()
        (lock,) = [each for each in notices if each.event == "lock"]
        (breach,) = [each for each in notices if each.event == "breach"]
    assert lock.then == "Nothing of RTY can be opened before that: the guard closes whatever of it appears."
    assert lock.severity is Severity.INFO
    assert (breach.rule, breach.then) == ("RULE-002", STILL)


async def test_the_end_of_a_lock_says_whether_one_may_trade_again(tmp_path: Path) -> None:
    async with life(tmp_path, **DAY, **PAUSE) as (one, notices):
        one.reads(loss(1, NOON))
        await told()
        notices.clear()
        one.clock.at += timedelta(seconds=301)
        one.guard.put(TimePassed())
        await told()
        (pause,) = [each for each in notices if each.event == "unlock"]
        assert (pause.rule, pause.then, pause.severity) == ("RULE-007", STILL, Severity.INFO)
        notices.clear()
        one.clock.at = NOON + timedelta(hours=5)
        one.guard.put(TimePassed())
        await told()
        by_event = {each.event: each for each in notices}
    assert by_event["unlock"].then == FREE
    assert by_event["reset"].says.startswith("A new trading day has begun")
    assert by_event["reset"].account == 465


async def test_a_waived_breach_is_told_quietly(tmp_path: Path) -> None:
    async with life(tmp_path, **DAY) as (one, notices):
        one.reads(loss(1, NOON))
        one.guard.put(Cleared(account=465, rule="RULE-003"))
        await told()
        waived = [each for each in notices if each.then == WAIVED]
    assert [each.severity for each in waived] in ([], [Severity.INFO])
    assert any(each.event == "unlock" for each in notices)


async def test_alerts_are_as_loud_as_the_engine_says_and_of_their_own_kind(tmp_path: Path) -> None:
    async with life(tmp_path, **DAY) as (one, notices):
        one.reads()
        one.guard.put(HubLost(hub=Hub.USER, why="the line broke"))
        one.clock.at += timedelta(seconds=6)
        one.guard.put(TimePassed())
        one.guard.put(HubBack(hub=Hub.USER))
        one.guard.put(ReloadRefused(why="risk_config.yaml:2  limit: 500 is positive"))
        await told()
    said = [(each.event, each.severity, each.then) for each in notices if each.event in ("alert", "settings")]
    assert ("alert", Severity.CRITICAL, LOOK) in said
    assert ("alert", Severity.INFO, "") in said
    assert said[-1] == ("settings", Severity.WARNING, "")


async def test_nothing_is_told_where_nothing_has_happened(tmp_path: Path) -> None:
    async with life(tmp_path, **DAY) as (one, notices):
        one.reads(loss(1, NOON, -100), held=1)
        one.guard.put(TimePassed())
        await told()
    assert notices == []


async def test_the_door_is_told_of_a_new_day_too(tmp_path: Path) -> None:
    async with life(tmp_path, **DAY) as (one, _):
        steps: list[Taken] = []
        before = one.guard.state
        one.guard.listen(steps.append)
        one.reads()
        one.clock.at = NOON + timedelta(hours=5)
        one.guard.put(TimePassed())
        await told()
    heard = []
    for step in steps:
        heard += list(news.told(before, step, lambda: 1))
        before = step.step.state
    (day,) = [each for each in heard if isinstance(each, messages.DailyReset)]
    assert day.data.starts_at == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
