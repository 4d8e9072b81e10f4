"""A secret comes into a file without ever standing in a command line; a file may be a link."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.document import only_document
from risk_manager.config.notifications import NOTIFICATIONS_FILE
from risk_manager.config.password import set_password
from risk_manager.config.tree import plain
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import edits
from tests.daemon.programs import make_home, program

if sys.platform != "win32":
    from tests.terminal import in_terminal

PASSWORD = "three words do it"
NEW = "a-new-key-nobody-may-see"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a password, and no guard."""
    folder = make_home(tmp_path / "home", "http://127.0.0.1:9", key="the-old-key")
    set_password(folder / "config" / "admin_password.hash", PASSWORD, rounds=4)
    return folder


def key_of(home: Path) -> object:
    return plain(only_document((home / "config" / ACCOUNTS_FILE).read_text(), ""))["topstepx"]["api_key"]


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        (ACCOUNTS_FILE, "topstepx.api_key", NEW),
        (ACCOUNTS_FILE, "topstepx.api_key", f"[{NEW}"),
        (ACCOUNTS_FILE, "topstepx.apikey", NEW),
        (ACCOUNTS_FILE, "topstepx", f"{{username: a, api_key: {NEW}}}"),
        (NOTIFICATIONS_FILE, "heartbeat", f'{{ping_url: "https://127.0.0.1/{NEW}"}}'),
        (NOTIFICATIONS_FILE, "channels", f'{{a: {{kind: discord, webhook_url: "https://127.0.0.1/{NEW}"}}}}'),
        (NOTIFICATIONS_FILE, "channels.a", f"https://127.0.0.1/{NEW}"),
    ],
)
def test_a_secret_in_the_command_line_is_refused_and_says_how(
    home: Path, capsys: pytest.CaptureFixture[str], file: str, key: str, value: str
) -> None:
    assert edits.set_value(key, value, file=file, home=home, password_stdin=True) == ExitCode.BAD_INPUT
    said = capsys.readouterr()
    assert "--stdin" in said.err
    assert NEW not in said.out + said.err
    assert key_of(home) == "the-old-key"
    assert not (home / "config" / NOTIFICATIONS_FILE).exists()


@pytest.mark.parametrize("value", ["${SOME_KEY}", "keyring:topstepx-trader", "credential:risk-manager.api_key"])
def test_where_a_secret_is_kept_is_none(home: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    done = edits.set_value("topstepx.api_key", value, file=ACCOUNTS_FILE, home=home, password_stdin=True)
    assert (done, key_of(home)) == (ExitCode.FINE, value)


@pytest.mark.parametrize("new", [NEW, "1234567890", "a: b #c", "[half", 'with "quotes"', "true"])
async def test_it_comes_by_stdin_word_by_word(home: Path, new: str) -> None:
    words = ("topstepx.api_key", "--stdin", "--password-stdin", "--file", ACCOUNTS_FILE, "--home", str(home))
    async with program("admin", "config", "set", *words, says=f"{PASSWORD}\n{new}") as running:
        assert await running.ended() == ExitCode.FINE, running.err
    assert new not in "".join(running.out + running.err)
    assert key_of(home) == new


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        ({"value": "1", "stdin": True}, "", "leave it out"),
        ({"stdin": True}, "", "no line with the value"),
        ({}, "", "no terminal to ask for it"),
        ({"stdin": True, "password_stdin": True}, "", "no line with the password"),
    ],
)
def test_a_script_that_gives_none_or_two_is_told(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: dict[str, object],
    typed: str,
    says: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    value, stdin = words.get("value"), bool(words.get("stdin"))
    code = edits.set_value(
        "daily_realized_loss.limit",
        str(value) if value is not None else None,
        stdin=stdin,
        home=home,
        password_stdin=bool(words.get("password_stdin")),
    )
    assert code == ExitCode.BAD_INPUT
    assert says in capsys.readouterr().err


if sys.platform != "win32":

    async def test_at_a_terminal_it_is_asked_for_and_not_shown(home: Path) -> None:
        words = ("topstepx.api_key", "--file", ACCOUNTS_FILE, "--home", str(home))
        async with in_terminal("admin", "config", "set", *words) as (screen, before):
            await screen.shows(b"topstepx.api_key: ")
            screen.press(f"{NEW}\n".encode())
            await screen.shows(b"Admin password: ")
            screen.press(f"{PASSWORD}\n".encode())
            await screen.shows(b"Write this [n]: ")
            screen.press(b"y\n")
            assert await screen.ended() == ExitCode.FINE
            assert screen.manners() == before
        assert key_of(home) == NEW
        assert NEW.encode() not in screen.written


@pytest.mark.skipif(os.name == "nt", reason="links of Unix")
def test_a_file_that_is_a_link_is_changed_where_it_lies_and_one_to_nowhere_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    link, target = home / "config" / "risk_config.yaml", tmp_path / "kept.yaml"
    link.rename(target)
    link.symlink_to(target)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}\n"))
    assert edits.set_value("max_contracts.limit", "3", home=home, password_stdin=True) == ExitCode.FINE
    assert "max_contracts:\n  limit: 3" in target.read_text()
    assert link.is_symlink()
    target.unlink()
    assert edits.set_value("max_contracts.limit", "4", home=home, password_stdin=True) == ExitCode.REFUSED
    assert "where no file is. Make one there, or remove the link." in capsys.readouterr().err
    assert link.is_symlink()
