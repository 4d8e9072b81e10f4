"""Over random files with a comment behind every line: whatever is set, no line changes but its own, and its comment
stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_manager.config.document import only_document
from risk_manager.config.editing import with_value
from risk_manager.config.tree import plain

NAME = "risk_config.yaml"
SINGLE = st.sampled_from(
    ["5", "-1.50", "text", '"17:00"', "'#1'", "true", "{MNQ: 2, ES: 1}", "[a, 'b # c']", "{}", "[]"]
)
KEYS = st.sampled_from(["limit", "limits", "MNQ", "a b", "loss_amount", "x"])


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(KEYS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3)


FILES = st.dictionaries(KEYS, st.recursive(SINGLE, grown, max_leaves=6), min_size=1, max_size=4)
NEW = st.sampled_from(["7", "-400.25", "words", "{MNQ: 3, ES: 1}", "[RTY, ES]", "{}", '"a # b"', "[{a: 1}, {a: 2}]"])


class Written:
    """Lines with comments, and between which of them each value stands."""

    def __init__(self, content: dict[str, Any], gap: str) -> None:
        self.gap = gap
        self.lines: list[str] = []
        self.spans: dict[str, tuple[int, int, bool]] = {}
        self._write(content, "", "")

    def _line(self, text: str) -> None:
        self.lines.append(f"{text}{self.gap}# no. {len(self.lines)}")

    def _write(self, content: Any, indent: str, way: str) -> None:
        named = (
            content.items() if isinstance(content, dict) else ((str(one), row) for one, row in enumerate(content, 1))
        )
        for key, value in named:
            first, here = len(self.lines), f"{way}.{key}".lstrip(".")
            head = f"{indent}{key}:" if isinstance(content, dict) else f"{indent}-"
            if isinstance(value, str):
                self._line(f"{head} {value}")
            elif isinstance(content, list):  # its first line is that of its first key or row
                at = len(self.lines)
                self._write(value, f"{indent}  ", here)
                self.lines[at] = f"{head} {self.lines[at].lstrip()}"
            else:
                self._line(head)
                self._write(value, f"{indent}  ", here)
            is_own = isinstance(value, str) or isinstance(content, dict)
            self.spans[here] = (first, len(self.lines), is_own)


@settings(max_examples=300)
@given(
    content=FILES,
    new=NEW,
    gap=st.sampled_from([" ", "   ", "          "]),
    end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
def test_no_line_changes_but_that_of_the_key_and_its_comment_stays(
    content: dict[str, Any], new: str, gap: str, end: str, data: st.DataObject
) -> None:
    written = Written(content, gap)
    key = data.draw(st.sampled_from(sorted(written.spans)))
    first, beyond, is_own = written.spans[key]
    text = "".join(line + end for line in written.lines)
    after = with_value(NAME, text, key, new).after.split(end)
    assert after[:first] == written.lines[:first]
    assert after[first + 1 :] == [*written.lines[beyond:], ""]
    if is_own:
        assert after[first].endswith(f" # no. {first}"), after[first]
    value: Any = plain(only_document(end.join(after), NAME))
    for step in key.split("."):
        value = value[int(step) - 1] if isinstance(value, list) else value[step]
    assert value == plain(only_document(new, NAME))


@pytest.mark.parametrize(
    ("before", "key", "new", "after"),
    [
        (
            "a:\n  limits: {MNQ: 2, ES: 1}  # agreed with Ann\n",
            "a.limits",
            "{MNQ: 3, ES: 1}",
            "a:\n  limits: {MNQ: 3, ES: 1}  # agreed with Ann\n",
        ),
        ("a: [RTY]   # never\nb: 1\n", "a", "[RTY, ES]", "a: [RTY, ES] # never\nb: 1\n"),
        ("a:     # never\n  - RTY   # too thin\n# Below.\nb: 1\n", "a", "[ES]", "a: [ES] # never\n# Below.\nb: 1\n"),
        (
            "a:\n  - {x: 1}   # one\n  - x: 2   # two\n    y: 3\n",
            "a.1",
            "{x: 5}",
            "a:\n  - {x: 5}   # one\n  - x: 2   # two\n    y: 3\n",
        ),
    ],
)
def test_a_comment_behind_what_is_replaced_stays(before: str, key: str, new: str, after: str) -> None:
    assert with_value(NAME, before, key, new).after == after
