"""The trader sees everything and can change nothing: every command, every key and the door, against a running guard."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from risk_manager.cli import COMMANDS
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import address
from risk_manager.ipc.routes import ROUTES
from tests.daemon.programs import Side, done, make_home, program, until
from tests.daemon.test_command import broker, guard, shown

ONCE: Final = {
    "status": ["", "--json"],
    "rules": ["", "--account 465", "--account 7", "--json"],
    "history": ["", "--csv", "--json", "--rule 2", "--symbol MNQ --kind act", "--account 7", "--limit 1"],
    "clock": ["in", "", "out", "--json"],
}
"""Commands that end by themselves, with what may be asked of them."""
ON_AND_ON: Final = {"monitor", "dashboard"}
_KEYS: Final = [bytes((key,)) for key in range(32, 127) if bytes((key,)) not in b"qQ"] + [
    *(b"\r", b"\t", b"\x1b", b"\x7f", b"\x01", b"\x04", b"\x12", b"\x13", b"\x16", b"\x18"),
    *(b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[3~", b"\x1b[5~", b"\x1b[6~", b"\x1bOP", b"\x1b[15~"),
]
_SHOUTS: Final = (
    '{"type":"reload","token":""}',
    '{"type":"clear","token":"","account":465,"rule":"RULE-003","why":"please"}',
    '{"type":"stop","token":"","why":"please"}',
    '{"type":"lockout_cleared","account_id":465,"seq":1}',
    "{",
)
_OF_THE_GUARD: Final = ("lockouts", "waivers", "orders", "positions", "enforcement_log", "trade_history")


async def say_everything(home: Path) -> None:
    """Every method at every path of the door, and whatever may be said over the WebSocket."""
    found = address.read(address.path_in(home / "data"))
    assert found is not None
    url = f"http://127.0.0.1:{found.port}"
    admins = ("/api/reload", "/api/lockouts/clear", "/api/stop", "/api/login", "/api/config")
    async with aiohttp.ClientSession() as session:
        for path in (*(route.path.replace("{id}", "465") for route in ROUTES), *admins):
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                reply = await session.request(method, url + path)
                assert reply.status == 405 if method != "GET" else reply.status in (200, 404, 426), (method, path)
        async with session.ws_connect(url, max_msg_size=0) as socket:
            await socket.receive_str()
            for shout in _SHOUTS:
                await socket.send_str(shout)
                while msgspec.json.decode(await socket.receive_str(timeout=20))["type"] != "refused":
                    pass


async def everything(home: Path, side: Side) -> dict[str, Any]:
    """What may not change: at the broker, in the files, in what the guard holds and has done."""
    await until(lambda: is_at_rest(home), "every act has its answer, and what came of it is written down")
    with closing(sqlite3.connect(f"file:{home / 'data' / 'state.db'}?mode=ro", uri=True)) as database:
        tables = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in _OF_THE_GUARD}
        by_hand = "SELECT count(*) FROM journal WHERE kind IN ('admin_acted', 'reloaded', 'cleared')"
        tables["by hand"] = database.execute(by_hand).fetchall()
    files = {path.name: path.read_bytes() for path in (home / "config").iterdir()}
    return {"broker": await side.get("record?accountId=465"), "files": files, **tables}


def is_at_rest(home: Path) -> bool:
    """Whether nothing is under way: no act without an answer, nothing open and no order left."""
    left = ("enforcement_log WHERE outcome IS NULL", "positions", "orders")
    with closing(sqlite3.connect(f"file:{home / 'data' / 'state.db'}?mode=ro", uri=True)) as database:
        return all(database.execute(f"SELECT count(*) FROM {rows}").fetchone() == (0,) for rows in left)


if sys.platform != "win32":  # it ends its programs with SIGTERM, and presses keys in a terminal of POSIX
    from tests.terminal import in_terminal

    async def test_nothing_of_the_traders_commands_can_change_anything(tmp_path: Path) -> None:
        assert {name for name, (place, _) in COMMANDS.items() if ".trader." in place} == {*ONCE, *ON_AND_ON}
        async with broker() as side:
            home = make_home(tmp_path / "home", side.url)
            with (home / "config" / "risk_config.yaml").open("a") as file:
                file.write("daily_realized_loss: {limit: -1, single_trade_limit: -0.01}\n")
            async with guard(home) as running:
                contract = await side.contract("MNQ")
                await side.post("place", accountId=465, contractId=contract, side=0, size=5)
                await shown(home, "  LOCKED whole account")
                await shown(home, "  flat")
                before = await everything(home, side)
                assert before["lockouts"], "there is something that a trader would like to change"

                at, own = ("--home", str(home)), {"XDG_DATA_HOME": str(tmp_path / "own")}
                for name, ways in ONCE.items():
                    for way in ways:
                        code, out, err = await done(name, *way.split(), *at, **own)
                        wanted = ExitCode.BAD_INPUT if "--account 7" in way else ExitCode.FINE
                        assert code == wanted, (name, way, out, err)
                async with program("monitor", *at) as monitor:
                    await monitor.says("Connected to the guard.")
                os.environ["XDG_DATA_HOME"], kept = own["XDG_DATA_HOME"], os.environ.get("XDG_DATA_HOME")
                try:
                    await press_everything(at)
                finally:
                    os.environ.pop("XDG_DATA_HOME")
                    os.environ.update({"XDG_DATA_HOME": kept} if kept is not None else {})
                await say_everything(home)

                assert await everything(home, side) == before
                assert running.process.returncode is None
                assert await running.stop() == ExitCode.FINE

    async def press_everything(at: tuple[str, ...]) -> None:
        """Every key of the keyboard on every page of the dashboard."""
        async with in_terminal("dashboard", *at) as (terminal, _):
            await terminal.shows(b"GUARDING")
            for page in b"1234567":
                terminal.press(bytes((page,)))
                for key in _KEYS:
                    terminal.press(key)
            terminal.press(b"\x1b")
            for _ in range(3):
                terminal.press(b"\x11")
            assert await terminal.ended() == ExitCode.FINE
