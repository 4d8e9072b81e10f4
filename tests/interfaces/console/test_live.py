"""The console in front of a real guard and a real simulator, and as the real program in a real terminal."""

from __future__ import annotations

import os
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from risk_manager.config.editing import with_value
from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.console.app import Console, difference
from risk_manager.interfaces.admin.console.dialogs import Ask
from risk_manager.interfaces.admin.console.page import Drawn, Page
from risk_manager.interfaces.admin.console.thread import NAME
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.trader.dashboard.saying import line
from risk_manager.interfaces.trader.dashboard.saying import plain as plain_line
from tests.crash.house import ACCOUNT, account_of, broker, configure, guard, new_home, rows, status
from tests.daemon.programs import SECRET, until
from tests.daemon.test_secrets import answer
from tests.interfaces.console.house import PASSWORD, furnish, press, rest, shows

if sys.platform != "win32":
    from tests.terminal import in_terminal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Unix sockets, and pseudo-terminals")
RISK = """\
version: 1
max_contracts_per_instrument:
  limits: {MNQ: 4}   # mine
trade_frequency_limit:
  limits: {per_session: 1}
"""


class Turned:
    """A clock that the test turns on."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.mark.slow
async def test_a_limit_is_changed_a_lock_ended_and_the_guard_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER_KEY", SECRET)
    async with broker() as side:
        home = new_home(tmp_path, side)
        (home / "config" / "risk_config.yaml").write_text(RISK)
        set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        clock = Turned()
        console = Console(House(home), clock=clock)
        async with guard(home) as running, console.run_test(size=(80, 24)) as pilot:
            await side.post(
                "place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=0, size=3
            )  # the one trade that is allowed
            await running.says("is in a cooldown until")
            await shows(pilot, "Admin password")
            await press(pilot, "type:wrong one", "enter")
            await shows(pilot, "The password is wrong.")
            await press(pilot, f"type:{PASSWORD}", "enter")
            await running.says("asked to log in")

            await press(pilot, "1", "2", "3", "ctrl+u", "type:2", "enter")
            await shows(pilot, "+  limits: {MNQ: 2}   # mine", "Write it")
            assert (home / "config" / "risk_config.yaml").read_text() == RISK
            await press(pilot, "y")
            await shows(pilot, "The new settings are in force. Changed: RULE-002.")
            assert "limits: {MNQ: 2}   # mine" in (home / "config" / "risk_config.yaml").read_text()
            await running.says("(max_contracts_per_instrument.limits.MNQ: 4 -> 2)")
            await running.says("RULE-002 3 MNQ are more than the limit of 2")

            clock.by = timedelta(minutes=16)  # the token has ended
            await press(pilot, "escape", "escape", "3", "1", "type:a test of mine", "enter", "2")
            await shows(pilot, "The password is asked for again")
            clock.by = timedelta()
            await press(pilot, f"type:{PASSWORD}", "enter")
            await shows(pilot, "1 lock(s) of RULE-006 are cleared.")
            await shows(pilot, "Nothing is locked.", "RULE-006 of account 465 is waived")

            await looks_around(pilot)
            await press(pilot, "4", "1")
            await shows(pilot, "Nothing in the files changes what the guard does.")
            await press(pilot, "2", "type:an update", "enter", "2")
            await running.says("The guard has stopped.")
            assert await running.ended() == ExitCode.DISMISSED
        journal = str(rows(home, "SELECT * FROM journal"))
        assert "stop the guard: an update" in journal
        assert PASSWORD not in journal
        assert SECRET not in journal


def outside(*symbols: str) -> dict[str, object]:
    """RULE-009 outside of its hour, for these symbols, or for the whole account."""
    now = datetime.now(UTC)
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    hour = {"start": f"{now + timedelta(hours=8):%H:%M}", "end": f"{now + timedelta(hours=9):%H:%M}", "timezone": "UTC"}
    window = {**hour, "days": days}
    rule = {"per_instrument_sessions": {"sessions": dict.fromkeys(symbols, window)}} if symbols else {}
    return {"session_block_outside": {"global_session": {"enabled": not symbols, **window}, **rule}}


@pytest.mark.slow
async def test_one_of_several_locks_of_a_rule_is_ended_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_KEY", SECRET)
    async with broker() as side:
        home = new_home(tmp_path, side, **outside("ES", "MNQ"))
        set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        console = Console(House(home), clock=Turned())
        async with guard(home) as running, console.run_test(size=(80, 24)) as pilot:
            await until(lambda: locked(home) == ["ES", "MNQ"], "both are locked")
            configure(home, **outside())
            await until(lambda: locked(home) == ["ES", "MNQ", None], "the account is, too")
            await shows(pilot, "Admin password")
            await press(pilot, f"type:{PASSWORD}", "enter", "3")
            await shows(pilot, "3  465 account · RULE-009")
            await press(pilot, "3")
            await shows(pilot, "Not ended with it: the lock of ES and MNQ by RULE-009.")
            await press(pilot, "type:the whole account alone", "enter", "2")
            await shows(pilot, "1 lock(s) of RULE-009 are cleared.", "Still locked by it: ES and MNQ.")
            await until(lambda: locked(home) == ["ES", "MNQ"], "the account is not locked any more")
            clear = ("admin", "lockouts", "clear", "9", "--account", str(ACCOUNT), "--reason", "by command")
            code, said = await answer(*clear, "--whole-account", "--home", str(home), says=PASSWORD)
            assert (code, "No lock of RULE-009 for the whole account stands there." in said) == (ExitCode.REFUSED, True)
            code, said = await answer(*clear, "--symbol", "mnq", "--home", str(home), says=PASSWORD)
            assert (code, "Still locked by it: ES." in said) == (ExitCode.FINE, True), said
            await until(lambda: locked(home) == ["ES"], "the other one stays")
            assert await running.stop() == ExitCode.FINE


def locked(home: Path) -> list[str | None]:
    now = status(home)
    return [] if now is None or not now.accounts else [lock.symbol for lock in account_of(now).locks]


async def looks_around(pilot: Pilot[None]) -> None:
    """From the page that is open to those that only look, and back to the menu."""
    await press(pilot, "escape", "6")
    await shows(pilot, "ok   login", "ok   clock", "Both hubs are there.")
    await press(pilot, "escape", "2")
    await shows(pilot, "465 Main", "guarded", "not guarded: it is not in accounts.yaml")
    await press(pilot, "escape", "5", "3")
    await shows(pilot, "refused: give a wrong", "done: clear RULE-006")
    await press(pilot, "escape", "escape")


async def test_the_password_is_changed(tmp_path: Path) -> None:
    home = furnish(tmp_path)
    console = Console(House(home))
    async with console.run_test() as pilot:
        await shows(pilot, "Admin password")
        await press(pilot, f"type:{PASSWORD}", "enter", "7", "1", "type:not the old one", "enter")
        await shows(pilot, "The password is wrong. Nothing has changed.")
        await press(pilot, "1", f"type:{PASSWORD}", "enter", "type:other three words", "enter", "type:others", "enter")
        await shows(pilot, "The two are not the same.")
        await press(pilot, "1", f"type:{PASSWORD}", "enter", "type:other three words", "enter")
        await press(pilot, "type:other three words", "enter")
        await shows(pilot, "The password is set.")
        assert not console.session.is_open
        console.session.let_in("other three words")
        assert console.session.is_open


async def test_five_wrong_passwords_close_it(tmp_path: Path) -> None:
    console = Console(House(furnish(tmp_path)))
    async with console.run_test() as pilot:
        await shows(pilot, "Admin password")
        for _ in range(5):
            await press(pilot, "type:wrong", "enter")
        await pilot.pause()
    assert console.farewell == "Five wrong passwords. The console has closed itself."
    assert not console.session.is_open


async def test_what_is_logged_is_shown_as_it_comes(tmp_path: Path) -> None:
    home = furnish(tmp_path)
    (home / "logs").mkdir()
    log = home / "logs" / "error.log"
    log.write_text("".join(f"line {count} of before\n" for count in range(100)))
    console = Console(House(home))
    console.session.let_in(PASSWORD)
    async with console.run_test() as pilot:
        await rest(pilot)
        await press(pilot, "5", "4")
        await shows(pilot, "line 99 of before")
        with log.open("a") as file:
            file.write("and one that has come\n")
        await shows(pilot, "and one that has come")


async def test_without_the_password_there_is_nothing_to_see(tmp_path: Path) -> None:
    console = Console(House(furnish(tmp_path)))
    async with console.run_test() as pilot:
        await shows(pilot, "Admin password")
        await pilot.press("escape")
        await pilot.pause()
    assert console.farewell == "Nothing was changed."


async def test_a_mistake_of_our_own_ends_it_with_a_sentence_and_shows_no_line_of_what_it_held(tmp_path: Path) -> None:
    console = Console(House(furnish(tmp_path)))

    def mistake(secret: str) -> None:
        raise ZeroDivisionError(f"with {secret} in a variable")

    async def ends() -> None:
        async with console.run_test() as pilot:
            console.call_later(mistake, SECRET)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await ends()
    assert console.farewell.startswith("The console has ended by a mistake of its own (ZeroDivisionError).")
    assert not console._exit_renderables


async def test_a_file_that_is_broken_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    home = furnish(tmp_path)
    risk = home / "config" / "risk_config.yaml"
    console = Console(House(home))
    console.session.let_in(PASSWORD)
    async with console.run_test() as pilot:
        await rest(pilot)
        await press(pilot, "1", "3")
        broken = risk.read_text() + "max_contracts: {limit: 7}\n"
        risk.write_text(broken)
        await press(pilot, "2", "ctrl+u", "type:-300", "enter")
        await shows(pilot, "Written twice")
        await press(pilot, "escape", "escape")
        await shows(pilot, "Written twice")
        await press(pilot, "3")
        await shows(pilot, "Written twice", "RULE-013")
        assert risk.read_text() == broken


def test_a_change_is_told_without_its_head_and_another_key_without_itself() -> None:
    edit = with_value("risk_config.yaml", "a: 1\n# x\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\n", "a", "9")
    assert [plain_line(one) for one in difference(edit)] == ["-a: 1", "+a: 9", " # x", " b: 2"]
    secret = with_value("accounts.yaml", "topstepx: {api_key: one}\n", "topstepx.api_key", "two")
    assert [plain_line(one) for one in difference(secret)] == [
        "! The key in it becomes another one, which is not shown."
    ]


class Slow(Page[str]):
    """A page that sees something when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def look(self) -> str:
        """Waits."""
        assert self.let.wait(60)
        return "seen"

    def drawn(self, seen: str, width: int) -> Drawn:
        """One line."""
        return Drawn(body=[line(seen)])


async def test_a_look_that_ends_late_leaves_the_words_of_what_has_been_opened_over_it(tmp_path: Path) -> None:
    console, page = Console(House(furnish(tmp_path))), Slow()
    console.session.let_in(PASSWORD)
    async with console.run_test() as pilot:
        await rest(pilot)
        await console.push_screen(page)
        await shows(pilot, "Reading the files ...")
        await console.push_screen(Ask("What else", text="-400", trouble="That is not a limit."))
        await shows(pilot, "That is not a limit.")
        page.let.set()
        while console.jobs:
            await pilot.pause()
        assert "That is not a limit." in await shows(pilot, "What else")


async def test_who_leaves_does_not_wait_for_what_is_asked(tmp_path: Path) -> None:
    with socket.socket() as silent:  # takes connections, and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        home = furnish(tmp_path)
        accounts = home / "config" / "accounts.yaml"
        accounts.write_text(accounts.read_text().replace("127.0.0.1:9", f"127.0.0.1:{silent.getsockname()[1]}"))
        console = Console(House(home))
        console.session.let_in(PASSWORD)
        async with console.run_test() as pilot:
            await rest(pilot)
            await pilot.press("6")
            await shows(pilot, "Asking the gateway ...")
            await pilot.press("escape", "q")
        assert [one.daemon for one in threading.enumerate() if one.name == NAME] == [True]


if sys.platform != "win32":

    @pytest.mark.slow
    async def test_the_program_in_a_terminal_changes_a_limit_of_a_guard_that_runs(tmp_path: Path) -> None:
        async with broker() as side:
            home = new_home(tmp_path, side)
            (home / "config" / "risk_config.yaml").write_text(RISK)
            set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
            async with guard(home) as running, in_terminal("admin", "--home", str(home)) as (terminal, before):
                await terminal.shows(b"Admin password")
                assert terminal.manners() != before, "keys come one by one"
                terminal.press(f"{PASSWORD}\r".encode())
                await running.says("asked to log in")
                for key, shows_then in (
                    (b"1", b"max_contracts_per_instrument"),
                    (b"2", b"unknown_symbol_action"),
                    (b"3", b"Enter takes it"),
                    (b"0\r", b"This is the change"),
                    (b"y", b"are in force"),
                ):
                    terminal.press(key)
                    await terminal.shows(shows_then)
                await running.says("(max_contracts_per_instrument.limits.MNQ: 4 -> 40)")
                terminal.press(b"\x11")
                assert await terminal.ended() == ExitCode.FINE
                assert terminal.manners() == before
                assert PASSWORD.encode() not in terminal.written
                assert await running.stop() == ExitCode.FINE
