"""The database under a guard that cannot be written or was damaged: it goes on guarding and says so."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.crash.house import broker, guard, new_home, rows, status
from tests.daemon.programs import SECRET, Program, Side, until
from tests.daemon.test_keeping import (
    BUY,
    LOSS,
    TWO_MNQ,
    is_whole,
    kill,
    lose,
    loss,
    net_is,
    seen,
    standing,
    stopped,
    trade,
)
from tests.store.test_trouble import needs_closed_folders

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")

ROOM: Final = 160 * 1024


@asynccontextmanager
async def cramped(home: Path) -> AsyncIterator[Program]:
    """A guard whose files may not grow beyond some KB. Letting them grow again cannot be done from outside, so that
    half is told in tests/store."""
    limited = (
        f"import os, resource as r, sys; r.setrlimit(r.RLIMIT_FSIZE, ({ROOM}, {ROOM})); "
        "os.execv(sys.executable, [sys.executable, '-m', 'risk_manager', *sys.argv[1:]])"
    )
    pipe = asyncio.subprocess.PIPE
    words = (sys.executable, "-c", limited, "run", "--home", str(home))
    environment = {**os.environ, "BROKER_KEY": SECRET}
    process = await asyncio.create_subprocess_exec(*words, stdout=pipe, stderr=pipe, env=environment)
    running = Program(process)
    running.read()
    try:
        await running.says("Guarding.")
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await running.ended()


async def oversize(side: Side, running: Program) -> None:
    """Buy three MNQ more, and see them closed."""
    await trade(side, "MNQ", BUY, 3)
    async with asyncio.timeout(20):
        while sum(await side.net()) > 2:
            assert running.process.returncode is None, running.err
            await asyncio.sleep(0.02)


async def test_a_disk_that_is_full_is_said_and_holds_up_no_enforcement(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        async with guard(home) as first:
            await trade(side, "MNQ", BUY, 2)
            await net_is(side, 2)
            await stopped(first)
        async with cramped(home) as second:
            for _ in range(60):
                if any("CRITICAL: Nothing can be saved: " in line for line in second.err):
                    break
                await oversize(side, second)
            said = await second.says("CRITICAL: Nothing can be saved: ")
            assert "a restart would forget" in said
            await oversize(side, second)
            await net_is(side, 2)
            await kill(second)
        async with guard(home) as third:
            assert "it crashed or was killed" in await third.says("Nobody has watched since ")
            await oversize(side, third)
            await stopped(third)
        is_whole(home, first, second, third)


@needs_closed_folders
async def test_a_folder_that_may_only_be_read_still_gives_its_locks(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **loss(-1))
        async with guard(home) as first:
            await lose(side, home)
            await stopped(first)
        data = home / "data"
        for path in (*data.iterdir(), data):
            path.chmod(stat.S_IREAD | (stat.S_IEXEC if path.is_dir() else 0))
        try:
            async with guard(home) as second:
                await second.says("can be read and not written")
                await second.says("the status that is shown is old")
                await trade(side, "EP", BUY, 2)
                await second.says("The guard asks to close all of ES")
                await net_is(side)
                await kill(second)
        finally:
            for path in (data, *data.iterdir()):
                path.chmod(stat.S_IRWXU)
        async with guard(home) as third:
            assert standing(home, "lockouts") == [LOSS]
            await stopped(third)
        is_whole(home, first, second, third)


async def test_a_status_that_cannot_be_written_is_written_as_soon_as_it_can(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        (home / "data" / "status.new").mkdir(parents=True)
        async with guard(home) as running:
            await running.says("the status that is shown is old")
            await oversize(side, running)
            (home / "data" / "status.new").rmdir()
            await running.says("The status is shown again.")
            await until(lambda: (home / "data" / "status.json").exists(), "it is there")
            await stopped(running)
        is_whole(home, running)


@pytest.mark.parametrize(("how", "is_backed_up"), [("header", False), ("half", False), ("half", True)])
async def test_a_damaged_database_is_set_aside_and_said(tmp_path: Path, how: str, is_backed_up: bool) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        async with guard(home) as first:
            await oversize(side, first)
            await stopped(first)
        is_whole(home, first)  # which makes a backup
        if not is_backed_up:
            shutil.rmtree(home / "data" / "backups")
        path = home / "data" / "state.db"
        content = path.read_bytes()
        path.write_bytes(b"x" * 100 + content[100:] if how == "header" else content[: len(content) // 2])
        async with guard(home) as second:
            said = await second.says("CRITICAL: The database was damaged: ")
            assert ("There is no good backup." in said) is not is_backed_up
            assert ("is in its place: what came after it is not known, locks included." in said) is is_backed_up
            assert len(list((home / "data").glob("state.db.damaged-*Z"))) == 1
            await oversize(side, second)
            await kill(second)
        async with guard(home) as third:
            assert not any("damaged" in line for line in third.err)
            await stopped(third)
        is_whole(home, first, second, third)


async def test_whoever_deletes_the_database_gets_the_locks_of_the_newest_backup_and_hears_so(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **loss(-1))
        async with guard(home) as first:
            assert not any("CRITICAL" in line for line in first.err)
            await lose(side, home)
            await stopped(first)
        is_whole(home, first)  # which makes a backup
        async with guard(home) as second:
            await kill(second)
        (home / "data" / "state.db").unlink()
        await trade(side, "EP", BUY, 2)
        await net_is(side, 2)
        async with guard(home) as third:
            said = await third.says("CRITICAL: The database was gone: ")
            assert "is in its place: what came after it is not known, locks included." in said
            (log,) = (home / "data").glob("state.db.missing-*Z-wal")
            assert f"What was left is kept as {log.name}." in said
            assert "a backup that was put back: of the time since " in await third.says("nothing is known")
            await net_is(side)
            await until(lambda: bool(seen(home).locks), "the lock of the backup stands")
            assert standing(home, "lockouts") == [LOSS]
            await stopped(third)
        async with guard(home) as fourth:
            assert not any("The database was gone" in line for line in fourth.err)
            await stopped(fourth)
        is_whole(home, first, second, third, fourth)
        assert rows(home, "SELECT kind FROM journal WHERE kind = 'put_back'") == [{"kind": "put_back"}]


async def test_where_nothing_is_left_of_a_deleted_database_but_bad_backups_it_is_said_too(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        data = home / "data"
        (data / "backups").mkdir(parents=True)
        (data / "backups" / "risk-20251023T150000000000Z.db").write_bytes(b"x" * 5000)
        async with guard(home) as first:
            said = await first.says("CRITICAL: The database was gone: ")
            assert "There is no good backup. No lock and no count of earlier is known" in said
            await oversize(side, first)
            now = status(home)
            assert now is not None
            assert any("The database was gone" in told for told in now.while_away)
            await stopped(first)
        is_whole(home, first)
