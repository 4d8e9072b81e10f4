"""A trader who is somebody else on the machine than the guard, and who may do as he pleases with a file of his own.

The guard of this test is root's: the more it may, the worse it would be if it did what a trader's file leads it to.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from risk_manager.exit_codes import ExitCode
from tests.crash.house import ACCOUNT, broker, guard, new_home, status
from tests.daemon.programs import until
from tests.daemon.test_rights import another, place, rights, seen_by
from tests.daemon.test_telling_people import BUY, ONE_LOSS, by_telegram, services, tell
from tests.notify.services import Discord, Telegram

__all__ = ["another", "place"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="users of POSIX")

AS_TRADER = """\
import contextlib, encodings.utf_8_sig, io, os, sys
from risk_manager import cli
sys.argv = ["risk-manager", "notify", "prefs"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    cli.main()  # loads what it needs: the other user may not be let into this environment at all
os.setgroups([]), os.setgid({group}), os.setuid({user})
sys.argv = ["risk-manager", *{words!r}]
cli.main()
"""

READ_AS = """\
import os
from pathlib import Path
from risk_manager.config import ConfigError
from risk_manager.config.own_notifications import read_own
os.setgroups([]), os.setgid({group}), os.setuid({user})
try:
    read_own(Path({path!r}))
except ConfigError as error:
    print(error)
"""


class Trader:
    """Somebody else, with a folder of his own."""

    def __init__(self, who: Any, folder: Path) -> None:
        self._who = who
        self.folder = folder
        self.file = folder / "risk-manager" / "notifications.json"
        folder.mkdir(mode=0o700)
        shutil.chown(folder, who.pw_uid, who.pw_gid)

    async def types(self, *words: str, says: str = "") -> tuple[int, str]:
        """A command of ours: how it ended, and all that was told."""
        code = AS_TRADER.format(group=self._who.pw_gid, user=self._who.pw_uid, words=list(words))
        variables = {**os.environ, "XDG_DATA_HOME": str(self.folder)}
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", code],
            input=says,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    async def does(self, line: str) -> int:
        """Something with files, in a shell."""
        ended = await asyncio.to_thread(seen_by, self._who, "sh", "-c", f"cd {shlex.quote(str(self.folder))} && {line}")
        return ended.returncode


async def chosen(trader: Trader, coach: Discord, phone: Telegram) -> None:
    """A channel of his own, and then as quiet as can be; both are in force."""

    def times() -> int:
        return json.dumps(phone.delivered).count("Told are: mine.")

    code, shown = await trader.types(
        *("notify", "prefs", "--add", "mine", "--kind", "discord", "--secret-stdin"), says=f"{coach.hook}\n"
    )
    assert code == ExitCode.FINE, shown
    await phone.until(lambda: times() == 1, "it is in force")
    quiet = ("--severity", "critical", "--events", "reset", "--quiet", "00:00-23:59:59", "--timezone", "UTC")
    code, shown = await trader.types("notify", "prefs", *quiet)
    assert code == ExitCode.FINE, shown
    await phone.until(lambda: times() == 2, "that, too")
    assert trader.file.stat().st_uid != getattr(os, "geteuid", int)()
    assert rights(trader.file) == 0o600


async def test_the_traders_choice_is_his_own_and_what_is_critical_and_the_admins_are_not(
    place: Path, another: Any
) -> None:
    async with broker() as side, services() as (coach, phone):
        home = new_home(place / "home", side, **ONE_LOSS)
        trader = Trader(another, place / "trader")
        tell(home, {"phone": by_telegram(phone)}, trader_file=str(trader.file))
        admins = home / "config" / "notifications.yaml"
        async with guard(home) as running:
            before = admins.read_bytes()
            await chosen(trader, coach, phone)
            before_that = len(coach.delivered)
            assert await trader.does(f"echo >>{shlex.quote(str(admins))}") != 0
            code, _ = await trader.types(
                *("admin", "config", "unset", "channels.phone", "--file", "notifications.yaml"),
                *("--home", str(home), "--password-stdin"),
                says="a guess\n",
            )
            assert code != ExitCode.FINE
            assert admins.read_bytes() == before

            contract = await side.contract("MNQ")
            for way in (BUY, 1):
                await side.post("place", accountId=ACCOUNT, contractId=contract, side=way, size=1)
            await coach.got("reached the limit")
            await phone.got("reached the limit")
            assert await running.stop() == ExitCode.FINE
    assert all("CRITICAL" in json.dumps(one) for one in coach.delivered[before_that:]), "he wanted it quiet"


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        ("ln -sf /etc/shadow notifications.json", "is a link"),
        ("mkfifo notifications.json", "is no plain file of at most 16384 bytes"),
        ("head -c 200000 /dev/zero >notifications.json", "is no plain file of at most 16384 bytes"),
        ("mkdir notifications.json", "is no plain file of at most 16384 bytes"),
        ('printf \'{"version": 1, "chan\' >notifications.json', "notifications.json"),
        ("printf '\\377\\376' >notifications.json", "is no UTF-8 text"),
        (
            'printf \'{"version": 1, "heartbeat": {"ping_url": "http://127.0.0.1:9"}}\' >notifications.json',
            "admin's file",
        ),
        (
            'printf \'{"version": 1, "channels": {"x": {"kind": "webhook", "webhook_url": "${BROKER_KEY}"}}}\''
            " >notifications.json",
            "nothing of that goes out to here",
        ),
    ],
)
async def test_whatever_he_makes_of_it_does_no_harm_and_is_said(
    place: Path, another: Any, deed: str, says: str
) -> None:
    async with broker() as side, services() as (_, phone):
        home = new_home(place / "home", side, **ONE_LOSS)
        trader = Trader(another, place / "trader")
        tell(home, {"phone": by_telegram(phone)}, trader_file=str(trader.file))
        async with guard(home) as running:
            assert await trader.does(f"mkdir risk-manager && cd risk-manager && {deed}") == 0
            told = await phone.got("The trader's own file does not hold, so who is told stays as it was")
            assert says in told["text"]
            assert "root:" not in told["text"]
            await until(lambda: status(home) is not None, "it guards on")
            assert await running.stop() == ExitCode.FINE
        async with guard(home) as again:
            await again.says("the trader's own notifications do not hold, so nobody is told by them")
            await phone.got("Guarding.")
            assert await again.stop() == ExitCode.FINE


async def test_a_file_of_somebody_elses_in_its_place_is_read_as_any_strangers(place: Path, another: Any) -> None:
    async with broker() as side, services() as (coach, phone):
        home = new_home(place / "home", side, **ONE_LOSS)
        trader = Trader(another, place / "trader")
        tell(home, {"phone": by_telegram(phone)}, trader_file=str(trader.file))
        async with guard(home) as running:
            trader.file.parent.mkdir()
            channel = {"kind": "discord", "webhook_url": coach.hook}
            trader.file.write_text(json.dumps({"version": 1, "channels": {"phone": channel}}))  # root's own
            await coach.got("The trader's own notifications are in force. Told are: phone.")
            await phone.got("The trader's own notifications are in force. Told are: phone.")
            assert await running.stop() == ExitCode.FINE


async def test_a_file_that_cannot_be_reached_is_said_with_its_reason_also_while_the_guard_runs(
    place: Path, another: Any
) -> None:
    async with broker() as side, services() as (_, phone):
        home = new_home(place / "home", side, **ONE_LOSS)
        tell(home, {"phone": by_telegram(phone)})
        async with guard(home) as running:
            await phone.got("Guarding.")
            way = place / "a file"
            way.touch()
            tell(home, {"phone": by_telegram(phone)}, trader_file=str(way / "notifications.json"))
            told = await phone.got("The trader's own file does not hold, so who is told stays as it was")
            assert f"{way / 'notifications.json'} cannot be read: Not a directory" in told["text"]
            await until(lambda: "Not a directory" in str(status(home)), "it is shown")
            seen = status(home)
            assert seen is not None
            assert seen.told == ("phone",)
            assert await running.stop() == ExitCode.FINE


def test_a_folder_that_the_guards_user_may_not_enter_is_said_with_the_way_out(place: Path, another: Any) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    code = READ_AS.format(group=another.pw_gid, user=another.pw_uid, path=str(closed / "notifications.json"))
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "notifications.json cannot be read: Permission denied. A guard that systemd runs" in told.stdout, told.stderr
    assert "sudo install -d -m 2750 -o TRADER" in told.stdout
