"""Every kind of value: what is taken, and the sentence for what is not."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import msgspec
import pytest

from risk_manager.config.kinds import reading_of
from risk_manager.config.shape import reader_of
from risk_manager.core.settings import Action, Kind, Weekday
from tests.config.sample import Window, read


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("loss: -0.01", "loss", Decimal("-0.01")),
        ("loss: null", "loss", None),
        ("profit: 1000", "profit", Decimal(1000)),
        ("contracts: 0", "contracts", 0),
        ("contracts: 3.0", "contracts", 3),
        ("seconds: 0", "seconds", Decimal(0)),
        ("duration: 0.25", "duration", Decimal("0.25")),
        ("weight: 0.1", "weight", Decimal("0.1")),
        ("offset: -3", "offset", -3),
        ("symbol: mnq", "symbol", "MNQ"),
        ("symbol: ep", "symbol", "ES"),
        ("symbol: EU6", "symbol", "6E"),
        ("symbol: 6e", "symbol", "6E"),
        ("patterns: [m*, EP, 'M?K']", "patterns", ("M*", "ES", "M?K")),
        ("at: 17:00", "at", time(17)),
        ("at: 9:30", "at", time(9, 30)),
        ("at: 1020", "at", time(17)),
        ("at: 0", "at", time(0)),
        ('at: "16:59:30"', "at", time(16, 59, 30)),
        ("zone: America/Chicago", "zone", "America/Chicago"),
        ("zone: UTC", "zone", "UTC"),
        ("flag: on", "flag", True),
        ("flag: No", "flag", False),
        ("flag: true", "flag", True),
        ("day: 2025-12-25", "day", date(2025, 12, 25)),
        ("way: down", "way", "down"),
        ("limits: {MNQ: 2, cle: 1}", "limits", {"MNQ": 2, "CL": 1}),
        ("action: Close_All", "action", Action.CLOSE_ALL),
        ("window: {start: 9:30, end: 16:00, days: [mon]}", "window",
         Window(start=time(9, 30), end=time(16), days=(Weekday.MON,))),
        ("window: {enabled: false}", "window", None),
    ],
)  # fmt: skip
def test_what_is_taken(text: str, field: str, value: object) -> None:
    config, problems = read(text)
    assert problems == []
    assert getattr(config, field) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("loss: 500", "loss: 500 is positive. A loss limit is written negative, for example -500"),
        ("loss: 0", "loss: 0 is zero. A loss limit is written negative, for example -500"),
        ("loss: .nan", "loss: NaN is not a number that can be compared. A loss limit is written negative"),
        ("loss: -.inf", "loss: -Infinity is not a number that can be compared. A loss limit is written negative"),
        ("loss: -1e400", "loss: -1E+400 is beyond what can be meant."),
        ("loss: 1e1000000", "loss: 1E+1000000 is beyond what can be meant."),
        ("loss: -1e-1000000", "loss: -1E-1000000 is beyond what can be meant."),
        ("loss: -1e-400", "loss: -1E-400 is beyond what can be meant."),
        ("loss: many", 'loss: "many" is text, not a number.'),
        ('loss: "-500"', 'loss: "-500" is text, not a number.'),
        ("loss: true", "loss: true is yes or no, not a number."),
        ("loss: [1]", "loss: a list is not a number."),
        ("profit: -1", "profit: -1 is negative. A target is written positive, for example 1000"),
        ("contracts: -1", "contracts: -1 is negative. A number of contracts is a whole number, 0 or more"),
        ("contracts: 2.5", "contracts: 2.5 is not a whole number."),
        ("contracts:", "contracts: nothing is written here."),
        ("count: 0", "count: 0 is zero. A count is a whole number, 1 or more"),
        ("seconds: -1", "seconds: -1 is negative."),
        ("duration: 0", "duration: 0 is zero."),
        ("duration: 0.00001", "duration: 0.00001 is too small."),
        ("weight: 1.5", "weight: 1.5 is too much."),
        ("ticks: 0", "ticks: 0 is zero."),
        ("symbol: MNQQ", "symbol: \"MNQQ\" is not a known symbol. A symbol is the trader's name of a product (MNQ, ES) "
         "or the gateway's code of it (EP). Did you mean MNQ?"),
        ("symbol: 7", "symbol: 7 is not a text."),
        ("patterns: [M*, XYZ]", 'patterns.2: "XYZ" is not a known symbol.'),
        ('patterns: ["M *"]', 'patterns.1: "M *" is not a pattern of symbols.'),
        ("patterns: RTY", 'patterns: a text stands where a list belongs, for example [a, b]'),
        ("at: 24:00", 'at: "24:00" is not a time of day. A wall time is written "HH:MM", for example "17:00"'),
        ("at: 1440", "at: 1440 is not a time of day."),
        ("at: 17.5", "at: 17.5 is not a time of day."),
        ("at: 5pm", 'at: "5pm" is not a time of day.'),
        ("zone: America/Chikago", 'zone: "America/Chikago" is not a time zone. A time zone is an IANA name, '
         "for example America/Chicago. Did you mean America/Chicago?"),
        ("zone: ../../etc/passwd", 'zone: "../../etc/passwd" is not a time zone.'),
        ("flag: 1", "flag: 1 is neither true nor false"),
        ("day: 2025-13-01", 'day: "2025-13-01" is not a date. A date is written "2025-12-25"'),
        ("way: upp", 'way: "upp" is not known here. Write up or down. Did you mean up?'),
        ("limits: {EP: 1, ES: 2}", "limits: EP and ES are the same. Keep one of them"),
        ("limits: {MNQ: -1}", "limits.MNQ: -1 is negative."),
        ("limits: {XX1: 1}", 'limits.XX1: "XX1" is not a known symbol.'),
        ("limits: 5", "limits: a number stands where a section belongs"),
        ("window: {start: 9:30}", 'window.end: is missing. A wall time is written "HH:MM", for example "17:00"'),
        ("window: {enabled: false, start: 25:00, end: 1}", 'window.start: "25:00" is not a time of day.'),
        ("window: 7", "window: a number stands where a section belongs, with enabled, start, end, days"),
        ("windows: {ES: {start: 9:30, end: 1, ende: 2}}", "windows.ES.ende: unknown key. Did you mean end?"),
        ("rows: [{start: 9:30, end: 9:31}, {start: x, end: 1}]", 'rows.2.start: "x" is not a time of day.'),
        ("action: close_al", 'action: "close_al" is not known here.'),
        ("contrakts: 3", "contrakts: unknown key. Did you mean contracts?"),
        ("zzzzzz: 3", "zzzzzz: unknown key. Known here: loss, profit, contracts"),
        ("offset: 5", "offset 5 must be smaller than ticks 1"),
    ],
)  # fmt: skip
def test_what_is_not_taken(text: str, problem: str) -> None:
    config, problems = read(f"# a comment\n{text}")
    assert config is None
    assert len(problems) == 1
    assert problems[0].startswith("risk_config.yaml:")
    assert problem in problems[0]


def test_all_problems_come_at_once_each_with_its_line() -> None:
    _, problems = read("loss: 5\ncontracts: -1\nwindow:\n  start: x\n  end: y\nextra: 1\n")
    assert [problem.split("  ")[0] for problem in sorted(problems)] == [
        f"risk_config.yaml:{line}" for line in (1, 2, 4, 5, 6)
    ]


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_a_check_and_says_what_would_be_right(kind: Kind) -> None:
    reading = reading_of(kind)
    assert reading.right
    with pytest.raises(ValueError, match=r".+"):
        reading.read(["not", "a", "value"])


def test_a_declaration_that_cannot_be_read_is_a_bug_and_told_at_once() -> None:
    class Strange(msgspec.Struct):
        value: complex

    with pytest.raises(TypeError, match="no type that a configuration can be declared with"):
        reader_of(Strange)
