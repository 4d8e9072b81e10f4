"""Setting up as a new user would: at a real terminal, with wrong answers on the way, until an account is guarded."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from risk_manager.config import load_home, load_texts
from risk_manager.config.accounts import GuardedAccount
from risk_manager.config.password import matches
from risk_manager.config.presets import Limits, limits_of, risk_text, shipped
from risk_manager.core.events import AccountSeen
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.first_limits import common, guarded
from tests.crash.house import broker, guard, status
from tests.daemon.programs import SECRET, done, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")

PASSWORD = "three words do it"
_PATIENCE_SECONDS = 60.0
KEYRING = """\
import json, os, pathlib, types

class KeyringError(Exception):
    pass

errors = types.SimpleNamespace(KeyringError=KeyringError)
FILE = pathlib.Path(os.environ["RING"])

def _all():
    if not FILE.exists():
        raise KeyringError("no backend")
    return json.loads(FILE.read_text())

def get_password(service, name):
    return _all().get(f"{service}/{name}")

def set_password(service, name, password):
    FILE.write_text(json.dumps({**_all(), f"{service}/{name}": password}))
"""
"""As the library of this name behaves, without a backend until its file is there."""


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process, self._master = process, master
        self.seen = ""
        self._read = 0
        asyncio.get_running_loop().add_reader(master, self._take)

    def _take(self) -> None:
        try:
            self.seen += os.read(self._master, 65536).decode(errors="replace")
        except OSError:  # the program has ended
            asyncio.get_running_loop().remove_reader(self._master)

    async def answers(self, question: str, answer: str) -> None:
        """Wait for a question that has not been answered yet, and type."""
        await self.says(question)
        os.write(self._master, f"{answer}\n".encode())

    async def says(self, text: str) -> None:
        """Wait until something new is on the screen."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while (found := self.seen.find(text, self._read)) < 0:
                await asyncio.sleep(0.01)
        self._read = found + len(text)


@asynccontextmanager
async def terminal(*words: str, **environment: str) -> AsyncIterator[Terminal]:
    pty: Any = import_module("pty")  # not on Windows
    master, slave = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "risk_manager", *words),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    os.close(slave)
    running = Terminal(process, master)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        asyncio.get_running_loop().remove_reader(master)
        os.close(master)


async def test_from_nothing_to_a_guarded_account(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with broker() as side, terminal("init", "--home", str(home), "--url", side.url) as screen:
        await screen.answers("User name", "")
        await screen.says("The user name is needed.")
        await screen.answers("User name", "trader")
        await screen.answers("API key", "a wrong key")
        await screen.says("Check")
        await screen.answers("User name", "trader")
        await screen.answers("API key", SECRET)
        await screen.says("It works")
        await screen.answers("Which (numbers)", "99")
        await screen.says("is none of them")
        await screen.answers("Which (numbers)", "1")
        await screen.answers("Which [", "6")
        await screen.answers("lost in a day", "a lot")
        await screen.says("is no amount")
        await screen.answers("lost in a day", "1e3")
        await screen.says("'1e3' is no amount. Write it like 500, or 1,250.50")
        await screen.answers("lost in a day", "$350")
        await screen.answers("minis at a time", "2")
        await screen.answers("Where [", "1")
        await screen.answers("Password", "short")
        await screen.says("It needs 10 at least")
        await screen.answers("Password", PASSWORD)
        await screen.answers("Once more", "something else")
        await screen.says("not the same")
        await screen.answers("Password", PASSWORD)
        await screen.answers("Once more", PASSWORD)
        await screen.says("limit: -350")
        await screen.answers("Write it", "yes")
        await screen.says("Next: risk-manager run --home")
        assert await screen.process.wait() == ExitCode.FINE
        assert SECRET not in screen.seen
        assert PASSWORD not in screen.seen
        config = home / "config"
        assert matches(config / "admin_password.hash", PASSWORD)
        assert {path.name: path.stat().st_mode & 0o777 for path in config.iterdir()} == dict.fromkeys(
            ("accounts.yaml", "risk_config.yaml", "admin_password.hash"), 0o600
        )
        assert [path.stat().st_mode & 0o777 for path in (home, config)] == [0o711, 0o700]
        async with guard(home) as running:
            await until(lambda: status(home) is not None, "the guard has published")
            now = status(home)
            assert now is not None
            (account,) = now.accounts
            assert "daily_realized_loss" in account.rules
            assert await running.stop() == ExitCode.FINE


async def test_accounts_of_different_sizes_get_limits_of_their_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with broker() as side, terminal("init", "--home", str(home), "--url", side.url) as screen:
        await screen.answers("User name", "trader")
        await screen.answers("API key", SECRET)
        await screen.answers("Which (numbers)", "1 2")
        await screen.answers("Which for PRAC-V2-100001-40000002 [5]: ", "3")
        await screen.answers("Which for 50KTC-V2-DLL-100001-90000001 [1]: ", "")
        await screen.answers("Where [", "1")
        await screen.answers("Password", PASSWORD)
        await screen.answers("Once more", PASSWORD)
        await screen.says("limit: -800")
        await screen.says("accounts.yaml, beside the login:")
        await screen.says("daily_realized_loss: {limit: -2400}")
        await screen.answers("Write it", "yes")
        await screen.says("Next: risk-manager run --home")
        assert await screen.process.wait() == ExitCode.FINE
        assert SECRET not in screen.seen
        async with guard(home) as running:
            await until(lambda: status(home) is not None, "the guard has published")
            assert await running.stop() == ExitCode.FINE
    limits = {one.id: (limit_of(one, "RULE-001"), limit_of(one, "RULE-003")) for one in load_home(home).accounts}
    assert limits == {465: (15, -2400), 466: (5, -800)}


def limit_of(account: GuardedAccount, rule: str) -> Any:
    armed = account.settings.armed(rule)
    assert armed is not None
    return getattr(armed.config, "limit")  # noqa: B009


async def test_the_key_may_lie_in_the_systems_keyring(tmp_path: Path) -> None:
    home, ring = tmp_path / "home", tmp_path / "ring"
    ring.mkdir()
    (ring / "keyring.py").write_text(KEYRING)
    place = {"PYTHONPATH": str(ring), "RING": str(ring / "kept.json")}
    async with broker() as side, terminal("init", "--home", str(home), "--url", side.url, **place) as screen:
        await screen.answers("User name", "trader")
        await screen.answers("API key", SECRET)
        await screen.answers("Which (numbers)", "1")
        await screen.answers("Which [", "1")
        await screen.answers("Where [", "3")
        await screen.says("That is not possible here: the keyring cannot be asked: KeyringError.")
        (ring / "kept.json").write_text("{}")
        await screen.answers("Where [", "3")
        await screen.answers("Password", PASSWORD)
        await screen.answers("Once more", PASSWORD)
        assert (ring / "kept.json").read_text() == "{}", "nothing is written before the end"
        await screen.answers("Write it", "yes")
        await screen.says("Next: risk-manager run --home")
        assert await screen.process.wait() == ExitCode.FINE
        assert 'api_key: "keyring:topstepx-trader"' in (home / "config" / "accounts.yaml").read_text()
        assert SECRET not in screen.seen + "".join(path.read_text() for path in (home / "config").iterdir())
        code, out, err = await done("admin", "test-connection", "--home", str(home), **place)
        assert code == ExitCode.FINE, out + err


async def test_whoever_goes_away_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with broker() as side, terminal("init", "--home", str(home), "--url", side.url) as screen:
        await screen.answers("User name", "trader")
        await screen.answers("API key", SECRET)
        await screen.answers("Which (numbers)", "1")
        await screen.answers("Which [", "\x04")
        await screen.says("Nothing is written.")
        assert await screen.process.wait() == ExitCode.REFUSED
    assert not home.exists()


async def test_a_home_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "risk_config.yaml").write_text("version: 1\n")
    async with terminal("init", "--home", str(tmp_path)) as screen:
        await screen.says("There is a configuration in")
        assert await screen.process.wait() == ExitCode.REFUSED


@pytest.mark.parametrize("preset", shipped().presets, ids=lambda preset: preset.name)
def test_every_preset_makes_a_configuration_that_holds(preset: object) -> None:
    known = shipped()
    one = next(each for each in known.presets if each is preset)
    accounts = "topstepx: {username: a, api_key: b}\nmonitored_account: {account_id: 1}\n"
    read = load_texts({"risk_config.yaml": risk_text(limits_of(one, known)), "accounts.yaml": accounts})
    assert {armed.rule.id for armed in read.accounts[0].settings.rules} >= {"RULE-001", "RULE-003", "RULE-008"}
    assert -one.daily_loss < one.own_limit < 0


MINE = Limits("your own numbers", Decimal("-350.50"), 3)
KINDS = [*(limits_of(one, shipped()) for one in shipped().presets), MINE]


@pytest.mark.parametrize("first", KINDS, ids=lambda one: one.begun_from)
@pytest.mark.parametrize("second", KINDS, ids=lambda one: one.begun_from)
def test_each_account_has_what_was_chosen_for_it_as_if_it_were_alone(first: Limits, second: Limits) -> None:
    accounts = [AccountSeen(account=1, can_trade=True, name="one"), AccountSeen(account=2, can_trade=True, name="two")]
    login = "topstepx: {username: a, api_key: b}\n"
    own = guarded(accounts, [first, second])
    both = load_texts({"risk_config.yaml": risk_text(common([first, second])), "accounts.yaml": login + own})
    for account, limits in zip(both.accounts, (first, second), strict=True):
        its = login + guarded([accounts[account.id - 1]], [limits])
        alone = load_texts({"risk_config.yaml": risk_text(limits), "accounts.yaml": its})
        assert alone.accounts == (account,)
    assert ("rules:" in own) == (first.numbers != second.numbers)


@pytest.mark.parametrize(
    ("name", "preset"),
    [("50KTC-V2-DLL-100001-90000001", "50K Trading Combine"), ("express-v2-1", "Express"), ("S1JAN-X", None)],
)
def test_the_name_of_an_account_tells_its_preset(name: str, preset: str | None) -> None:
    found = shipped().fitting(name)
    assert (found is None) == (preset is None)
    assert found is None or found.name.startswith(preset or "")
