"""What survives: locks, waivers, the configuration, a damaged file. The guard and the broker are processes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.audit import audit_command, replay_command
from risk_manager.daemon.clock import SystemClock
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc.status import AccountStatus
from risk_manager.store import open_store
from tests.crash.clearing import clear
from tests.crash.house import ACCOUNT, account_of, broker, configure, guard, new_home, rows, status
from tests.daemon.programs import SECRET, Program, Side, done, make_home, program, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM and SIGKILL")

BUY: Final = 0
LOSS: Final = "RULE-003"
TWO_MNQ: Final[dict[str, Any]] = {
    "max_contracts_per_instrument": {"limits": {"MNQ": 2}, "enforcement": "reduce_to_limit"}
}


def loss(limit: float) -> dict[str, Any]:
    """The day's loss, limited."""
    return {"daily_realized_loss": {"limit": limit, "include_unrealized": False}}


def seen(home: Path) -> AccountStatus:
    """What the guard shows of the account."""
    now = status(home)
    assert now is not None
    return account_of(now)


async def trade(side: Side, code: str, way: int, size: int) -> None:
    """An order of the trader's, at the market."""
    await side.post("place", accountId=ACCOUNT, contractId=await side.contract(code), side=way, size=size)


async def net_is(side: Side, *sizes: int) -> None:
    """Wait until the account really holds just this."""
    async with asyncio.timeout(30):
        while await side.net() != [*sizes]:
            await asyncio.sleep(0.02)


async def lose(side: Side, home: Path) -> None:
    """Buy an ES: the fees alone are a loss. Waits until that is a lock on the disk, and all is closed."""
    await trade(side, "EP", BUY, 1)
    await until(lambda: bool(standing(home, "lockouts")), "a lock is on the disk")
    await until(lambda: bool(seen(home).locks), "the lock is shown")
    await net_is(side)


def standing(home: Path, table: str) -> list[str]:
    """The rules that have a row there which has not ended."""
    return [row["rule"] for row in rows(home, f"SELECT rule FROM {table} WHERE ended_at IS NULL")]


async def kill(running: Program) -> None:
    """As a power failure would."""
    running.process.kill()
    await running.ended()


async def stopped(running: Program) -> None:
    """End it in order."""
    assert await running.stop() == ExitCode.FINE, "\n".join(running.err)


def is_whole(home: Path, *programs: Program) -> None:
    """The journal is what was written and leads to what is there, and the key is nowhere, backups included."""
    store = open_store(home / "data", now=SystemClock().now)
    store.backup()
    store.close()
    assert audit_command.verify(home=home) == ExitCode.FINE
    assert replay_command.run(home=home) == ExitCode.FINE
    files = [path for path in (home / "data").rglob("*") if path.is_file()]
    assert any(path.parent.name == "backups" for path in files)
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    told = "\n".join(line for running in programs for line in (*running.out, *running.err))
    assert SECRET not in told
    assert "Traceback" not in told, told


async def test_a_lock_outlives_a_kill_and_what_was_opened_meanwhile_is_closed(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **loss(-1))
        async with guard(home) as first:
            assert not any("Nobody has watched" in line for line in first.err)
            await lose(side, home)
            locks = seen(home).locks
            await kill(first)
        await trade(side, "EP", BUY, 2)
        await net_is(side, 2)
        async with guard(home) as second:
            said = await second.says("Nobody has watched since ")
            assert "it crashed or was killed, while the machine stayed up. What happened " in said
            await net_is(side)
            await until(lambda: seen(home).locks == locks, f"{locks} stand as before")
            await stopped(second)
        async with guard(home) as third:
            assert "it was stopped by the signal SIGTERM" in await third.says("Nobody has watched since ")
            await stopped(third)
        is_whole(home, first, second, third)


async def test_a_second_guard_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        async with guard(home) as first:
            code, out, err = await done("run", "--home", str(home), BROKER_KEY=SECRET)
            assert (code, out) == (ExitCode.REFUSED, "")
            assert f"Another guard holds {home / 'data'}: process {first.process.pid} on " in err
            assert "Traceback" not in err
            await trade(side, "MNQ", BUY, 5)
            await net_is(side, 2)  # the first one has not been disturbed
            await kill(first)
        async with guard(home) as next_one:
            await stopped(next_one)
        is_whole(home, first, next_one)


BROKEN: Final = "version: 1\nmax_contract: {limit: 2}\n"


@pytest.mark.parametrize("what", ["the rules", "the rules and the accounts", "the rules, and the key is a text"])
async def test_a_broken_configuration_leaves_the_last_good_one_in_force(tmp_path: Path, what: str) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url, SECRET if "text" in what else "${BROKER_KEY}")
        async with guard(home) as first:
            await stopped(first)
        (home / "config" / "risk_config.yaml").write_text(BROKEN)
        if "accounts" in what:
            (home / "config" / "accounts.yaml").write_text("topstepx: [\n")
        async with guard(home) as second:
            await second.says("CRITICAL: the configuration is broken. The last good one is in force")
            assert any(line.startswith("risk_config.yaml:2 ") for line in second.err)
            await trade(side, "MNQ", BUY, 5)
            await net_is(side, 2)
            await kill(second)
        async with guard(home) as third:  # what was in force then is still known
            await third.says("CRITICAL: the configuration is broken.")
            await stopped(third)
        is_whole(home, first, second, third)


async def test_a_key_that_was_never_written_down_is_missed_with_a_sentence(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url, SECRET)
        async with guard(home) as first:
            await stopped(first)
        (home / "config" / "risk_config.yaml").write_text(BROKEN)
        (home / "config" / "accounts.yaml").write_text("topstepx: [\n")
        code, out, err = await done("run", "--home", str(home))
        assert (code, out) == (ExitCode.BAD_INPUT, "")
        assert "RISK_MANAGER_API_KEY is not set" in err
        assert "Traceback" not in err
        async with program("run", "--home", str(home), RISK_MANAGER_API_KEY=SECRET) as second:
            await second.says("Guarding.")
            await stopped(second)
        is_whole(home, first, second)


async def test_a_broken_configuration_without_an_earlier_one_makes_nothing(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", SECRET)
    (home / "config" / "risk_config.yaml").write_text(BROKEN)
    for _ in range(2):
        code, out, err = await done("run", "--home", str(home))
        assert (code, out) == (ExitCode.BAD_INPUT, "")
        assert "risk_config.yaml:2  max_contract: unknown rule. Did you mean max_contracts?" in err
        assert SECRET not in err
        assert not (home / "data").exists()


@pytest.mark.parametrize("key", ["${BROKER_KEY}", SECRET], ids=["a reference", "a text"])
async def test_a_waiver_ends_with_a_change_of_its_rule_and_not_before(tmp_path: Path, key: str) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url, key)
        configure(home, **loss(-1), **TWO_MNQ)
        async with guard(home) as first:
            await lose(side, home)
            await kill(first)
        await clear(home, LOSS)
        assert (standing(home, "lockouts"), standing(home, "waivers")) == ([], [LOSS])
        configure(home, **loss(-1), max_contracts_per_instrument={"limits": {"MNQ": 3}})
        async with guard(home) as second:
            await until(lambda: seen(home).waived_rules == (LOSS,) and not seen(home).locks, "the waiver stands")
            await kill(second)
        configure(home, **loss(-1.5))
        async with guard(home) as third:
            await until(lambda: [lock.rule for lock in seen(home).locks] == [LOSS], "what still holds locks again")
            assert seen(home).waived_rules == ()
            await stopped(third)
        is_whole(home, first, second, third)


async def test_a_limit_that_was_tightened_is_judged_at_the_start_and_a_loosened_one_ends_no_lock(
    tmp_path: Path,
) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ, **loss(-1000))
        async with guard(home) as first:
            await trade(side, "MNQ", BUY, 2)
            await until(lambda: len(seen(home).positions) == 1, "the guard sees it")
            await stopped(first)
        configure(home, max_contracts_per_instrument={"limits": {"MNQ": 1}, "enforcement": "reduce_to_limit"})
        async with guard(home) as second:
            await net_is(side, 1)
            await stopped(second)
        configure(home, **loss(-0.01))  # the fees of the trades so far are more
        async with guard(home) as third:
            await until(lambda: standing(home, "lockouts") == [LOSS], "a lock is on the disk")
            await net_is(side)
            await until(lambda: len(seen(home).locks) == 1, "the lock is shown")
            until_then = seen(home).locks[0].until
            await stopped(third)
        configure(home, **loss(-100_000))
        async with guard(home) as fourth:
            await trade(side, "MNQ", BUY, 1)
            await fourth.says("The guard asks to close all of MNQ")
            await net_is(side)
            assert [lock.until for lock in seen(home).locks] == [until_then]
            await stopped(fourth)
        is_whole(home, first, second, third, fourth)
