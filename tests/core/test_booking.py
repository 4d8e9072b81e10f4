"""Trades are booked once, into the days that they belong to by their own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from risk_manager.core import booking, trade_counts
from risk_manager.core.model import Side, Trade
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account
from tests.core.story import Story

NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
RESET = datetime(2025, 10, 23, 22, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def trade(number: int, pnl: str | None, *, at: datetime = NOW, order: int = 0, voided: bool = False) -> Trade:
    return Trade(
        id=number,
        order=order or number,
        contract="CON.F.US.MNQ.Z25",
        side=Side.SELL,
        size=1,
        price=Decimal(100),
        profit_and_loss=None if pnl is None else Decimal(pnl),
        costs=Decimal("0.37"),
        at=at,
        voided=voided,
    )


def booked(*trades: Trade) -> Account:
    account = booking.open_days(Account(id=1), Settings(), NOW)
    for one in trades:
        account, _ = booking.book(account, one, NOW)
    return account


def gross(account: Account) -> Decimal:
    return account.days[account.own_day].gross


def test_a_repeated_trade_changes_nothing() -> None:
    once = booked(trade(1, "-10"), trade(2, "5"))
    assert booked(trade(1, "-10"), trade(1, "-10"), trade(2, "5"), trade(1, "-10")) == once


def test_a_void_takes_it_out_again_and_stays() -> None:
    account = booked(trade(1, "-10"), trade(1, "-10", voided=True), trade(1, "-10"))
    assert (gross(account), account.days[account.own_day].costs) == (Decimal(0), Decimal(0))
    assert account.trades[1].voided


def test_a_trade_that_is_voided_when_it_is_first_heard_of_never_counts() -> None:
    account = booked(trade(1, "-10", voided=True), trade(1, "-10"))
    assert gross(account) == 0


def test_the_order_of_arrival_changes_no_sum() -> None:
    trades = [trade(number, str(number - 3)) for number in range(1, 8)]
    assert gross(booked(*trades)) == gross(booked(*reversed(trades))) == 7


def test_a_trade_of_yesterday_is_not_todays() -> None:
    yesterday = RESET - timedelta(days=1)
    before = min(yesterday, NOW - booking.KEPT) - timedelta(microseconds=1)
    account = booked(
        trade(1, "-10", at=yesterday),
        trade(2, "-20", at=yesterday - timedelta(microseconds=1)),
        trade(3, "-40", at=before),
    )
    assert gross(account) == -10
    assert 3 not in account.trades


def test_the_day_turns_once_and_keeps_the_last_hour() -> None:
    account = booked(trade(1, "-10", at=RESET - timedelta(minutes=30)), trade(2, "-20", at=NOW))
    turned = booking.turn_days(account, Settings(), RESET)
    assert gross(turned) == 0
    assert 1 in turned.trades
    again = booking.turn_days(turned, Settings(), RESET)
    assert (again.days, again.trades) == (turned.days, turned.trades)


def test_what_arrives_late_of_the_day_before_is_kept_for_the_windows_and_is_not_of_the_day() -> None:
    story = Story()
    story.waits_until(RESET + SECOND)
    story.sees(story.trade("MNQ", -1, -10, at=RESET - SECOND))
    assert story.realized == 0
    assert len(story.account.trades) == 1


def test_a_trade_that_came_before_the_day_of_its_own_time_counts_when_the_day_has_come() -> None:
    story = Story()
    story.waits_until(RESET - SECOND)
    story.sees(story.trade("MNQ", -1, -10, at=RESET))  # the gateway's clock is ahead
    assert story.realized == 0
    story.waits_until(RESET)
    assert story.realized == -10


def test_an_orders_result_is_its_exits_added_up() -> None:
    trades = [trade(1, "-10", order=9), trade(2, None, order=9), trade(3, "4", order=9), trade(4, None, order=8)]
    assert trade_counts.results_by_order(trades) == {9: Decimal(-6)}


def test_an_orders_time_is_its_first_fill() -> None:
    trades = [trade(1, None, order=9, at=NOW), trade(2, None, order=8, at=NOW), trade(3, None, order=9, at=RESET)]
    assert trade_counts.first_fills(trades) == {9: NOW, 8: NOW}
