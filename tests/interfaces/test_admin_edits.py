"""Editing a file by hand: a copy is edited, all problems are told, and only what holds takes the file's place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import configuration, edits
from risk_manager.interfaces.admin.console import command
from tests.interfaces.test_admin import PASSWORD, RISK, TEXT, home, risk, typed

if sys.platform != "win32":
    from tests.terminal import in_terminal

__all__ = ["home"]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals, and programs of POSIX")


def editor(folder: Path, *texts: str) -> str:
    """A program that puts these texts in the place of the file, one after the other, each time that it is started."""
    for number, text in enumerate(texts):
        (folder / f"text{number}").write_text(text)
    script = folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        f"left = sorted(pathlib.Path({str(folder)!r}).glob('text?'))\n"
        "assert pathlib.Path(sys.argv[1]).stat().st_mode & 0o77 == 0\n"
        "pathlib.Path(sys.argv[1]).write_text(left[0].rename(left[0].with_suffix('.done')).read_text())\n"
    )
    return f"{sys.executable} {script}"


if sys.platform != "win32":

    async def test_at_a_terminal_what_is_wrong_is_told_and_edited_again(
        home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = TEXT.replace("-500", "500").replace("MNQ: 4", "MNQ: -4")
        monkeypatch.setenv("EDITOR", editor(tmp_path, broken, TEXT.replace("-500", "-450")))
        async with in_terminal("admin", "config", "edit", "--home", str(home)) as (screen, _):
            await screen.shows(b"risk_config.yaml:3  daily_realized_loss.limit: 500 is positive.")
            await screen.shows(b"risk_config.yaml:5  max_contracts_per_instrument.limits.MNQ: -4 is negative.")
            await screen.shows(b"Edit again [y]: ")
            assert risk(home) == TEXT
            screen.press(b"\n")
            await screen.shows(b"+daily_realized_loss: {limit: -450")
            await screen.shows(b"Admin password: ")
            screen.press(f"{PASSWORD}\n".encode())
            await screen.shows(b"Write this [n]: ")
            assert risk(home) == TEXT
            screen.press(b"y\n")
            await screen.shows(b"it is in force at the next start.")
            assert await screen.ended() == ExitCode.FINE
        assert risk(home) == TEXT.replace("-500", "-450")

    async def test_who_does_not_go_on_leaves_everything_as_it_was(
        home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EDITOR", editor(tmp_path, "version: 1\nmax_contracts: {limit: none}\n"))
        async with in_terminal("admin", "config", "edit", "--home", str(home)) as (screen, _):
            await screen.shows(b"Edit again [y]: ")
            screen.press(b"n\n")
            await screen.shows(b"Nothing is written.")
            await screen.shows(b"What you have typed is kept in ")
            assert await screen.ended() == ExitCode.REFUSED
        assert risk(home) == TEXT
        kept = home / "config" / "risk_config.yaml.typed"
        assert kept.read_text() == "version: 1\nmax_contracts: {limit: none}\n"
        assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (TEXT.replace("-500", "5"), ExitCode.BAD_INPUT, "daily_realized_loss.limit: 5 is positive"),
        (TEXT, ExitCode.FINE, "says that already"),
        (TEXT + "max_contracts: {limit: 2}\n", ExitCode.FINE, "is written"),
    ],
)
def test_in_a_script(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    code: int,
    says: str,
) -> None:
    monkeypatch.setenv("EDITOR", editor(tmp_path, text))
    typed(monkeypatch, PASSWORD)
    assert edits.edit(home=home, password_stdin=True) == code
    assert says in capsys.readouterr().err
    assert risk(home) == (text if code == ExitCode.FINE else TEXT)
    assert (home / "config" / "risk_config.yaml.typed").exists() is (code != ExitCode.FINE), "nothing is typed twice"


@pytest.mark.parametrize(("command", "says"), [("false", "ended with code 1"), ("/no/such/thing", "cannot be started")])
def test_an_editor_that_does_not_work(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, says: str
) -> None:
    monkeypatch.setenv("EDITOR", command)
    assert edits.edit(home=home, password_stdin=True) == ExitCode.BAD_INPUT
    assert says in capsys.readouterr().err
    assert risk(home) == TEXT


@pytest.mark.parametrize("name", ["other.yaml", "../config/risk_config.yaml", "admin_password.hash", "logging.txt", ""])
def test_only_files_of_the_configuration_are_changed(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    before = sorted(path.name for path in (home / "config").iterdir())
    assert edits.set_value("a", "1", file=name, home=home, password_stdin=True) == ExitCode.BAD_INPUT
    assert "is no file of the configuration" in capsys.readouterr().err
    assert sorted(path.name for path in (home / "config").iterdir()) == before


def test_what_the_logs_are_told_is_checked_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logging = home / "config" / "logging.yaml"
    assert edits.set_value("level", "deaf", file="logging.yaml", home=home, password_stdin=True) == ExitCode.BAD_INPUT
    assert not logging.exists()
    typed(monkeypatch, PASSWORD)
    assert edits.set_value("level", "debug", file="logging.yaml", home=home, password_stdin=True) == ExitCode.FINE
    assert logging.read_text() == "level: debug\n"
    assert logging.stat().st_mode & 0o077 == 0
    logging.write_text("level: deaf\n")
    assert configuration.check(home=home) == ExitCode.BAD_INPUT


def test_the_file_that_is_there_is_the_one_that_is_meant(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config" / RISK).rename(home / "config" / "risk_config.yml")
    typed(monkeypatch, PASSWORD)
    assert edits.set_value("daily_realized_loss.limit", "-400", home=home, password_stdin=True) == ExitCode.FINE
    assert not (home / "config" / RISK).exists()
    assert "-400" in (home / "config" / "risk_config.yml").read_text()


def test_what_somebody_else_has_written_meanwhile_is_not_lost(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "config" / RISK
    monkeypatch.setenv("EDITOR", f'sh -c "sed -i s/-500/-1/ {path}; sed -i s/-500/-450/ $0"')
    typed(monkeypatch, PASSWORD)
    assert edits.edit(home=home, password_stdin=True) == ExitCode.BAD_INPUT
    assert "has been changed by somebody else meanwhile" in capsys.readouterr().err
    assert risk(home) == TEXT.replace("-500", "-1")


def test_problems_and_files_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert configuration.show(home=home, json=True) == ExitCode.FINE
    shown = capsys.readouterr().out
    assert '"text": "topstepx:' in shown
    assert "a-key-of-this-home" not in shown
    (home / "config" / RISK).write_text("version: 1\nmax_contracts: {limit: -1}\n")
    assert configuration.check(home=home, json=True) == ExitCode.BAD_INPUT
    assert '"line": 2' in capsys.readouterr().out


def test_the_console_needs_a_terminal_and_says_what_there_is_for_scripts(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.run(home=home) == ExitCode.BAD_INPUT
    assert "risk-manager admin --help" in capsys.readouterr().err


if sys.platform != "win32":

    @pytest.mark.parametrize(
        ("gone", "says", "code"),
        [
            ("admin_password.hash", b"No admin password is set yet", ExitCode.REFUSED),
            ("", b"Begin with risk-manager init", ExitCode.BAD_INPUT),
        ],
    )
    async def test_a_home_that_is_not_ready_says_what_to_do(home: Path, gone: str, says: bytes, code: int) -> None:
        (home / "config" / gone).unlink() if gone else (home / "config").rename(home / "elsewhere")
        async with in_terminal("admin", "--home", str(home / ("" if gone else "config"))) as (screen, _):
            await screen.shows(says)
            assert await screen.ended() == code
