"""An account is taken out of accounts.yaml while a lock stands for it: the rest goes on, and it is told once."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.core.model import AccountId
from risk_manager.core.rule import LockKind
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, Lock, State, Waiver
from risk_manager.daemon.unguarded import unguarded
from risk_manager.ipc import address
from risk_manager.store import Recovered
from tests.crash.house import ACCOUNT, broker, configure, guard, status
from tests.daemon.programs import Side, done, make_home, until
from tests.daemon.test_keeping import BUY, LOSS, is_whole, loss, standing, stopped

OTHER: Final = 466
DAYS: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALWAYS_OPEN: Final = {
    "global_session": {"start": "00:00", "end": "00:00", "timezone": "UTC", "days": DAYS},
    "respect_holidays": False,
    "warn_before_end": 0,
}
"""A rule that remembers something from its first look on."""
NOW: Final = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def found(account: Account, *before: AccountId) -> Recovered:
    """What a start finds: one account in the state, and who was guarded before."""
    state = State(now=NOW, accounts={account.id: account})
    settings = {key: Settings() for key in before}
    return Recovered(state=state, was=state, was_clean=True, gap_since=NOW, lines_replayed=0, settings=settings)


def test_what_stood_is_told_and_what_has_ended_is_not() -> None:
    later, before = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    locks = (
        Lock(rule="RULE-003", symbol=None, kind=LockKind.HARD, since=before, until=later, why="the day lost $501"),
        Lock(rule="RULE-006", symbol=None, kind=LockKind.COOLDOWN, since=before, until=before, why="4 trades"),
    )
    waivers = (Waiver(rule="RULE-008", symbol=None, until=later, why="a test"),)
    (one,) = unguarded(found(Account(id=OTHER, locks=locks, waivers=waivers), OTHER), {}, NOW)
    assert one.is_new
    assert one.says.startswith("WARNING: Account 466 is not guarded any more: it is not in accounts.yaml. For it stood")
    assert "the account locked until Mon 13:00 Chicago (19:00 UTC) (RULE-003: the day lost $501)" in one.says
    assert re.search(r"RULE-008 waived until Mon 13:00 .*, or until it comes back", one.says)
    assert "RULE-006" not in one.says


def test_one_that_has_gone_before_is_no_news_and_one_that_is_guarded_is_not_named() -> None:
    (one,) = unguarded(found(Account(id=OTHER)), {}, NOW)
    assert (one.is_new, "No lock and no waiver stood for it." in one.says) == (False, True)
    assert list(unguarded(found(Account(id=ACCOUNT)), {ACCOUNT: Settings()}, NOW)) == []


async def answered(home: Path, what: str) -> Any:
    """What the local door says."""
    there = address.read(address.path_in(home / "data"))
    assert there is not None
    with urllib.request.urlopen(f"http://127.0.0.1:{there.port}{what}", timeout=10) as reply:
        text = reply.read().decode()
    return text if what == "/metrics" else json.loads(text)


def is_connected(published: Path) -> bool:
    """What everybody may read says that the guard sees."""
    connection = json.loads(published.read_text())["connection"]
    return bool(connection["user_hub"] and connection["market_hub"])


def guarded(home: Path, *accounts: int) -> None:
    """Have just these in accounts.yaml."""
    path = home / "config" / "accounts.yaml"
    login = path.read_text().partition("monitored_account")[0]
    rows = ", ".join(f"{{account_id: {one}}}" for one in accounts)
    path.write_text(f"{login}monitored_accounts: [{rows}]\n")


async def buy(side: Side, account: int, size: int) -> None:
    """An order of the trader's, at the market."""
    contract = await side.contract("EP")
    await side.post("place", accountId=account, contractId=contract, side=BUY, size=size)


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_screens_show_those_who_are_guarded_and_the_lock_of_the_other_comes_back_with_it(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url)
        guarded(home, ACCOUNT, OTHER)
        configure(home, **loss(-1), session_block_outside=ALWAYS_OPEN)
        async with guard(home) as first:
            await buy(side, OTHER, 1)  # the fees alone are a loss
            await until(lambda: standing(home, "lockouts") == [LOSS], "a lock is on the disk")
            await stopped(first)
        guarded(home, ACCOUNT)
        async with guard(home) as second:
            said = [line for line in second.err if "Account 466" in line]
            assert len(said) == 1, said
            assert said[0].startswith("WARNING: Account 466 is not guarded any more: it is not in accounts.yaml. For ")
            assert "the account locked until " in said[0]
            await buy(side, OTHER, 1)  # the trader's own affair now
            await until(lambda: is_connected(home / "data" / "status.json"), "both hubs are there, and published")
            assert [one["id"] for one in (await answered(home, "/api/status"))["accounts"]] == [ACCOUNT]
            assert await answered(home, "/api/health") == {"is_well": True, "reasons": [], "impaired": []}
            metrics = await answered(home, "/metrics")
            assert ('account="465"' in metrics, 'account="466"' in metrics) == (True, False)
            code, told, _ = await done("status", "--home", str(home))
            assert (code, told.splitlines()[0]) == (0, "The guard is running and connected.")
            assert "Account 466" not in told
            await until(lambda: "Account 466" in (home / "logs" / "daemon.log").read_text(), "the log has it")
            await stopped(second)
        guarded(home, ACCOUNT, OTHER)
        async with guard(home) as third:
            now = status(home)
            assert now is not None
            assert [[lock.rule for lock in one.locks] for one in now.accounts] == [[], [LOSS]]
            await third.says("The guard asks to close all of ES")
            assert not any("not guarded any more" in line for line in third.err)
            await stopped(third)
        code, told, _ = await done("replay", "--home", str(home))
        assert (code, "the same answers, the same states, the same tables." in told) == (0, True)
        is_whole(home, first, second, third)
