"""Who may read what of a guard's home: the published state everybody, all else its own user; whatever the umask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from risk_manager import home as homes
from risk_manager.config.password import set_password
from risk_manager.daemon.reloading import fingerprint
from risk_manager.daemon.rights import close_secrets
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import address
from risk_manager.store import lease
from tests.crash.house import broker, guard, new_home, status
from tests.daemon.programs import make_home, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights are lists there, set by the service's installer")

AS_ANOTHER = """\
import os, sys
from pathlib import Path
from risk_manager.interfaces.{command} import run
os.setgroups([]), os.setgid({group}), os.setuid({user})
sys.exit(run(home=Path({home!r})))
"""

WORDS_AS_ANOTHER = """\
import contextlib, io, os, sys
from importlib import import_module
from risk_manager import cli
for place, _ in [*cli.COMMANDS.values(), *cli.ADMIN_COMMANDS.values()]:
    import_module(place.split(":")[0])
import risk_manager.interfaces.admin.console.command, risk_manager.service.duty
# What is loaded only when it is needed: the other user may not be let into this environment at all.
sys.argv = ["risk-manager", "status", "--home", {home!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    with contextlib.suppress(SystemExit):
        cli.main()
os.setgroups([]), os.setgid({group}), os.setuid({user})
sys.argv = ["risk-manager", *{words!r}, "--home", {home!r}]
cli.main()
"""

CLOSED_TO_OTHERS = [
    "admin",
    "admin accounts",
    "admin rules",
    "admin config show",
    "admin config check",
    "admin logs",
    "admin test-connection",
    "replay",
    "run",
]


@contextmanager
def mask(umask: int) -> Iterator[None]:
    """What is made in here, and by programs that are started in here, with this umask."""
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def another() -> Any:
    """Somebody else on this machine, who is in no group of ours."""
    if getattr(os, "geteuid", int)() != 0:
        pytest.skip("only root can become another user")
    pwd: Any = import_module("pwd")  # not on Windows
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("there is no other user on this machine")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may pass through; pytest's own is closed."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(homes.OPEN_WAY)
        yield Path(folder)


def command(name: str, who: Any, home: Path) -> subprocess.CompletedProcess[str]:
    """A command of ours as that user, who need not be able to read the program: it changes over when that is loaded."""
    code = AS_ANOTHER.format(command=name, group=who.pw_gid, user=who.pw_uid, home=str(home))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def words_at_a_terminal(words: str, who: Any, home: Path) -> tuple[int, str]:
    """The whole command line as that user, typed at a terminal: how it ended, and all that was told."""
    code = WORDS_AS_ANOTHER.format(words=words.split(), group=who.pw_gid, user=who.pw_uid, home=str(home))
    ours, theirs = import_module("pty").openpty()
    with open(ours, "rb", buffering=0) as screen:
        ended = subprocess.Popen([sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        told = b""
        try:
            while part := screen.read(1024):
                told += part
        except OSError:  # the other end is closed
            pass
        return ended.wait(), told.decode()


def seen_by(who: Any, *words: str) -> subprocess.CompletedProcess[str]:
    """A program as that user."""
    groups: list[int] = []
    return subprocess.run(
        words, user=who.pw_uid, group=who.pw_gid, extra_groups=groups, capture_output=True, text=True, check=False
    )


def is_connected(published: Path) -> bool:
    """What everybody may read says that the guard sees."""
    connection = json.loads(published.read_text())["connection"]
    return bool(connection["user_hub"] and connection["market_hub"])


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=["open to all", "closed to all"])
async def test_another_user_reads_what_is_published_and_nothing_else(place: Path, another: Any, umask: int) -> None:
    with mask(umask):
        async with broker() as side:
            home = new_home(place / "home", side, max_contracts={"limit": 1})
            config, data = home / "config", home / "data"
            set_password(config / "admin_password.hash", "three words do it", rounds=4)
            home.chmod(homes.OPEN_WAY)  # as `init` has them
            config.chmod(homes.CLOSED)
            async with guard(home) as running:
                await until(lambda: address.read(data / "door.json") is not None, "the door is open")
                await until(lambda: bool(list((data / "backups").glob("*.db"))), "the first reset makes a backup")
                await until(lambda: is_connected(data / "status.json"), "both hubs are there, and published")
                for name in ("status.json", "door.json"):
                    told = seen_by(another, "cat", str(data / name))
                    assert (told.returncode, told.stderr) == (0, "")
                    assert told.stdout.startswith("{")
                secret = [path for path in home.rglob("*") if path.is_file() and path.suffix not in {".json", ".new"}]
                names = {path.name for path in secret} | {path.parent.name for path in secret}
                assert names >= {"state.db", "state.db-wal", "state.db-shm", "guard.lock", "backups"}
                assert names >= {"accounts.yaml", "admin_password.hash", "daemon.log"}
                for path in secret:
                    assert seen_by(another, "cat", str(path)).returncode != 0, path
                for folder in (home, config, data, data / "backups", home / "logs"):
                    assert seen_by(another, "ls", str(folder)).returncode != 0, folder
                    assert seen_by(another, "touch", str(folder / "mine")).returncode != 0, folder
                assert rights(data / "admin.sock") == homes.PRIVATE_FILE
                shown = command("trader.status", another, home)
                assert (shown.returncode, shown.stderr) == (ExitCode.FINE, "")
                assert shown.stdout.startswith("The guard is running and connected.")
                checked = command("admin.doctor", another, home)
                assert (checked.returncode, checked.stderr) == (ExitCode.DIFFERS, "")
                assert "RED  configuration: It is for the guard's own user to read." in checked.stdout
                assert "ok   guard: It runs since " in checked.stdout
                assert await running.stop() == ExitCode.FINE


@pytest.mark.parametrize("words", CLOSED_TO_OTHERS)
def test_another_user_is_told_whose_files_they_are(place: Path, another: Any, words: str) -> None:
    home = place / "home"
    homes.make_folder(home, homes.OPEN_WAY)
    for folder, rights_of_it in (("config", homes.CLOSED), ("data", homes.OPEN_WAY), ("logs", homes.CLOSED)):
        homes.make_folder(home / folder, rights_of_it)
    for name in ("risk_config.yaml", "accounts.yaml", "admin_password.hash"):
        homes.make_private(home / "config" / name)
    ended, told = words_at_a_terminal(words, another, home)
    assert (ended, "Traceback" in told) == (ExitCode.REFUSED, False), told
    assert "the guard's own user" in told.replace("\r\n", " ")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_folder_has_the_rights_that_are_said_and_the_way_to_it_is_open(tmp_path: Path, umask: int) -> None:
    with mask(umask):
        homes.make_folder(tmp_path / "way" / "folder", homes.CLOSED)
        homes.make_folder(tmp_path / "way", homes.CLOSED)
    assert (rights(tmp_path / "way"), rights(tmp_path / "way" / "folder")) == (homes.OPEN_WAY, homes.CLOSED)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        homes.make_folder(tmp_path / "file", homes.CLOSED)


async def test_secrets_that_were_open_are_closed_at_the_start_and_it_is_said(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, max_contracts={"limit": 1})
        accounts, data = home / "config" / "accounts.yaml", home / "data"
        accounts.chmod(0o644)
        async with guard(home) as running:
            said = f"{accounts} could be read by others on this machine. Now only its owner may."
            assert said in running.err
            assert rights(accounts) == homes.PRIVATE_FILE
            await until(lambda: status(home) is not None, "the guard has published")
            assert await running.stop() == ExitCode.FINE
        (data / "state.db").chmod(0o644)
        async with guard(home) as again:
            assert rights(data / "state.db") == homes.PRIVATE_FILE
            assert said not in again.err
            assert await again.stop() == ExitCode.FINE


def test_what_belongs_to_somebody_else_is_said(place: Path, another: Any) -> None:
    accounts = place / "accounts.yaml"
    accounts.write_text("topstepx: {}\n")
    accounts.chmod(0o644)
    code = (
        "import os, sys; from pathlib import Path; from risk_manager.daemon.rights import close_secrets\n"
        f"os.setgroups([]), os.setgid({another.pw_gid}), os.setuid({another.pw_uid})\n"
        f"print(*close_secrets(Path({str(place)!r})))"
    )
    place.chmod(0o755)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    why = "and it cannot be closed: "
    assert told.stdout.startswith(f"WARNING: {accounts} can be read by others on this machine, {why}")
    assert rights(accounts) == 0o644
    assert list(close_secrets(place)) == [
        f"{accounts} could be read by others on this machine. Now only its owner may."
    ]
    assert list(close_secrets(place)) == []


TRYING_TO_READ = """\
import os, sys
from pathlib import Path
from risk_manager.config import ConfigError, load_home
from risk_manager.config.password import PasswordError, matches
hashed = Path({home!r}, "config", "admin_password.hash")
# What is loaded only when it is needed: the other user may not be let into this environment at all.
load_home(Path({home!r})), matches(hashed, "three words do it")
os.setgroups([]), os.setgid({group}), os.setuid({user})
try:
    load_home(Path({home!r}))
except ConfigError as error:
    print(error)
try:
    matches(hashed, "three words do it")
except PasswordError as error:
    print(error)
"""


def test_a_file_that_root_has_written_for_itself_is_told_with_the_way_out(place: Path, another: Any) -> None:
    home = make_home(place / "home", "http://127.0.0.1:9", key="a key")
    config = home / "config"
    set_password(config / "admin_password.hash", "three words do it", rounds=4)
    theirs = map(str, (home, config, config / "risk_config.yaml"))
    subprocess.run(["chown", str(another.pw_uid), *theirs], check=True)
    shut = [config / "accounts.yaml", config / "admin_password.hash"]
    for path in shut:
        path.chmod(0o600)
    code = TRYING_TO_READ.format(group=another.pw_gid, user=another.pw_uid, home=str(home))
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    whose = "It belongs to user 0, and its folder to user {1}. As root: chown {1} {0}"
    says = f"{{0}} cannot be read: Permission denied. {whose}"
    assert told.stdout.splitlines() == [
        f"accounts.yaml  {says.format(shut[0], another.pw_uid)}",
        f"{says.format(shut[1], another.pw_uid)}.",
    ]
    for path in shut:
        subprocess.run(["chown", str(another.pw_uid), str(path)], check=True)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == ""


@pytest.mark.parametrize("change", [lambda path: path.chmod(0o640), lambda path: path.write_text("version: 1 ")])
def test_that_a_file_may_be_read_by_others_now_is_noticed_as_a_change(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9")
    before = fingerprint(home)
    assert before == fingerprint(home)
    change(home / "config" / "accounts.yaml")
    assert before != fingerprint(home)


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "of somebody else"
    elsewhere.write_text("as it was")
    elsewhere.chmod(0o644)
    (tmp_path / "accounts.yaml").symlink_to(elsewhere)
    (tmp_path / "guard.lock").symlink_to(elsewhere)
    assert list(close_secrets(tmp_path)) == []
    held = lease.take(tmp_path, datetime.now(UTC))
    assert held.why_not.endswith("a second guard would not be noticed.")
    assert (elsewhere.read_text(), rights(elsewhere)) == ("as it was", 0o644)
