"""A rule may lock the whole account and single symbols at once: the admin ends the one that is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.config import settings_from_mapping
from risk_manager.core.events import Reloaded, TimePassed
from risk_manager.ipc.admin import Clear, ask
from tests.daemon.admin_house import ACCOUNT, House, house

NIGHT: Final = {"enabled": True, "start": "01:00", "end": "02:00", "timezone": "America/New_York"}


PER_SYMBOL: Final = {"per_instrument_sessions": {"enabled": True, "sessions": {"ES": NIGHT, "MNQ": NIGHT}}}


async def locked_twice(one: House) -> str:
    """A token; RULE-009 locks ES and MNQ, and since its settings are others it locks the whole account too."""
    token = await one.token()
    one.guard.put(TimePassed())
    one.guard.settings[ACCOUNT] = settings_from_mapping({"session_block_outside": {"global_session": NIGHT}})
    one.guard.put(Reloaded(account=ACCOUNT, changed=("RULE-009",)))
    assert {lock.symbol for lock in one.locks()} == {None, "ES", "MNQ"}
    return token


@pytest.mark.parametrize(
    ("exactly", "left", "says", "recorded"),
    [
        (
            {"whole_account": True},
            {"ES", "MNQ"},
            "The rule is waived until its next reset. Still locked by it: ES and MNQ.",
            "clear RULE-009 of account 465, only its lock of the whole account: taught",
        ),
        (
            {"symbol": "es"},
            {None, "MNQ"},
            "The rule is waived for ES until its next reset. Still locked by it: MNQ and the whole account.",
            "clear RULE-009 of account 465, only its lock of es: taught",
        ),
        (
            {"symbol": "ES", "keep_rule": True},
            {None, "MNQ"},
            "The rule stays in force. Still locked by it: MNQ and the whole account.",
            "clear RULE-009 of account 465, only its lock of ES, and keep the rule: taught",
        ),
        (
            {},
            set(),
            "The rule is waived until its next reset.",
            "clear RULE-009 of account 465: taught",
        ),
    ],
)
async def test_one_of_several_locks_of_a_rule_can_be_ended_alone(
    tmp_path: Path, exactly: dict[str, Any], left: set[str | None], says: str, recorded: str
) -> None:
    async with house(tmp_path, session_block_outside=PER_SYMBOL) as one:
        call = Clear(token=await locked_twice(one), account=ACCOUNT, rule="RULE-009", why="taught", **exactly)
        answer = await ask(one.socket, call)
        assert (answer.is_done, answer.says) == (True, f"{3 - len(left)} lock(s) of RULE-009 are cleared. {says}")
        assert {lock.symbol for lock in one.locks()} == left
        assert (recorded, False) in await one.acts()


@pytest.mark.parametrize(
    ("exactly", "says"),
    [
        ({"whole_account": True}, "No lock of RULE-011 for the whole account stands there. Standing: RULE-011 (RTY)."),
        ({"symbol": "ES"}, "No lock of RULE-011 for ES stands there. Standing: RULE-011 (RTY)."),
        ({"symbol": "RTY", "whole_account": True}, "Name a symbol or the whole account, not both: they are two locks."),
    ],
)
async def test_a_lock_that_does_not_stand_is_not_ended_for_another(
    tmp_path: Path, exactly: dict[str, Any], says: str
) -> None:
    async with house(tmp_path, symbol_blocks={"blocked_symbols": ["RTY"], "lock_at_start": True}) as one:
        token = await one.token()
        one.guard.put(TimePassed())
        answer = await ask(one.socket, Clear(token=token, account=ACCOUNT, rule="RULE-011", why="x", **exactly))
        assert (answer.is_done, answer.says) == (False, says)
        assert [lock.symbol for lock in one.locks()] == ["RTY"]
