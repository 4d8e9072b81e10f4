"""A broker and a guard as two processes, and the guard's home between them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from risk_manager.ipc import status as published
from risk_manager.ipc.status import AccountStatus, GuardStatus
from risk_manager.store.connection import connect_to_read
from tests.daemon.programs import SECRET, Program, Side, make_home, program

ACCOUNT: Final = 465
MNQ_MOST: Final = 2
CLOSES: Final = {
    "/api/Position/closeContract": "close",
    "/api/Position/partialCloseContract": "reduce",
    "/api/Order/cancel": "cancel",
}

Row = dict[str, Any]


@asynccontextmanager
async def broker(*words: str) -> AsyncIterator[Side]:
    """The simulator as a process, merciless: a second close executes, one that is too large turns the position."""
    limits = ("--requests-per-minute", "100000")
    async with program("simulator", "--api-key", SECRET, *limits, *words) as running:
        side = Side((await running.says("Simulator ready at ")).rpartition(" ")[2])
        await side.post("conditions", second_close="executes", close_is_capped=False)
        yield side


@asynccontextmanager
async def guard(home: Path, *, is_up: bool = True) -> AsyncIterator[Program]:
    """The guard as a process; with `is_up` it is guarding."""
    async with program("run", "--home", str(home), BROKER_KEY=SECRET) as running:
        if is_up:
            await running.says("Guarding.")
        yield running


def configure(home: Path, **rules: Any) -> None:
    """Put these rules in force for the next start. The day ends in twelve hours, whenever it is; at the same minute
    when it is done again, since another one would be a change of every rule."""
    path = home / "config" / "risk_config.yaml"
    ends = datetime.now(UTC) + timedelta(hours=12)
    try:
        defaults = json.loads(path.read_text())["defaults"]
    except ValueError:  # not written by this function yet
        defaults = {"reset_time": f"{ends:%H:%M}", "timezone": "UTC", "confirm_within": 0.5}
    path.write_text(json.dumps({"version": 1, "defaults": defaults, **rules}))  # JSON is YAML


def new_home(folder: Path, side: Side, **rules: Any) -> Path:
    """A home with these rules."""
    home = make_home(folder, side.url)
    configure(home, **rules)
    return home


def status(home: Path) -> GuardStatus | None:
    """What was published last; None: nothing yet."""
    try:
        return published.read(home / "data" / "status.json")
    except FileNotFoundError:
        return None


def account_of(seen: GuardStatus) -> AccountStatus:
    """The one account."""
    return seen.accounts[0]


def rows(home: Path, query: str) -> list[Row]:
    """What stands in the database, read as everybody may read it while a guard writes."""
    with closing(connect_to_read(home / "data" / "state.db")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def has_database(home: Path) -> bool:
    """Whether a guard has begun to write here."""
    return (home / "data" / "state.db").exists()
