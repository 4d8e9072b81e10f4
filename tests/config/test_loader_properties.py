"""Over random texts and random mistakes: never a crash, never a broken configuration taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from risk_manager.config import ConfigError, Problem, load_texts, settings_from_mapping
from risk_manager.config.document import only_document
from risk_manager.core.rules import RULES
from tests.config.test_risk import EXAMPLES

GOOD: dict[str, Any] = YAML(typ="safe", pure=True).load(EXAMPLES)
YAML_PIECES = st.sampled_from(
    [
        *":- \n{}[]\"'!|>#%?,~\t\\\u2028\x00\ufeff1.",
        *["a", "&x", "*x", "max_contracts", "limit", "rules", "---", "...", "<<", "1e9", "no"],
    ]
)
BAD_VALUES = st.sampled_from(
    [".nan", ".inf", "-1e99999", '"text"', "{x: 1}", "[[]]", "'17:61'", "1.5e300", "America/Nowhere", "9" * 17]
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in paths(inner, (*path, key))]
    if isinstance(value, list):
        return [one for count, inner in enumerate(value) for one in paths(inner, (*path, count))]
    return [path]


LEAVES = [path for path in paths(GOOD) if path[-1] not in ("message", "consecutive_losses", "single_trade_limit")]
SECTIONS = sorted({path[:-1] for path in LEAVES if isinstance(path[-1], str)}, key=str)


def written(value: Any, indent: int = 0) -> str:
    """Plain values as block YAML; texts stand as they are."""
    pad = "  " * indent
    if isinstance(value, dict):
        return "\n".join(f"{pad}{key}:{_after(inner, indent)}" for key, inner in value.items())
    return "\n".join(f"{pad}-{_after(inner, indent)}" for inner in value)


def _after(value: Any, indent: int) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + written(value, indent + 1)
    if value is None or isinstance(value, bool):
        return f" {'null' if value is None else str(value).lower()}"
    return f" '{value}'" if isinstance(value, str) and ("*" in value or ":" in value) else f" {value}"


def changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    if not path:
        return change(value)
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = changed(copied[path[0]], path[1:], change)
    return copied


def refusal(read: Callable[[], Any]) -> tuple[Problem, ...]:
    """What is wrong; empty where it is taken. A refusal has at least one problem."""
    try:
        read()
    except ConfigError as error:
        told = error.problems
    else:
        return ()
    assert told
    return told


def refused(text: str) -> list[int | None]:
    """The lines of the problems of a risk_config."""
    told = refusal(lambda: settings_from_mapping(only_document(text, "risk_config.yaml")))
    assert all(problem.file == "risk_config.yaml" for problem in told)
    return [problem.line for problem in told]


def test_the_example_itself_is_taken() -> None:
    assert refused(written(GOOD)) == []


@given(st.sampled_from(LEAVES), BAD_VALUES)
@settings(deadline=None)
def test_a_wrong_value_is_refused_on_its_own_line(path: tuple[Any, ...], bad: str) -> None:
    text = written(changed(GOOD, path, lambda _: "MARKER"))
    line = text.split("MARKER")[0].count("\n") + 1
    told = refused(text.replace("MARKER", bad))
    assert line in told


@given(st.sampled_from(SECTIONS), st.from_regex(r"zz[a-z]{1,6}", fullmatch=True))
@settings(deadline=None)
def test_an_unknown_key_is_refused_on_its_own_line(path: tuple[Any, ...], key: str) -> None:
    text = written(changed(GOOD, path, lambda section: {**section, key: 1}))
    line = text[: text.index(f"{key}: 1")].count("\n") + 1
    assert line in refused(text)


@given(st.lists(YAML_PIECES, max_size=60).map("".join) | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_arbitrary_text_never_crashes(text: str) -> None:
    refused(text)


@given(st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")) | st.lists(YAML_PIECES, max_size=30).map("".join))
@settings(deadline=None)
def test_arbitrary_accounts_never_crash_and_never_load(text: str) -> None:
    texts = {"risk_config.yaml": "", "accounts.yaml": text}
    assert refusal(lambda: load_texts(texts, RULES, environment={}, keyring=lambda _: None))


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([rule.key for rule in RULES] + ["limit", "action", "rules", "defaults", "enabled", "x"]), inner
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([rule.key for rule in RULES] + ["rules", "defaults", "version"]), TREES), TREES)
@settings(deadline=None)
def test_plain_values_of_any_shape_never_crash(risk: dict[str, Any], holidays: Any) -> None:
    refusal(lambda: settings_from_mapping(risk, holidays if isinstance(holidays, dict) else None))
