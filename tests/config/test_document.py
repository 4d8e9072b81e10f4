from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from risk_manager.config.document import only_document, read_file, read_text
from risk_manager.config.problem import ConfigError
from risk_manager.config.tree import Branch, merged, place_of, plain, planted


def value_of(text: str) -> Any:
    return plain(only_document(f"a: {text}", "x.yaml"))["a"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("-500.10", Decimal("-500.10")),
        ("1e3", Decimal("1000")),
        ("-500", -500),
        ("010", 10),
        ("0x1F", 31),
        ("17:00", "17:00"),
        ("09:30", "09:30"),
        ("no", "no"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("", None),
        ("2025-12-25", "2025-12-25"),
        ('"500"', "500"),
        ("!!str 500", "500"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
    ],
)
def test_scalars_are_what_is_written(text: str, value: object) -> None:
    told = value_of(text)
    assert told == value
    assert type(told) is type(value)


def test_no_number_is_ever_a_binary_float() -> None:
    assert value_of("25210.1666666667") == Decimal("25210.1666666667")
    assert str(value_of("18500.10")) == "18500.10"


def test_infinity_and_not_a_number_reach_the_check_of_the_value() -> None:
    assert not value_of(".inf").is_finite()
    assert not value_of(".nan").is_finite()


def test_json_is_read_with_tabs_and_escapes() -> None:
    tree = only_document('{\n\t"a": {"b": [1, 2.50]},\n\t"c": "x\\/y"}', "x.json")
    assert plain(tree) == {"a": {"b": [1, Decimal("2.50")]}, "c": "x/y"}


def test_keys_are_text() -> None:
    assert plain(only_document("6E: 1\n2: 3\nno: 4", "x.yaml")) == {"6E": 1, "2": 3, "no": 4}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3  a: Written twice; the first is on line 1. Keep one of them"),
        ("a:\n  b: 1\n  b: 2", "x.yaml:3  a.b: Written twice; the first is on line 2. Keep one of them"),
        ("a: [1", "x.yaml:1  Not YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\n\tb: 2", "x.yaml:2  Not YAML: "),
        ("a: *nobody", "x.yaml:1  Not YAML: found undefined alias 'nobody'"),
        ("a: &a [*a]", "x.yaml:1  a.1: Contains itself, or is nested too deeply"),
        ("? [1, 2]\n: 3", "x.yaml:1  A key is a single word, not a list or a section"),
        ("\x01", "x.yaml  Not YAML: "),
        ("[" * 5000, "x.yaml  Nested too deeply to be read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_text(text, "x.yaml")
    assert str(refused.value).startswith(problem)
    assert len(refused.value.problems) == 1


def test_all_duplicates_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        read_text("a: 1\na: 2\nb: {c: 1, c: 2}", "x.yaml")
    assert [(one.line, one.key) for one in refused.value.problems] == [(2, "a"), (3, "b.c")]


def test_a_bomb_of_aliases_is_defused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError):
        read_text("\n".join(lines), "x.yaml")


def test_documents_and_empty_texts() -> None:
    assert [plain(one) for one in read_text("a: 1\n---\na: 2\n---\n", "x.yaml")] == [{"a": 1}, {"a": 2}]
    assert plain(only_document("# nothing\n", "x.yaml")) == {}
    with pytest.raises(ConfigError, match=r"x\.yaml:3  A second document"):
        only_document("a: 1\n---\na: 2", "x.yaml")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "risk_config.yaml"
    with pytest.raises(ConfigError, match="does not exist"):
        read_file(path)
    path.write_bytes(b"a: \xff")
    with pytest.raises(ConfigError, match="Not UTF-8"):
        read_file(path)
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert plain(read_file(path)[0]) == {"a": 1}
    with pytest.raises(ConfigError, match="cannot be read"):
        read_file(tmp_path)


def test_places_and_merging() -> None:
    under = only_document("a:\n  b: 1\n  c: [1,\n   2]", "under.yaml")
    over = only_document("a: {b: 2}\nd: 3", "over.yaml")
    assert isinstance(under, Branch)
    assert isinstance(over, Branch)
    both = merged(under, over)
    assert plain(both) == {"a": {"b": 2, "c": [1, 2]}, "d": 3}
    assert place_of(both, ("a", "b"))[0].file == "over.yaml"
    place, written = place_of(both, ("a", "c", 1))
    assert (place.file, place.line, written) == ("under.yaml", 4, ("a", "c", "2"))
    assert place_of(both, ("a", "nowhere", "at", "all"))[1] == ("a", "nowhere")


def test_plain_values_become_trees_without_lines() -> None:
    tree = planted({"a": [1, 0.1, True, None], 2: "x"}, "x.yaml")
    assert plain(tree) == {"a": [1, Decimal("0.1"), True, None], "2": "x"}
    assert place_of(tree, ("a",))[0].line is None


@pytest.mark.parametrize("text", ["[" * 61 + "]" * 61, "[[], " * 61 + "]" * 61, "- " * 61 + "x"])
def test_nobody_nests_so_deeply(text: str) -> None:
    with pytest.raises(ConfigError, match="Nested too deeply to be read"):
        read_text(text, "x.yaml")


def test_a_flight_of_brackets_costs_nothing() -> None:
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        with pytest.raises(ConfigError, match="Nested too deeply to be read"):
            read_text("[{" * 15_000, "x.yaml")
    finally:
        sys.setprofile(None)
    assert steps < 1000
