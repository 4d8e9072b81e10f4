"""What the trader's commands say, word for word: rules, history, hours."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from risk_manager.core.gauge import Gauge, Unit
from risk_manager.interfaces.trader import clock, hours, monitor, rules
from risk_manager.interfaces.trader.history import table, text
from risk_manager.interfaces.trader.hours import Hours, OutOfTurnError
from risk_manager.interfaces.trader.past import Line, lines_of
from risk_manager.interfaces.trader.reading import by_number, instant, length
from risk_manager.ipc import messages, news
from risk_manager.ipc.answers import ActRow, History, LockRow, TradeRow
from risk_manager.ipc.status import RuleStatus
from tests.ipc.sample import ACCOUNT, AT, STATUS

GAUGE = Gauge(
    label="Loss of the day",
    says="-$412.50, $87.50 away from -$500.00.",
    then="Everything is closed and the account is locked.",
    unit=Unit.USD,
    value=Decimal("-412.50"),
    limit=Decimal(-500),
)
TRADE = TradeRow(
    account=465,
    id=1,
    order=2,
    at=AT,
    contract="CON.F.US.MNQ.Z26",
    symbol="MNQ",
    side="sell",
    size=2,
    price=Decimal("25000.25"),
    realized_pnl=Decimal("-12.50"),
    costs=Decimal("0.74"),
    is_voided=False,
)
ACT = ActRow(
    account=465,
    at=AT + timedelta(seconds=1),
    kind="close",
    target="CON.F.US.MNQ.Z26",
    symbol="MNQ",
    says="close all of MNQ",
    rule="RULE-003",
    why="=1+1 is how a formula begins",
    outcome="accepted",
    outcome_at=AT,
    outcome_why="",
)
LOCK = LockRow(
    account=465,
    rule="RULE-003",
    symbol=None,
    kind="hard",
    since=AT - timedelta(seconds=1),
    until=None,
    why="the day is lost",
    ended_at=None,
)
STORY = lines_of(History(trades=(TRADE,), acts=(ACT,), locks=(LOCK,)))


def test_rules_say_how_far_it_is_and_what_then() -> None:
    rule = RuleStatus(id="RULE-003", key="daily_realized_loss", gauges=(GAUGE,))
    account = replace(ACCOUNT, rule_details=(rule,))
    assert list(rules.lines(STATUS, [account], 0)) == [
        "Account 465 Main",
        "  an open position has no price: no limit counts what it loses",
        "  open P&L is counted with prices up to 0.0 s old",
        "  RULE-003 daily_realized_loss",
        "    [################....]  82 % Loss of the day: -$412.50, $87.50 away from -$500.00.",
        "                                 Then: Everything is closed and the account is locked.",
    ]


def test_rules_of_a_guard_that_is_away_or_blind_are_said_to_be_so() -> None:
    away = list(rules.lines(STATUS, [ACCOUNT], 90))
    assert away[0] == "THE GUARD IS NOT RUNNING, so no rule acts. This is what it saw 90 s ago."
    assert away[-1] == "  no rule is on: nothing is limited"
    blind = replace(STATUS, connection=replace(STATUS.connection, user_hub=False))
    assert next(iter(rules.lines(blind, [ACCOUNT], 0))).startswith("The guard is BLIND")


def test_a_rule_without_a_number_a_breach_and_a_waiver() -> None:
    plain = replace(GAUGE, value=None, limit=None, ends_at=AT)
    rule = RuleStatus(id="RULE-009", key="sessions", gauges=(plain,), is_breached=True, waived_until=AT)
    told = list(rules.lines(STATUS, [replace(ACCOUNT, positions=(), rule_details=(rule,))], 0))
    assert told[1].startswith("  RULE-009 sessions BREACHED WAIVED until 09:00 Chicago")
    assert told[2] == " " * 33 + "Loss of the day: -$412.50, $87.50 away from -$500.00."
    assert told[3].startswith(" " * 33 + "In 0:00, at ") and " Chicago" in told[3], (
        "in the trader's zone and the market's"
    )


@pytest.mark.parametrize(("value", "shown"), [(0, "  0 %"), (-500, "100 %"), (-99999, "999 %"), (200, "  0 %")])
def test_a_bar_stays_a_bar(value: int, shown: str) -> None:
    rule = RuleStatus(id="RULE-003", key="loss", gauges=(replace(GAUGE, value=Decimal(value)),))
    line = list(rules.lines(STATUS, [replace(ACCOUNT, positions=(), rule_details=(rule,))], 0))[2]
    assert f"] {shown}" in line
    assert len(line.partition("]")[0]) == len("    [####################")


def test_while_a_rule_is_waived_nothing_happens_at_its_limit() -> None:
    rule = RuleStatus(id="RULE-003", key="daily_realized_loss", gauges=(GAUGE,), waived_until=AT)
    told = list(rules.lines(STATUS, [replace(ACCOUNT, rule_details=(rule,))], 0))
    assert "nothing is done for it while the rule is waived" in told[-1]
    assert not any("locked" in line for line in told)


def test_a_countdown_is_counted_from_now_and_only_by_a_guard_that_acts() -> None:
    grace = replace(GAUGE, value=None, limit=None, ends_at=AT + timedelta(seconds=30), then="The position is closed.")
    shown = replace(ACCOUNT, rule_details=(RuleStatus(id="RULE-008", key="no_stop_loss_grace", gauges=(grace,)),))
    assert any("In 0:27, at " in line for line in rules.lines(STATUS, [shown], 3))
    away = list(rules.lines(STATUS, [shown], 20))
    assert away[-1].strip() == "Then, but not while the guard is away: The position is closed."
    assert not any("In 0:" in line for line in away)


def test_a_waiver_of_one_symbol_is_told_as_such_and_the_others_keep_their_consequence() -> None:
    gauges = tuple(replace(GAUGE, label=symbol, symbol=symbol) for symbol in ("RTY", "CL"))
    rule = RuleStatus(id="RULE-009", key="sessions", gauges=gauges, waived_symbols={"RTY": AT})
    told = list(rules.lines(STATUS, [replace(ACCOUNT, positions=(), rule_details=(rule,))], 0))
    assert told[1].startswith("  RULE-009 sessions WAIVED for RTY until 09:00 Chicago")
    assert "RTY: " in told[2]
    assert "nothing is done for it while the rule is waived" in told[3]
    assert "CL: " in told[4]
    assert told[5].strip() == "Then: Everything is closed and the account is locked."


def test_each_threshold_has_its_own_consequence_beside_it() -> None:
    gauges = [replace(GAUGE, label=label, then=then) for label, then in (("a", "x"), ("b", "x"), ("c", "y"))]
    rule = RuleStatus(id="RULE-007", key="cooldown_after_loss", gauges=tuple(gauges))
    told = list(rules.lines(STATUS, [replace(ACCOUNT, positions=(), rule_details=(rule,))], 0))[2:]
    shown = [line.partition("% ")[2][:1] or line.strip() for line in told]
    assert shown == ["a", "b", "Then: x", "c", "Then: y"]


@pytest.mark.parametrize("written", ["3", "003", "RULE-3", "rule-003", "Rule 3", "rule_03"])
def test_a_rule_is_known_however_its_number_is_written(written: str) -> None:
    assert by_number(written) == "RULE-003"


@pytest.mark.parametrize("written", ["", "daily_realized_loss", "RULE-", "3000", "R3"])
def test_what_names_no_rule_stays_as_it_is(written: str) -> None:
    assert by_number(written) == written


def test_history_is_one_story() -> None:
    stripped = [line.partition("  ")[2] for line in text(STORY)]
    assert stripped == [
        "465  lock         RULE-003  locked (whole account) until its cause is gone, stands: the day is lost",
        "465  trade  MNQ             sold 2 at 25000.25, -$12.50, costs $0.74",
        "465  act    MNQ   RULE-003  the guard asks to close all of MNQ (accepted). =1+1 is how a formula begins",
    ]


def test_a_table_has_exact_digits_and_no_formulas() -> None:
    rows = table(STORY).splitlines()
    assert rows[0] == ("at,kind,account,symbol,rule,what,side,size,price,realized_pnl,costs,until,ended_at,outcome,why")
    assert rows[2] == "2026-11-23T15:00:00.000000Z,trade,465,MNQ,,sold 2 at 25000.25,sell,2,25000.25,-12.50,0.74,,,,"
    assert rows[3].endswith(",,,accepted,'=1+1 is how a formula begins")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_whatever_the_admin_wrote_comes_out_of_a_table_as_words_and_nothing_is_run(start: str) -> None:
    why = f'{start}HYPERLINK("http://x"), a comma,\na line\r\nand "quotes"'
    lock = replace(LOCK, why=why, until=AT, ended_at=AT + timedelta(hours=1))
    read = list(csv.DictReader(io.StringIO(table(lines_of(History(locks=(lock,)))), newline="")))
    assert [row["why"] for row in read] == [f"'{why}"]
    assert (read[0]["until"], read[0]["ended_at"], read[0]["outcome"]) == (
        "2026-11-23T15:00:00.000000Z",
        "2026-11-23T16:00:00.000000Z",
        "ended",
    )


def test_what_happened_at_one_instant_is_told_in_its_order() -> None:
    """The door answers newest first: the last request of a step before its first."""
    acts = (replace(ACT, at=AT, says="cancel order 2"), replace(ACT, at=AT, says="close all of MNQ"))
    story = lines_of(History(acts=acts, trades=(TRADE,), locks=(replace(LOCK, since=AT),)))
    assert [line.what for line in story] == [
        "sold 2 at 25000.25",
        "locked",
        "the guard asks to close all of MNQ",
        "the guard asks to cancel order 2",
    ]


def test_a_refusal_is_told_with_its_reason_in_the_table_too() -> None:
    (line,) = lines_of(History(acts=(replace(ACT, outcome="refused: pending", outcome_why="One is under way."),)))
    assert (line.outcome, "(refused: One is under way.)" in line.says) == ("refused: One is under way.", True)


def test_what_was_taken_back_says_so() -> None:
    line: Line = next(iter(lines_of(History(trades=(replace(TRADE, is_voided=True),)))))
    assert line.what == "sold 2 at 25000.25, taken back"


@pytest.mark.parametrize(
    ("written", "is_end", "meant"),
    [
        ("2026-11-20T14:30:00Z", False, datetime(2026, 11, 20, 14, 30, tzinfo=UTC)),
        ("2026-11-20T14:30:00+01:00", True, datetime(2026, 11, 20, 13, 30, tzinfo=UTC)),
        ("2026-11-20", False, datetime(2026, 11, 20).astimezone(UTC)),
        (" 2026-11-20 ", True, datetime(2026, 11, 21).astimezone(UTC)),
        ("2026-11-20 14:30", True, datetime(2026, 11, 20, 14, 30).astimezone(UTC)),
    ],
)
def test_a_day_as_an_end_is_meant_whole(written: str, is_end: bool, meant: datetime) -> None:
    assert instant(written, is_end=is_end) == meant


@pytest.mark.parametrize("written", ["", "soon", "14:30", "2026-13-01", "20.11.2026"])
def test_what_is_no_time_is_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="is no day and no time"):
        instant(written)


@pytest.mark.parametrize(("written", "is_end"), [("0001-01-01 00:00+05:00", False), ("9999-12-31", True)])
def test_a_time_beyond_all_calendars_is_a_sentence(written: str, is_end: bool) -> None:
    with pytest.raises(ValueError, match="lies outside of all"):
        instant(written, is_end=is_end)


def test_the_monitor_leaves_out_prices_pictures_and_other_accounts() -> None:
    quote = news.QuoteNews(contract="C", symbol="MNQ", last=Decimal(1), bid=None, ask=None)
    assert monitor.told_line(messages.MarketQuote(seq=1, at=AT, data=quote), None, as_json=False) is None
    assert monitor.told_line(messages.DaemonStatus(seq=1, at=AT, data=STATUS), None, as_json=True) is None
    flat = news.PositionNews(contract="C", symbol="MNQ", signed_size=0, average_price=None)
    told = messages.Position(account_id=465, seq=1, at=AT, data=flat)
    assert (monitor.told_line(told, 465, as_json=False) or "").endswith(" 465 flat in MNQ")
    assert monitor.told_line(told, 466, as_json=False) is None
    line = news.ConnectionNews(hub="user", is_connected=False, why="cut")
    away = messages.Connection(seq=2, at=AT, data=line)
    assert (monitor.told_line(away, 466, as_json=False) or "").endswith(
        " BLIND: the user hub (orders and fills) is away. cut"
    )


def test_a_lock_is_told_with_its_end_and_what_to_do_now() -> None:
    lock = news.LockNews(
        rule="RULE-007",
        symbol=None,
        kind="cooldown",
        since=AT,
        until=AT + timedelta(minutes=2),
        why="Order 7 lost",
        says="",
    )
    told = messages.LockoutSet(account_id=465, seq=1, at=AT, data=lock)
    line = monitor.told_line(told, None, as_json=False) or ""
    assert "465 COOLDOWN whole account until 09:02 Chicago" in line
    assert line.endswith("Order 7 lost (RULE-007). You may close and reduce here; whatever adds is taken back.")
    hard = replace(told, data=replace(lock, kind="hard", symbol="RTY", until=None, rule="RULE-011"))
    line = monitor.told_line(hard, None, as_json=False) or ""
    assert "LOCKED RTY until " in line
    assert line.endswith("Leave RTY alone: what you open there is closed at once. This lock is of RTY alone.")


def test_hours_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "own" / "clock.json"
    assert hours.read(path) == []
    with pytest.raises(OutOfTurnError, match="not clocked in"):
        hours.ended([], AT)
    known = hours.began([], AT)
    with pytest.raises(OutOfTurnError, match="Clock out first"):
        hours.began(known, AT)
    over = hours.ended(known, AT + timedelta(minutes=42))
    hours.write(path, over)
    assert hours.read(path) == over
    assert over[0].lasted(AT) == timedelta(minutes=42)
    assert hours.ended(known, AT - timedelta(hours=1))[0].lasted(AT) == timedelta(), "a clock that was set back"


def test_hours_that_cannot_be_read_are_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    path.write_text("[{}]")
    with pytest.raises(ValueError, match="put it aside to begin anew"):
        hours.read(path)


def test_what_was_made_is_told_by_account() -> None:
    made = {465: Decimal("-12.50"), 466: Decimal(100)}
    first = Hours(began_at=AT - timedelta(days=20), ended_at=AT - timedelta(days=20), made={465: Decimal(999)})
    second = Hours(began_at=AT, ended_at=AT + timedelta(hours=3, minutes=5), made=made)
    told = clock.lines([first, second, Hours(began_at=AT + timedelta(hours=4))], AT + timedelta(hours=5))
    assert told[1].endswith(": 3 h 05 min, -$12.50 on account 465, $100.00 on account 466")
    assert told[2].endswith("you are clocked in: 1 h 00 min, trades not known: the guard does not answer")
    assert told[3].startswith(
        "The last 7 days: 2 sessions, 4 h 05 min, -$12.50 on account 465, $100.00 on account 466."
    )
    assert "left out" in told[4]


def test_lengths_are_told_as_people_do() -> None:
    assert [length(timedelta(minutes=minutes)) for minutes in (0, 59, 60, 1500)] == [
        *("0 min", "59 min", "1 h 00 min", "25 h 00 min"),
    ]
