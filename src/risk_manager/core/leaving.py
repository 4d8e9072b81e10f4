"""What leaves in a step, and what must be said loudly about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.model import AccountId
from risk_manager.core.pursued import ChangeKind
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account


class Leaving:
    """Commands that leave in this step, and what must be said loudly about them."""

    __slots__ = ("account", "closes", "confirm_by", "loud", "others", "reductions", "sight")

    def __init__(self, sight: Sight, leaves_at: datetime) -> None:
        """`leaves_at` is when requests really leave: later than `sight.now` where what was due is caught up with."""
        self.sight = sight
        self.confirm_by = leaves_at + sight.within
        self.account = sight.account
        self.closes: list[Command] = []
        self.reductions: list[Command] = []
        self.others: list[Command] = []
        self.loud: list[str] = []

    def commands(self) -> tuple[Command, ...]:
        """All of them, in the order in which they must leave."""
        return (*self.closes, *self.reductions, *self.others)


def looked_over(commands: list[Command], earlier: int, accounts: Mapping[AccountId, Account]) -> tuple[Command, ...]:
    """What leaves of the commands of a step, of which the first `earlier` were decided on before its last turn: each
    once, and only as far as they still stand.

    After a sleep a retry is due, and the message that makes it needless may be what has woken the guard.
    """
    if not earlier:
        return tuple(commands)
    looked = [_left_of(command, accounts[command.account]) for command in commands[:earlier]]
    return tuple(dict.fromkeys([*(command for command in looked if command is not None), *commands[earlier:]]))


def still_wanted(command: Command, before: Account, account: Account) -> Command | None:
    """What is left to be asked for of a command that was decided on for an account as it was `before`, and has not left
    yet. None: nothing; it is done, or its position is gone or has become another one."""
    if isinstance(command, Close | Reduce | PlaceStop):
        then, now = before.positions.get(command.contract), account.positions.get(command.contract)
        if then is None or now is None or (then.sign, then.first_seen_at) != (now.sign, now.first_seen_at):
            return None
    return _left_of(command, account)


def _left_of(command: Command, account: Account) -> Command | None:
    """What is left to be asked for of a command; None for nothing."""
    match command:
        case Close() | Reduce():
            closing = account.closings.get(command.contract)
            if closing is None or not closing.is_under_way() or closing.is_whole is not isinstance(command, Close):
                return None
            if isinstance(command, Reduce) and command.size > closing.outstanding:
                return replace(command, size=closing.outstanding)
            return command
        case Cancel() | Resize() | MoveStop():
            change = account.changes.get(command.order)
            kind = {Cancel: ChangeKind.CANCEL, Resize: ChangeKind.RESIZE, MoveStop: ChangeKind.MOVE}[type(command)]
            return command if change is not None and change.is_under_way() and change.kind is kind else None
        case PlaceStop():
            placing = account.placings.get(command.contract)
            return command if placing is not None and placing.tag == command.tag else None
        case Fetch():
            return command


def waits(again_at: datetime | None, now: datetime) -> bool:
    """True while a pause lasts."""
    return again_at is not None and now < again_at
