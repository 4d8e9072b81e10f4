"""Every key of every rule is set by command; and whatever is tried, what is broken reaches neither file nor guard."""

from __future__ import annotations

import asyncio
import contextlib
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_manager.config import Configuration, load_home
from risk_manager.config.document import only_document
from risk_manager.config.keys import Key
from risk_manager.config.password import set_password
from risk_manager.config.rule_table import known_rules
from risk_manager.config.tree import node_by, plain
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.reloading import Reload, Reloading
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import edits
from tests.config.values import EXAMPLES, KEYS, another_for, before_it, values_for
from tests.daemon.programs import make_home

PASSWORD = "three words do it"


class House:
    """A home, and a guard that takes what stands in it; only the network is missing."""

    def __init__(self, folder: Path) -> None:
        self.home = make_home(folder, "http://127.0.0.1:9", key="a-key")
        self.risk = self.home / "config" / "risk_config.yaml"
        self.risk.write_text(EXAMPLES)
        set_password(self.home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        self.loop = asyncio.Runner()
        self.loop.run(self._start())

    async def _start(self) -> None:
        clock = SystemClock()
        configuration = self.read()
        # Not below the home: the admin's commands would take what is published there for a guard that has a door.
        self.keeping = Keeping(self.home.with_name("data-of-the-guard"), clock)
        self.keeping.recover(configuration)
        self.guard = Guard(dict(configuration.settings), lambda _: None, clock)
        self.keeping.attach(self.guard, configuration)
        self.reloading = Reloading(self.home, self.read, self.guard, self.keeping, configuration)

    def read(self) -> Configuration:
        """What the files say."""
        return load_home(self.home, known_rules())

    def reload(self) -> Reload:
        """What the guard does when a file has changed."""
        return self.loop.run(self.reloading.reload())

    def runs_as_written(self) -> bool:
        """Whether the guard's settings are those of the files; those hold."""
        return self.guard.settings == dict(self.read().settings)

    def change(self, key: str, value: str | None) -> int:
        """By command; None takes the key out."""
        before = sys.stdin
        sys.stdin = io.StringIO(f"{PASSWORD}\n")
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
                if value is None:
                    return edits.unset(key, home=self.home, password_stdin=True)
                return edits.set_value(key, value, home=self.home, password_stdin=True)
        finally:
            sys.stdin = before
            self.told = told.getvalue()

    def close(self) -> None:
        """Let go of everything."""
        self.guard.stop()
        self.keeping.close()
        self.loop.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    one = House(tmp_path_factory.mktemp("house") / "home")
    yield one
    one.close()


@pytest.mark.parametrize(("rule", "key"), KEYS, ids=lambda one: one.key if isinstance(one, Rule) else ".".join(one.way))
def test_it_is_set_by_command_and_the_guard_takes_it(house: House, rule: Rule, key: Key) -> None:
    house.risk.write_text(before_it(rule, key))
    name, value = ".".join((rule.key, *key.way)), another_for(rule, key)
    assert house.change(name, value) == ExitCode.FINE, house.told
    written = node_by(only_document(house.risk.read_text(), ""), (rule.key, *key.way))
    assert written is not None
    assert plain(written) == plain(only_document(value, ""))
    assert house.reload().is_applied
    assert house.runs_as_written()


BROKEN = st.sampled_from(
    [
        *[
            "",
            "null",
            "[",
            "{",
            "{}",
            "[]",
            "{a: 1}",
            "-0",
            "1e400",
            "1e1000000",
            "2025-13-45",
            "[2026-02-30]",
            "!!int x",
            "!!bool maybe",
            ".nan",
            ".inf",
            "&a [*a]",
            "*a",
            "!!python/name:x",
        ],
        *[
            "'",
            "a: b",
            "- a",
            "%",
            "@",
            "`",
            "---",
            "...",
            "|",
            ">",
            "? x",
            "\t",
            "# no value",
            "x # y",
            "17:61",
            "\x85",
        ],
    ]
)
VALUES = st.one_of(
    st.integers(-9999, 9999).map(str),
    st.decimals(-9999, 9999, places=2).map(str),
    st.text(string.printable, max_size=14),
    st.text(max_size=6),
    BROKEN,
    st.sampled_from(sorted({value for rule, key in KEYS for value in values_for(rule, key)})),
)
WAYS = st.one_of(
    st.sampled_from([".".join((rule.key, *key.way)) for rule, key in KEYS] + [rule.key for rule in RULES]),
    st.sampled_from(
        [
            *["defaults.timezone", "defaults.reset_time", "defaults", "version", "rules", "rules.max_contracts.limit"],
            *["cooldown_after_loss.loss_thresholds.1", "cooldown_after_loss.loss_thresholds.3.loss_amount", "holidays"],
            *["max_contracts_per_instrument.limits.MNQ", "max_contracts_per_instrument.limits.EP", "symbol_blocks.0"],
        ]
    ),
    st.text("abc._0 \n:#", max_size=8),
)
FILES = st.lists(st.sampled_from(RULES), unique_by=lambda rule: rule.key).map(
    lambda rules: "version: 1\n\n" + "\n".join(f"# About {rule.key}.\n{rule.example}" for rule in rules)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=FILES, tries=st.lists(st.tuples(WAYS, st.none() | VALUES), min_size=1, max_size=5))
def test_whatever_is_tried_the_file_holds_and_the_guard_runs_as_it_says(
    house: House, text: str, tries: list[tuple[str, str | None]]
) -> None:
    house.risk.write_text(text)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    for key, value in tries:
        before = house.risk.read_bytes()
        code = house.change(key, value)
        after = house.risk.read_bytes()
        assert code in (ExitCode.FINE, ExitCode.BAD_INPUT), house.told
        assert code == ExitCode.FINE or (after == before and house.told.strip())
        assert house.reload().is_applied, (key, value, after.decode())
        assert house.runs_as_written()
        assert [line for line in after.decode().splitlines() if line.startswith("#")] == headings, (key, value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=60), FILES.map(lambda text: text.replace("-", "", 3)), FILES))
def test_whatever_is_written_by_hand_the_guard_runs_on_with_settings_that_hold(house: House, text: str) -> None:
    house.risk.write_text(EXAMPLES)
    assert house.reload().is_applied
    before: Any = dict(house.guard.settings)
    house.risk.write_text(text, encoding="utf-8", errors="replace")
    if house.reload().is_applied:
        assert house.runs_as_written()
    else:
        assert house.guard.settings == before
