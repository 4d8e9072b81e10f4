"""What the guard has asked of the broker, for people who ask why: the newest of it, and the last close of each account.

What it asked before this start is read once, from what was saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from risk_manager.core.commands import Close, Command, Fetch, Reduce
from risk_manager.core.model import AccountId
from risk_manager.daemon.telling import act, in_words, rule_in
from risk_manager.ipc.status import ActStatus, CloseStatus
from risk_manager.store import StoreError
from risk_manager.store.history import History, Row, Wanted
from risk_manager.store.instant import from_text

ACTS_KEPT: Final = 20
_commands = msgspec.json.Decoder(Command)


class Before(NamedTuple):
    """What guards before this one have asked for."""

    acts: tuple[ActStatus, ...] = ()
    """Newest first."""
    closes: Mapping[AccountId, CloseStatus] = {}
    """The last of each account."""


def before(path: Path, accounts: Iterable[AccountId]) -> Before:
    """What a database knows of it; nothing where it cannot be read."""
    try:
        with History(path) as past:
            acts = tuple(_act(row) for row in past.acts(Wanted(limit=ACTS_KEPT)))
            found = {account: past.last_close(account) for account in accounts}
        closes = {
            account: _close([_commands.decode(row["command"]) for row in rows], from_text(rows[0]["at"]))
            for account, rows in found.items()
            if rows
        }
    except (StoreError, msgspec.MsgspecError):
        return Before()
    return Before(acts, closes)


def closes(commands: Iterable[Command], at: datetime) -> Mapping[AccountId, CloseStatus]:
    """What one step of the guard closes, wholly or in part, by account."""
    found: dict[AccountId, list[Command]] = {}
    for command in commands:
        if isinstance(command, Close | Reduce):
            found.setdefault(command.account, []).append(command)
    return {account: _close(asked, at) for account, asked in found.items()}


def _close(commands: Iterable[Command], at: datetime) -> CloseStatus:
    asked = [(in_words(one), one.why) for one in commands if not isinstance(one, Fetch)]
    whys = dict.fromkeys(why for _, why in asked if why)
    return CloseStatus(at=at, asked=tuple(text for text, _ in asked), why="; ".join(whys))


def _act(row: Row) -> ActStatus:
    command = _commands.decode(row["command"])
    says, rule = act(command), rule_in(command.why)
    return ActStatus(at=from_text(row["at"]), says=says, account=command.account, rule=rule)
