"""What numbers, times, tables and lines look like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from risk_manager.interfaces.trader.dashboard import chart, money, saying, table, times
from risk_manager.interfaces.trader.dashboard.saying import Span, Tone, line, plain
from risk_manager.interfaces.trader.dashboard.table import Column

NOW = datetime(2026, 11, 23, 14, 31, 5, tzinfo=UTC)
BERLIN, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0:00"),
        (0, "0:00"),
        (0.2, "0:01"),
        (12, "0:12"),
        (59.9, "1:00"),
        (245, "4:05"),
        (3600, "1:00:00"),
        (22364, "6:12:44"),
        (86_400, "1 d 00:00"),
        (200_000, "2 d 07:33"),
    ],
)
def test_a_countdown_says_zero_only_when_it_is_over(seconds: float, told: str) -> None:
    assert times.until(NOW + timedelta(seconds=seconds), NOW) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (42, "42 s"),
        (119, "119 s"),
        (300, "5 min"),
        (9000, "2 h"),
        (4e5, "4 d"),
    ],
)
def test_an_age(seconds: float, told: str) -> None:
    assert times.age(seconds) == told


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), "16:00 Chicago (23:00 here)"),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), "17:00 Chicago (Tue 00:00 here)"),
        (datetime(2026, 11, 23, 23, 0, 7, tzinfo=UTC), "17:00:07 Chicago (Tue 00:00:07 here)"),
        (datetime(2026, 12, 7, 23, 0, tzinfo=UTC), "Mon Dec 7 17:00 Chicago (Tue Dec 8 00:00 here)"),
    ],
)
def test_a_time_is_told_on_both_clocks(at: datetime, told: str) -> None:
    assert times.both(at, NOW, BERLIN) == told
    assert times.both(at, NOW, CHICAGO) == told.partition(" (")[0]


def test_both_clocks_are_one_only_where_they_show_the_same_at_that_time() -> None:
    """Panama has no daylight saving: one hour ahead of Chicago in winter, the same in summer."""
    winter, summer = datetime(2026, 1, 5, 20, tzinfo=UTC), datetime(2026, 7, 6, 20, tzinfo=UTC)
    panama = ZoneInfo("America/Panama")
    assert times.both(winter, winter, panama) == "14:00 Chicago (15:00 here)"
    assert times.both(summer, summer, panama) == "15:00 Chicago"


def test_what_was_not_today_says_its_day() -> None:
    assert times.stamp(NOW, NOW, BERLIN) == "15:31:05"
    assert times.stamp(NOW - timedelta(days=1), NOW, BERLIN) == "Sun 15:31:05"


@pytest.mark.parametrize(
    ("amount", "told", "tone"),
    [
        ("0", "$0.00", Tone.PLAIN),
        ("1234.5", "+$1,234.50", Tone.GOOD),
        ("-1234.567", "-$1,234.57", Tone.BAD),
        ("-0", "$0.00", Tone.PLAIN),
    ],
)
def test_a_result_has_its_sign_beside_its_tone(amount: str, told: str, tone: Tone) -> None:
    assert money.result(Decimal(amount)) == Span(told, tone)


def test_a_result_without_a_price_says_so() -> None:
    assert money.result(None) == Span("no price", Tone.CAUTION)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("25210", "25,210.00"),
        ("25210.25", "25,210.25"),
        ("1.08345", "1.08345"),
        ("110.015625", "110.015625"),
        ("1E+2", "100.00"),
    ],
)
def test_a_price_keeps_its_digits(amount: str, told: str) -> None:
    assert money.price(Decimal(amount)) == told


COLUMNS = [Column("One"), Column("Two", keep=0), Column("Three", is_right=True, keep=2), Column("Four")]
ROWS = [[Span("aaaa"), Span("bbbb"), Span("c"), Span("dddd")]]


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (80, ["One   Two   Three  Four", "aaaa  bbbb      c  dddd"]),
        (17, ["One   Three  Four", "aaaa      c  dddd"]),
        (15, ["One  Three Four", "aaaa     c dddd"]),
        (14, ["One   Four", "aaaa  dddd"]),
        (3, ["One  Four", "aaaa dddd"]),
    ],
)
def test_a_table_gives_up_its_least_columns_first(width: int, told: list[str]) -> None:
    assert [plain(row) for row in table.lines(COLUMNS, ROWS, width)] == told


def test_a_table_without_rows_is_nothing() -> None:
    assert table.lines(COLUMNS, [], 80) == []


def test_words_flow_and_keep_their_tones() -> None:
    words = line(Span("NO", Tone.BAD), ": the guard is", Span(" not running.", Tone.BAD))
    flowed = saying.flowed(words, 14)
    assert [plain(row) for row in flowed] == ["NO: the guard", "is not", "running."]
    assert flowed[2] == (Span("running.", Tone.BAD),)


def test_what_has_no_room_is_left_out_from_the_end() -> None:
    parts = [line("first"), line("second"), line("third")]
    assert [plain(saying.fitting(parts, width)) for width in (30, 22, 15, 2)] == [
        "first · second · third",
        "first · second · third",
        "first · second",
        "first",
    ]


def test_both_edges_or_only_the_left() -> None:
    assert plain(saying.apart(line("left"), line("right"), 12)) == "left   right"
    assert plain(saying.apart(line("left"), line("right"), 9)) == "left"


@pytest.mark.parametrize(
    ("values", "row"),
    [([0, 0, 0, 0], "⣀⣀"), ([0, 3, 3, 0], "⣸⢹"), ([0, -3, -3, 0], "⢹⣸"), ([0, 0, 5, 5], "⣀⡏")],
)
def test_a_line_of_steps(values: list[int], row: str) -> None:
    assert chart.steps([Decimal(value) for value in values], 2, 1) == [row]
