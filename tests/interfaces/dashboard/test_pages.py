"""What the pages decide: which limit is near, when it may be traded again, what is news, what was won."""

from __future__ import annotations

from dataclasses import replace as replace_moment
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from docs.pictures.states import ACCOUNT, CALM, HOME, LOCK, LOCKED, LOCKED_ACCOUNT, NOW, ago, one, rule, trade
from risk_manager.core.gauge import Gauge, Unit, of_count, of_money
from risk_manager.interfaces.trader.dashboard import accounts, banner, locks, now, rules, stats
from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.news import News
from risk_manager.interfaces.trader.dashboard.saying import plain
from risk_manager.ipc.status import AccountStatus, ActStatus, CloseStatus, LockStatus


def moment(account: AccountStatus = ACCOUNT, at: datetime = NOW) -> Moment:
    return Moment(status=one(account), account=account, now=at, zone=HOME, is_live=True)


def dollars(value: str, limit: int = -500) -> Gauge:
    return of_money("Loss", Decimal(value), Decimal(limit), "Then.")


def contracts(value: int, limit: int = 2) -> Gauge:
    return of_count("MNQ", Unit.CONTRACTS, Decimal(value), Decimal(limit), "Then.", symbol="MNQ")


@pytest.mark.parametrize(
    ("gauge", "word", "left"),
    [
        (dollars("250"), "ok", "$750.00 left"),
        (dollars("-349.99"), "ok", "$150.01 left"),
        (dollars("-350"), "NEAR", "$150.00 left"),
        (dollars("-424.99"), "NEAR", "$75.01 left"),
        (dollars("-425"), "VERY NEAR", "$75.00 left"),
        (dollars("-499.99"), "VERY NEAR", "$0.01 left"),
        (dollars("-500"), "REACHED", "nothing left"),
        (dollars("-700"), "REACHED", "nothing left"),
        (dollars("800", 1000), "NEAR", "$200.00 left"),
        (contracts(0), "ok", "2 left"),
        (contracts(1), "ok", "1 left"),
        (contracts(2), "FULL", "none left"),
        (contracts(3), "TOO MANY", "none left"),
        (contracts(0, 0), "ok", "none left"),
        (contracts(1, 0), "TOO MANY", "none left"),
        (of_count("Trades", Unit.TRADES, Decimal(9), Decimal(10), "Then."), "VERY NEAR", "1 left"),
        (of_money("Loss", None, Decimal(-500), "Then."), "on", "not known"),
    ],
)
def test_where_a_gauge_stands(gauge: Gauge, word: str, left: str) -> None:
    measured = rules.Measured(rule(3, "daily_realized_loss", gauge), gauge)
    assert (rules.state(measured).text, rules.left(gauge)) == (word, left)
    assert len(plain(rules.row(measured, moment()))) <= 77


@pytest.mark.parametrize(("share", "cells"), [("0", 0), ("0.04", 0), ("0.05", 1), ("0.999", 19), ("1", 20), ("7", 20)])
def test_a_bar_is_full_only_when_the_limit_is_reached(share: str, cells: int) -> None:
    drawn = rules.bar(Decimal(share), rules.state(rules.Measured(rule(3, "x"), dollars("0"))).tone).text
    assert (drawn.count("█"), len(drawn)) == (cells, 20)


def test_the_most_urgent_gauge_is_first_and_full_contracts_are_no_alarm() -> None:
    account = replace(
        ACCOUNT, rule_details=(rule(2, "max_contracts", contracts(2)), rule(3, "loss", dollars("-400"), dollars("-10")))
    )
    assert [one.gauge.value for one in rules.measured(moment(account))] == [Decimal(-400), Decimal(2), Decimal(-10)]
    nearest = rules.nearest(moment(account))
    assert nearest is not None
    assert nearest.gauge.value == Decimal(-400)


def test_a_session_that_ends_in_hours_is_not_more_urgent_than_a_limit_and_one_that_ends_soon_is() -> None:
    session = Gauge(label="Session", says="Inside the session.", then="Closed.", ends_at=NOW + timedelta(hours=5))

    def first(ends: Gauge) -> str:
        details = (rule(9, "session_block_outside", ends), rule(3, "loss", dollars("-10")))
        return rules.measured(moment(replace(ACCOUNT, rule_details=details)))[0].gauge.label

    assert first(session) == "Loss"
    assert first(replace(session, ends_at=NOW + timedelta(minutes=14))) == "Session"


def test_a_symbol_of_which_nothing_was_closed_has_won_nothing_of_nothing() -> None:
    account = replace(ACCOUNT, trades=(trade(1, 100, "buy", 1, "100", None),))
    assert any("none closed" in plain(one) for one in stats.lines(moment(account), 80))


def test_a_waived_limit_is_never_the_nearest() -> None:
    waived = replace(rule(3, "loss", dollars("-499")), waived_until=NOW)
    assert rules.nearest(moment(replace(ACCOUNT, rule_details=(waived,)))) is None


def until(at: datetime | None, kind: str = "hard", symbol: str | None = None) -> LockStatus:
    return replace(LOCK, until=at, kind=kind, symbol=symbol)


SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(hours=5)


@pytest.mark.parametrize(
    ("standing", "free"),
    [
        ((), None),
        ((until(SOON),), SOON),
        ((until(SOON, "cooldown"), until(LATER)), LATER),
        ((until(LATER), until(None)), None),
        ((until(LATER, symbol="MNQ"),), None),
        ((until(SOON), until(LATER, symbol="MNQ")), SOON),
    ],
)
def test_the_last_lock_of_the_account_says_when_it_is_free(
    standing: tuple[LockStatus, ...], free: datetime | None
) -> None:
    assert locks.free_at(moment(replace(ACCOUNT, locks=standing))) == free


def test_a_lock_that_should_be_over_is_not_counted_down_any_more() -> None:
    told = locks.headline(LOCK, moment(at=LOCK.until or NOW))
    assert told == "LOCKED: should have ended 17:00 Chicago (00:00 here)"


def test_a_rule_is_named_in_words_by_its_number_and_by_its_key() -> None:
    assert moment().rule_name("RULE-003") == moment().rule_name("daily_realized_loss") == "daily realized loss"
    assert moment().rule_name("RULE-099") == "RULE-099"
    assert moment().rule_name(None) == ""


def act(seconds: float, says: str, account: int | None = 465, *, is_loud: bool = True) -> ActStatus:
    return ActStatus(at=ago(seconds), says=says, account=account, rule="RULE-003", is_loud=is_loud)


def test_the_acts_of_another_account_are_not_shown_and_those_of_none_are() -> None:
    status = replace(CALM, acts=(act(1, "mine"), act(2, "his", 466), act(3, "of all", None)))
    mine = Moment(status=status, account=ACCOUNT, now=NOW, zone=HOME)
    assert [one.says for one in now.acts_of(mine)] == ["mine", "of all"]


def test_why_it_was_closed_is_the_last_close_whatever_has_been_told_since() -> None:
    last = CloseStatus(at=ago(5), asked=("close all of MNQ",), why="too much")
    status = replace(CALM, acts=(act(1, "a pause begins"),))
    mine = Moment(status=status, account=replace(LOCKED_ACCOUNT, last_close=last), now=NOW, zone=HOME)
    assert plain(now.last_close(mine)) == "15:31:00 (5.0 s ago) Too much. The guard asked to close all of MNQ."
    many = replace(last, at=ago(8 * 86_400), asked=("close all of MNQ", *("close 1 of ES",) * 4))
    assert plain(now.last_close(moment(replace(ACCOUNT, last_close=many)))) == (
        "Sun Nov 15 15:31:05 (8 d ago) Too much. "
        "The guard asked to close all of MNQ and to close 1 of ES and to close 1 of ES and 2 more."
    )
    assert plain(now.last_close(moment(replace(ACCOUNT, last_close=None)))).startswith("The guard has closed nothing")


def test_news_is_told_once_and_not_what_was_there_before() -> None:
    news = News()
    assert not news.has_come(CALM)
    assert not news.has_come(CALM)
    assert news.has_come(LOCKED)
    assert not news.has_come(LOCKED)
    assert not news.has_come(replace(LOCKED, acts=()))
    assert not news.has_come(LOCKED)


def test_the_first_act_of_all_is_news() -> None:
    news = News()
    assert not news.has_come(replace(CALM, acts=()))
    assert news.has_come(CALM)


@pytest.mark.parametrize(
    ("seconds", "is_live", "is_running"),
    [(0.3, False, True), (5, False, True), (5.1, False, False), (-60, False, False), (60, True, True)],
)
def test_it_runs_where_its_door_is_open_or_its_word_is_fresh(seconds: float, is_live: bool, is_running: bool) -> None:
    status = replace(CALM, at=ago(seconds))
    mine = Moment(status=status, account=ACCOUNT, now=NOW, zone=HOME, is_live=is_live)
    assert mine.is_running is is_running
    assert replace_moment(mine, is_gone=True).is_running is is_live, "a fresh word of a guard that was killed is none"


def test_the_next_account_goes_round() -> None:
    two = replace(CALM, accounts=(ACCOUNT, replace(ACCOUNT, id=466)))
    assert [accounts.after(two, chosen) for chosen in (465, 466, 7, None)] == [466, 465, 466, 466]
    assert accounts.after(CALM, 465) == 465
    assert accounts.after(replace(CALM, accounts=()), 465) is None


def test_a_closing_order_counts_once_however_many_fills_it_had() -> None:
    parts = tuple(replace(trade(number, 100 - number, "sell", 1, "100", "-5"), order=9) for number in (1, 2, 3))
    entry = trade(4, 50, "buy", 1, "100", None)
    assert stats.closed((*parts, entry)) == [stats.Closed("MNQ", Decimal(-15))]


def test_the_line_of_the_day_begins_with_the_first_fill_and_ends_with_what_is_open() -> None:
    account = replace(
        ACCOUNT,
        net_pnl=Decimal(-99),
        trades=(trade(1, 100, "buy", 1, "100", None), trade(2, 50, "sell", 1, "100", "20")),
    )
    assert stats.equity(moment(account), 5) == [Decimal(value) for value in ("-0.74", "-0.74", "18.52", "18.52", "-99")]


def test_a_fill_of_this_very_instant_breaks_nothing() -> None:
    account = replace(ACCOUNT, trades=(trade(1, 0, "buy", 1, "100", None),))
    assert len(stats.lines(moment(account), 40)) > 5


@pytest.mark.parametrize("width", [40, 77, 117, 200])
def test_no_banner_is_higher_than_five_lines(width: int) -> None:
    many = replace(ACCOUNT, locks=tuple(until(LATER, symbol=f"S{number}") for number in range(12)))
    assert len(banner.of(moment(many), width).lines) <= 5


def test_of_two_locks_the_one_that_ends_last_is_counted_down() -> None:
    """Both have one reason to be told, but it is the later end that the trader waits for."""
    short = replace(LOCK, rule="RULE-009", since=ago(90), until=NOW + timedelta(minutes=5))
    both = moment(replace(LOCKED_ACCOUNT, locks=(short, LOCK)))
    assert locks.of_account(both) == [LOCK, short]
    assert plain(banner.of(both, 100).lines[0]).startswith("LOCKED for 8:28:55, until 17:00 Chicago")
