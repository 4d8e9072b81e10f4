"""One guard, its whole life, and every word and byte that it leaves: none of them is a secret.

The key stands in accounts.yaml itself, as most will have it, and in a form that is easily cut wrongly.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import configuration, connection, doctor, edits, rules
from risk_manager.ipc.admin import Answer, Login, Stop, ask
from risk_manager.service.duty import Duty
from tests.crash.house import ACCOUNT
from tests.daemon.programs import Side, done, make_home, program, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Unix sockets, and signals of POSIX")

KEY = "pst+#Vq9:'known/only=to-us"
PASSWORD = "three words, and #1 more"
WRONG = "somebody's guess at it, 77"
GATEWAY_TOKEN = "eyJ"  # what the gateway gives for the key begins like this
LOUD = {"PYTHONDEVMODE": "1", "PYTHONASYNCIODEBUG": "1"}
"""Python tells all that it can: slow callbacks with their arguments, dumps at a crash."""
PATHS = ("status", "health", "enforcement", f"accounts/{ACCOUNT}", "history", "openapi.json")


def home_of(folder: Path, url: str) -> Path:
    """A home with the key in its file, and a password."""
    home = make_home(folder, url, key=json.dumps(KEY))
    (home / "config" / "accounts.yaml").chmod(0o600)
    set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
    return home


def left_in(home: Path) -> Iterator[tuple[str, str]]:
    """Every file of a home but the one that the key belongs into."""
    for path in home.rglob("*"):
        if path.is_file() and path.name != "accounts.yaml":
            yield str(path.relative_to(home)), path.read_bytes().decode(errors="replace")


def search(what: dict[str, str], *secrets: str) -> list[str]:
    """Where a secret is, whole or in one of its halves."""
    parts = [part for secret in secrets for part in (secret, secret[: len(secret) // 2], secret[len(secret) // 2 :])]
    return [f"{name}: {part}" for name, text in what.items() for part in parts if part in text]


async def get(url: str) -> str:
    def read() -> str:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return str(reply.read().decode())

    return await asyncio.to_thread(read)


async def answer(*words: str, says: str) -> tuple[int, str]:
    async with program(*words, "--password-stdin", says=says, **LOUD) as running:
        return await running.ended(), "\n".join((*running.out, *running.err))


async def said_by_commands(home: Path) -> dict[str, str]:
    """Every command of the admin, with the right password and with a wrong one."""
    where = ("--home", str(home))
    set_limit = ("admin", "config", "set", "max_contracts_per_instrument.limits.MNQ")
    set_key = ("admin", "config", "set", "topstepx.api_key", "--file", "accounts.yaml", *where)
    looks = ["admin config show", "admin rules --json", "admin accounts", "admin test-connection", "doctor"]
    told = {one: "\n".join((await done(*one.split(), *where, **LOUD))[1:]) for one in looks}
    told["set, wrong password"] = (await answer(*set_limit, "1", *where, says=WRONG))[1]
    code, told["set"] = await answer(*set_limit, "1", *where, says=PASSWORD)
    assert code == ExitCode.FINE, told["set"]
    told["set key in the command line"] = (await answer(*set_key, KEY + "x", says=PASSWORD))[1]
    assert "a command line is no place for one" in told["set key in the command line"]
    code, told["set key"] = await answer(*set_key, "--stdin", says=f"{PASSWORD}\n{KEY}x")
    assert "in force at the next start of the guard" in told["set key"]
    assert "which is not shown" in told["set key"]
    code, told["backup"] = await answer("admin", "backup", *where, says=PASSWORD)
    assert code == ExitCode.FINE, told["backup"]
    return told


async def test_no_secret_is_in_anything_that_a_guard_leaves(tmp_path: Path) -> None:
    limits = ("--requests-per-minute", "100000")
    async with program("simulator", "--api-key", KEY, *limits) as running:
        side = Side((await running.says("Simulator ready at ")).rpartition(" ")[2])
        home = home_of(tmp_path, side.url)
        what: dict[str, str] = {}
        async with program("run", "--home", str(home), "--port", "0", **LOUD) as guard:
            door = (await guard.says("can ask at http")).partition("http")[2].split(" ")[0]
            await guard.says("Guarding.")
            await side.post(
                "place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=0, size=5
            )  # too many, so that it acts
            await guard.says("The guard asks to close 3 of MNQ")
            what |= await said_by_commands(home)
            login = await ask(home / "data" / "admin.sock", Login(password=PASSWORD))
            assert login.token is not None
            what |= {path: await get(f"http{door}/api/{path}") for path in PATHS}
            what["metrics"] = await get(f"http{door}/metrics")
            stopped = await ask(home / "data" / "admin.sock", Stop(token=login.token, why="the end of the test"))
            assert stopped.is_done
            assert await guard.ended() == ExitCode.DISMISSED
            what["guard"] = "\n".join((*guard.out, *guard.err))
        what |= dict(left_in(home))
    assert any(name.startswith("data/backups/") for name in what)
    assert {"logs/daemon.log", "logs/api.log", "logs/enforcement.log"} <= set(what)
    assert "done: edit" in what["logs/api.log"] or "edit risk_config.yaml" in what["logs/api.log"]
    assert search(what, KEY, PASSWORD, WRONG, login.token, GATEWAY_TOKEN * 2) == []
    assert [name for name, text in what.items() if GATEWAY_TOKEN in text] == []


async def test_no_secret_is_in_what_a_guard_says_when_it_dies(tmp_path: Path) -> None:
    async with program("simulator", "--api-key", KEY) as running:
        side = Side((await running.says("Simulator ready at ")).rpartition(" ")[2])
        home = home_of(tmp_path, side.url)
        async with program("run", "--home", str(home), "--port", "0", **LOUD) as guard:
            await guard.says("Guarding.")
            if sys.platform == "linux":
                told = Path(f"/proc/{guard.process.pid}/limits").read_text()
                core = next(line for line in told.splitlines() if line.startswith("Max core file size"))
                assert core.split()[4] == "0", "an image of its memory would hold the key"
            guard.process.send_signal(signal.SIGABRT)
            assert await guard.ended() == -signal.SIGABRT
            assert any("Fatal Python error: Aborted" in line for line in guard.err)
            what = {"guard": "\n".join((*guard.out, *guard.err)), **dict(left_in(home))}
    assert search(what, KEY, PASSWORD) == []


@pytest.mark.parametrize(
    "accounts",
    [
        "topstepx: {username: a, api_key: KEY, unknown: 1}\nmonitored_account: {account_id: 1}\n",
        "topstepx: {username: a, api_kye: KEY}\nmonitored_account: {account_id: 1}\n",
        "topstepx: KEY\nmonitored_account: {account_id: 1}\n",
        "topstepx: {username: a, api_key: [KEY]}\nmonitored_account: {account_id: 1}\n",
        "topstepx: {username: a, api_key: {x: KEY}}\nmonitored_account: {account_id: 1}\n",
        "topstepx: {username: a, api_key: KEY\nmonitored_account: {account_id: 1}\n",
        "topstepx:\n  username: a\n  api_key: KEY\n  api_key: KEY\nmonitored_account: {account_id: 1}\n",
        "topstepx:\n  username: a\n  api_key: KEY\n api_url: x\n",
        "topstepx: {username: a, api_key: KEY, api_url: 'http://example.org'}\nmonitored_account: {account_id: 0}\n",
    ],
)
def test_a_broken_file_is_told_without_the_key_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], accounts: str
) -> None:
    home = home_of(tmp_path, "http://127.0.0.1:9")
    key = "pst-known-only-to-us"
    (home / "config" / "accounts.yaml").write_text(accounts.replace("KEY", key))
    commands: dict[str, Callable[..., int]] = {
        "run": lambda home: Duty(home, 0).run(),
        "check": configuration.check,
        "rules": rules.run,
        "doctor": doctor.run,
        "test-connection": connection.run,
        "set": partial(edits.set_value, "topstepx.username", "b", file="accounts.yaml", password_stdin=True),
        "unset": partial(edits.unset, "topstepx.username", file="accounts.yaml", password_stdin=True),
    }
    what = {}
    for name, run in commands.items():
        assert run(home=home) != ExitCode.FINE
        told = capsys.readouterr()
        what[name] = told.out + told.err
    configuration.show(home=home)
    what["show"] = capsys.readouterr().out
    assert all(what.values())
    assert search(what, key) == []


async def test_the_doors_of_other_processes_give_no_way_in(tmp_path: Path) -> None:
    """What a trader's program might try: the read-only door with the words of the admin's, a token that it has made
    up, one that it has overheard of an earlier guard."""
    async with program("simulator", "--api-key", KEY) as running:
        side = Side((await running.says("Simulator ready at ")).rpartition(" ")[2])
        home = home_of(tmp_path, side.url)
        socket = home / "data" / "admin.sock"

        async def stop(token: str) -> Answer:
            return await ask(socket, Stop(token=token, why="not by the admin"))

        async with program("run", "--home", str(home), "--port", "0") as guard:
            door = (await guard.says("can ask at http")).partition("http")[2].split(" ")[0]
            await guard.says("Guarding.")
            tried: list[Any] = []
            for path in ("admin", "stop", "reload", "lockouts/clear", "login"):
                for method in ("GET", "POST", "PUT", "DELETE"):
                    body = json.dumps({"type": "stop", "token": "x", "why": "y", "password": PASSWORD}).encode()
                    request = urllib.request.Request(f"http{door}/api/{path}", body, method=method)
                    tried.append(await asyncio.to_thread(refused, request))
            assert set(tried) <= {400, 403, 404, 405, 413}
            assert not (await stop("made up")).is_done
            login = await ask(socket, Login(password=PASSWORD))
            assert login.token is not None
            assert guard.process.returncode is None
            assert await guard.stop() == ExitCode.FINE
        async with program("run", "--home", str(home), "--port", "0") as guard:
            await guard.says("Guarding.")
            assert not (await stop(login.token)).is_done
            await until(lambda: any("without a token that holds" in line for line in guard.err), "it is said")
            assert guard.process.returncode is None
            assert await guard.stop() == ExitCode.FINE


def refused(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
