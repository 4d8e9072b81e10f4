"""The shipped exchange calendar: known dates, its own order, what a library says, and sentences for a broken file."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from risk_manager.config.document import read_file
from risk_manager.config.exchange_calendar import (
    Confidence,
    Group,
    calendar_of,
    checked_until,
    covers_until,
    exchange_calendar,
    is_beyond,
    shipped_calendar,
    symbol_groups,
)
from risk_manager.config.problem import ConfigError
from risk_manager.config.tree import plain
from risk_manager.core.contracts import SYMBOLS
from risk_manager.core.holidays import Calendar
from risk_manager.core.sessions import Window, phase_at
from risk_manager.core.settings import Holidays, Settings

HERE = Path(__file__).parent
CLOSED, REGULAR = "closed", "regular"


@pytest.mark.parametrize(
    "day",
    [
        "2025-01-01", "2025-04-18", "2025-12-25",
        "2026-01-01", "2026-12-25",
        "2027-01-01", "2027-03-26", "2027-12-24",
    ],
)  # fmt: skip
def test_full_closes(day: str) -> None:
    assert date.fromisoformat(day) in shipped_calendar().holidays
    assert date.fromisoformat(day) not in shipped_calendar().early_closes


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2025-01-09", "08:30"), ("2025-01-20", "12:00"), ("2025-02-17", "12:00"), ("2025-05-26", "12:00"),
        ("2025-06-19", "12:00"), ("2025-07-03", "12:15"), ("2025-07-04", "12:00"), ("2025-09-01", "12:00"),
        ("2025-11-27", "12:00"), ("2025-11-28", "12:15"), ("2025-12-24", "12:15"),
        ("2026-01-19", "12:00"), ("2026-02-16", "12:00"), ("2026-04-03", "08:15"), ("2026-05-25", "12:00"),
        ("2026-06-19", "12:00"), ("2026-07-03", "12:00"), ("2026-09-07", "12:00"), ("2026-11-26", "12:00"),
        ("2026-11-27", "12:15"), ("2026-12-24", "12:15"),
        ("2027-01-18", "12:00"), ("2027-02-15", "12:00"), ("2027-05-31", "12:00"), ("2027-06-18", "12:00"),
        ("2027-07-05", "12:00"), ("2027-09-06", "12:00"), ("2027-11-25", "12:00"), ("2027-11-26", "12:15"),
    ],
)  # fmt: skip
def test_early_closes(day: str, at: str) -> None:
    assert shipped_calendar().early_closes[date.fromisoformat(day)] == time.fromisoformat(at)
    assert date.fromisoformat(day) not in shipped_calendar().holidays


def test_there_is_nothing_else_in_it() -> None:
    assert (len(shipped_calendar().holidays), len(shipped_calendar().early_closes)) == (8, 29)
    assert shipped_calendar() is shipped_calendar()


@pytest.mark.parametrize(
    "day", ["2025-07-02", "2025-12-26", "2025-12-31", "2026-07-02", "2026-12-31", "2027-12-23", "2027-12-31"]
)
def test_days_beside_holidays_are_ordinary(day: str) -> None:
    assert date.fromisoformat(day) not in shipped_calendar().holidays
    assert date.fromisoformat(day) not in shipped_calendar().early_closes


def test_every_entry_is_a_working_day_with_a_source() -> None:
    calendar = exchange_calendar()
    for day in calendar.days:
        assert day.date.weekday() < 5
        assert day.what and day.source
        assert day.checked_on.year >= 2026
        assert date(2025, 1, 1) <= day.date <= calendar.covers_until
        if day.date > calendar.checked_until:
            assert day.confidence is Confidence.DERIVED


def test_what_is_checked_and_what_is_covered() -> None:
    assert checked_until() == date(2026, 12, 31)
    assert covers_until() == date(2027, 12, 31)
    assert not is_beyond(checked_until())
    assert is_beyond(checked_until() + timedelta(days=1))


def test_every_product_is_in_one_group() -> None:
    named = [symbol for facts in exchange_calendar().groups.values() for symbol in facts.symbols]
    assert sorted(named) == sorted(SYMBOLS)
    assert symbol_groups()["MNQ"] is Group.EQUITY
    assert symbol_groups()["CL"] is Group.ENERGY


def test_no_group_that_is_counted_ends_before_the_merged_calendar() -> None:
    calendar, merged = exchange_calendar(), shipped_calendar()
    for group in (calendar.merged.leads, *calendar.merged.follows):
        for day, at in calendar.of_group(group).early_closes.items():
            assert day in merged.holidays or merged.early_closes[day] <= at


def test_thanksgiving_ends_at_noon_and_friday_opens_in_the_evening() -> None:
    chicago = ZoneInfo("America/Chicago")
    settings = Settings(exchange=shipped_calendar())
    week = Window(start=time(17, 0), end=time(16, 0))
    calendar = Calendar(settings, respects_exchange=True)
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=chicago)
    assert phase_at(week, calendar, noon - timedelta(minutes=1)).until == noon
    assert not phase_at(week, calendar, noon).is_inside
    assert phase_at(week, calendar, noon).until == datetime(2026, 11, 26, 17, 0, tzinfo=chicago)
    friday = datetime(2026, 11, 26, 17, 0, tzinfo=chicago)
    assert phase_at(week, calendar, friday).until == datetime(2026, 11, 27, 12, 15, tzinfo=chicago)


# What a library says


def _read(name: str) -> Any:
    (document,) = read_file(HERE / name)
    return plain(document)


def _told(closes: Holidays) -> dict[str, str]:
    early = {day.isoformat(): f"{at:%H:%M}" for day, at in closes.early_closes.items()}
    return early | {day.isoformat(): CLOSED for day in closes.holidays}


def _library_says(group: Group) -> dict[str, str]:
    says = _read("exchange_calendar_golden.yaml")["calendars"][group.value]
    return dict(says["closes"]) | dict.fromkeys(says["closed"], CLOSED)


def test_every_difference_from_the_library_is_known_and_has_a_reason() -> None:
    found = {}
    for group in Group:
        ours, theirs = _told(exchange_calendar().of_group(group)), _library_says(group)
        for day in ours.keys() | theirs.keys():
            if ours.get(day) != theirs.get(day):
                found[day, group.value] = (ours.get(day, REGULAR), theirs.get(day, REGULAR))
    allowed = {}
    for one in _read("exchange_calendar_differences.yaml")["differences"]:
        assert one["why"]
        for group_name in one["groups"]:
            assert (one["date"], group_name) not in allowed
            allowed[one["date"], group_name] = (one["ours"], one["library"])
    assert found == allowed


def test_the_library_covers_the_same_time_and_the_same_regular_closes() -> None:
    golden = _read("exchange_calendar_golden.yaml")
    assert golden["first"] == "2025-01-01" and golden["last"] == covers_until().isoformat()
    for group, facts in exchange_calendar().groups.items():
        assert golden["calendars"][group.value]["regular_close"] == f"{facts.regular_close:%H:%M}"


def test_a_source_that_says_the_library_agrees_is_right() -> None:
    theirs = _library_says(Group.EQUITY)
    ours = _told(exchange_calendar().of_group(Group.EQUITY))
    agreeing = [day.date.isoformat() for day in exchange_calendar().days if "library agrees" in day.source]
    assert len(agreeing) > 20
    for day in agreeing:
        assert theirs[day] == ours[day]


# A broken file

GROUPS = "\n".join(f'  {group.value}: {{what: x, regular_close: "16:00", symbols: []}}' for group in Group)
HEAD = f"""version: 1
exchange: CME Globex
timezone: America/Chicago
checked_until: 2026-12-31
covers_until: 2027-12-31
merged: {{leads: equity, follows: [energy]}}
groups:
{GROUPS}
days:
"""
REST = "what: x, source: x, confidence: derived, checked_on: 2026-11-21"


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (f"  - {{date: 2026-01-03, closed: [equity], {REST}}}", "2026-01-03 is on a weekend"),
        (f"  - {{date: 2026-01-05, {REST}}}", "says of no group"),
        (
            f'  - {{date: 2026-01-05, closed: [equity], closes: {{equity: "12:00"}}, {REST}}}',
            "equity cannot be closed",
        ),
        (f"  - {{date: 2026-01-05, closed: [equity], derived_groups: [fx], {REST}}}", "nothing is said of fx"),
        (f"  - {{date: 2026-01-05, closed: [ekuity], {REST}}}", "Did you mean equity?"),
        (f'  - {{date: 2026-01-05, closes: {{equity: "25:00"}}, {REST}}}', "not a time of day"),
        ("  - {date: 2026-01-05, closed: [equity], what: x, confidence: derived, checked_on: 2026-11-21}", "source"),
        (
            f"  - {{date: 2026-01-06, closed: [equity], {REST}}}\n  - {{date: 2026-01-05, closed: [equity], {REST}}}",
            "2026-01-05 stands after 2026-01-06",
        ),
        (f"  - {{date: 2028-01-05, closed: [equity], {REST}}}", "earlier than 2028-01-05"),
    ],
)
def test_a_broken_file_is_told_in_a_sentence(days: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=r"cme\.yaml") as caught:
        calendar_of(HEAD + days + "\n", "cme.yaml")
    assert sentence in str(caught.value)


def test_an_empty_file_is_told() -> None:
    with pytest.raises(ConfigError, match="one document"):
        calendar_of("", "cme.yaml")


def test_groups_that_are_counted_can_end_the_day_earlier_and_a_closed_one_does_not() -> None:
    days = f'  - {{date: 2026-01-05, closes: {{equity: "12:15", energy: "12:00", fx: "08:00"}}, {REST}}}\n'
    days += f'  - {{date: 2026-01-06, closes: {{equity: "12:15"}}, closed: [energy], {REST}}}\n'
    days += f'  - {{date: 2026-01-07, closes: {{energy: "11:00"}}, {REST}}}\n'
    days += f'  - {{date: 2026-01-08, closed: [equity], closes: {{energy: "11:00"}}, {REST}}}\n'
    merged = calendar_of(HEAD + days, "cme.yaml").all_products()
    assert merged.early_closes == {
        date(2026, 1, 5): time(12, 0),
        date(2026, 1, 6): time(12, 15),
        date(2026, 1, 7): time(11, 0),
    }
    assert merged.holidays == {date(2026, 1, 8)}
