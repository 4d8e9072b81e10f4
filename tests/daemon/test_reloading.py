"""The admin edits the files while the guard runs: what holds is in force at once, what does not changes nothing.

The guard and the broker are processes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest

from tests.crash.house import ACCOUNT, account_of, broker, configure, guard, new_home, rows, status
from tests.daemon.programs import Program, Side, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM and SIGKILL")

BUY: Final = 0
RISK: Final = Path("config") / "risk_config.yaml"


def most(limit: int, **more: Any) -> dict[str, Any]:
    """So many MNQ and no more."""
    return {"max_contracts_per_instrument": {"limits": {"MNQ": limit}, "enforcement": "reduce_to_limit"}, **more}


async def hold(side: Side, home: Path, size: int) -> None:
    """Buy so many MNQ, and wait until the guard has seen them."""
    await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=BUY, size=size)
    await until(lambda: sizes(home) == [size], "the guard sees the position")


def sizes(home: Path) -> list[int]:
    now = status(home)
    return [] if now is None or not now.accounts else [one.signed_size for one in account_of(now).positions]


async def stop(running: Program) -> None:
    assert await running.stop() == 0, "\n".join(running.err)


async def test_a_tighter_limit_acts_on_what_is_open(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(4))
        async with guard(home) as running:
            await hold(side, home, 4)
            configure(home, **most(1))
            await running.says("New settings are in force; changed: RULE-002")
            await until(lambda: sizes(home) == [1], "the excess is closed")
            assert await side.net() == [1]
            await stop(running)


async def test_a_broken_file_is_refused_with_its_line_and_changes_nothing(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(2))
        async with guard(home) as running:
            (home / RISK).write_text("version: 1\nmax_contracts_per_instrument:\n  limits: {MNQ: many}\n")
            told = await running.says("The new configuration is refused, the running one stays")
            assert "risk_config.yaml:3" in told
            await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=BUY, size=3)
            await running.says("3 MNQ are more than the limit of 2")
            await stop(running)


@pytest.mark.parametrize("broken", ["version: [", "version: 1\ndaily_realized_loss: {limit: 1e1000000}\n"])
async def test_a_mended_file_is_taken_without_a_start(tmp_path: Path, broken: str) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(2))
        async with guard(home) as running:
            (home / RISK).write_text(broken)
            await running.says("refused")
            configure(home, **most(3))
            await running.says("New settings are in force; changed: RULE-002")
            await stop(running)


async def test_what_was_edited_is_recorded_with_old_and_new_value_also_while_no_guard_ran(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(4))
        async with guard(home) as running:
            path = home / RISK
            path.write_text(path.read_text().replace('"MNQ": 4', '"MNQ": 3'))
            await running.says("changed: RULE-002 (max_contracts_per_instrument.limits.MNQ: 4 -> 3)")
            await stop(running)
        path.write_text(path.read_text().replace('"MNQ": 3', '"MNQ": 1'))
        async with guard(home) as running:
            await running.says("changed: RULE-002 (max_contracts_per_instrument.limits.MNQ: 3 -> 1)")
            await stop(running)
        journal = str(rows(home, "SELECT * FROM journal"))
    assert "max_contracts_per_instrument.limits.MNQ: 4 -> 3" in journal
    assert "max_contracts_per_instrument.limits.MNQ: 3 -> 1" in journal


async def test_another_word_for_an_account_is_shown_at_once_instead_of_the_brokers(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(4))
        async with guard(home) as running:
            assert name(home) == "Main"
            accounts = home / "config" / "accounts.yaml"
            accounts.write_text(accounts.read_text().replace("account_name: Main", "account_name: Combine 50K"))
            await running.says("New settings are in force (monitored_account.account_name: Main -> Combine 50K)")
            await until(lambda: name(home) == "Combine 50K", "it is shown")
            await stop(running)


async def test_what_was_edited_while_no_guard_ran_is_on_the_record_also_where_no_rule_is_another_one(
    tmp_path: Path,
) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(4))
        async with guard(home) as running:
            await stop(running)
        accounts = home / "config" / "accounts.yaml"
        accounts.write_text(accounts.read_text().replace("account_name: Main", "account_name: Combine 50K"))
        async with guard(home) as running:
            await running.says("(monitored_account.account_name: Main -> Combine 50K)")
            await stop(running)
        async with guard(home) as running:
            await stop(running)
        journal = str(rows(home, "SELECT * FROM journal"))
    assert journal.count("account_name: Main -> Combine 50K") == 1


def name(home: Path) -> str:
    now = status(home)
    return "" if now is None else account_of(now).name


@pytest.mark.parametrize(
    ("old", "new", "says", "edited"),
    [
        ("username: trader", "username: other", "the login is another one", "username: trader -> other"),
        ("api_key: ${BROKER_KEY}", "api_key: ${NEVER_SET}", "The login cannot be used", "api_key: another one, which"),
        ("465", "466", "466 is not guarded yet, 465 still is", "account_id: 465 -> 466"),
    ],
)
async def test_what_needs_a_start_waits_and_limits_are_taken_meanwhile(
    tmp_path: Path, old: str, new: str, says: str, edited: str
) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(4))
        async with guard(home) as running:
            accounts = home / "config" / "accounts.yaml"
            accounts.write_text(accounts.read_text().replace(old, new))
            told = await running.says("A part of the new configuration waits.")
            assert says in told
            assert "in force at the next start of the guard" in told
            assert f".{edited}" in told
            configure(home, **most(2))
            await running.says("New settings are in force; changed: RULE-002")
            await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=BUY, size=3)
            await running.says("3 MNQ are more than the limit of 2")
            now = status(home)
            assert now is not None
            assert says in " ".join(now.waits_for_start)
            accounts.write_text(accounts.read_text().replace(new, old))
            await until(lambda: not waits(home), "nothing waits any more")
            await stop(running)
        assert f".{edited}" in str(rows(home, "SELECT * FROM journal"))


def waits(home: Path) -> bool:
    now = status(home)
    return now is None or bool(now.waits_for_start)


async def test_a_lock_stands_when_its_rule_is_loosened(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, daily_realized_loss={"limit": -0.5, "include_unrealized": False})
        async with guard(home) as running:
            await side.post("place", accountId=ACCOUNT, contractId=await side.contract("EP"), side=BUY, size=1)
            await running.says("is locked until")
            configure(home, daily_realized_loss={"limit": -5000, "include_unrealized": False})
            await running.says("New settings are in force; changed: RULE-003")
            now = status(home)
            assert now is not None
            assert [lock.rule for lock in account_of(now).locks] == ["RULE-003"]
            await stop(running)
        assert [row["rule"] for row in rows(home, "SELECT rule FROM lockouts WHERE ended_at IS NULL")] == ["RULE-003"]


@pytest.mark.parametrize("text", ["", "max_contracts_per_instrument: {limits: {MNQ: 9}}\n"])
async def test_a_file_that_was_emptied_takes_no_limit_off(tmp_path: Path, text: str) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(2))
        async with guard(home) as running:
            (home / RISK).write_text(text)
            told = await running.says("The new configuration is refused, the running one stays")
            assert "Write version: 1" in told
            await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=BUY, size=3)
            await running.says("3 MNQ are more than the limit of 2")
            await stop(running)


async def test_that_the_last_rule_was_switched_off_is_told_critically(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **most(2))
        async with guard(home) as running:
            configure(home)
            await running.says(f"CRITICAL: No rule protects account {ACCOUNT} any more")
            await stop(running)
