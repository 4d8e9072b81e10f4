"""Protections taken out of the guard one at a time: the storm must turn red without each, or it is worth nothing.

`python -m tests.storm --without "the lock at a restart" --seeds 40` shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from risk_manager.core import changes, engine, exits, plan, pursuit
from risk_manager.core.events import CommandLost
from risk_manager.core.leaving import Leaving
from risk_manager.core.state import Account, State
from risk_manager.daemon.watch import Watch
from risk_manager.enforcement.breaker import Breaker
from risk_manager.gateway.sender import Sender
from risk_manager.store import tables

Swap = tuple[Any, str, Any]


def _no_lock_at_a_restart() -> list[Swap]:
    load = engine.load

    def forget(data: bytes, settings: Any) -> State:
        state = load(data, settings)
        return replace(state, accounts={key: replace(one, locks=()) for key, one in state.accounts.items()})

    return [(engine, "load", forget)]


def _no_confirmation() -> list[Swap]:
    def never(account: Account, now: datetime) -> tuple[Account, bool]:
        return account, False

    return [(pursuit, "run_out", never)]


def _sent_again() -> list[Swap]:
    take_reply = Sender._take_reply

    async def again(self: Sender, command: Any, *more: Any) -> Any:
        verdict = await take_reply(self, command, *more)
        if not isinstance(verdict, CommandLost):
            return verdict
        return await self._as_soon_as_it_can(command, lambda: command, is_allowed=True)

    return [(Sender, "_take_reply", again)]


def _no_log() -> list[Swap]:
    rows = tables.rows

    def without(before: Any, event: Any, step: Any, seq: int) -> Any:
        return rows(before, event, replace(step, commands=()), seq)

    return [(tables, "rows", without)]


def _no_sweep() -> list[Swap]:
    def nothing(*_: Any, **__: Any) -> None:
        return

    return [(changes, "keep_sweeping", nothing), (changes, "change", nothing)]


def _no_count_of_what_is_being_closed() -> list[Swap]:
    begin = Leaving.__init__

    def hastily(self: Leaving, sight: Any, leaves_at: datetime) -> None:
        begin(self, sight, leaves_at)
        self.confirm_by = leaves_at + timedelta(milliseconds=30)

    return [(Leaving, "__init__", hastily), (exits, "under_way", lambda *_: 0)]


def _no_pause() -> list[Swap]:
    return [(plan, "waits", lambda *_: False)]


def _blind_after_a_gap() -> list[Swap]:
    return [(Watch, "_read_soon", lambda _: None), (Watch, "read", _unread)]


async def _unread(_: Watch, command: Any) -> CommandLost:
    return CommandLost(account=command.account, command=command, why="nobody reads")


REMOVALS: Final[Mapping[str, Callable[[], list[Swap]]]] = {
    "the lock at a restart": _no_lock_at_a_restart,
    "the confirmation": _no_confirmation,
    "the count of what is being closed": _no_count_of_what_is_being_closed,
    "the second look": _blind_after_a_gap,
    "never sending twice": _sent_again,
    "the sweep of orders": _no_sweep,
    "the breaker and the pauses": lambda: [(Breaker, "refusal", lambda *_: None), *_no_pause()],
    "the log": _no_log,
}


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """The guard without one of its protections."""
    swaps = [(where, what, getattr(where, what), other) for where, what, other in (REMOVALS[name]() if name else [])]
    for where, what, _, other in swaps:
        setattr(where, what, other)
    try:
        yield
    finally:
        for where, what, own, _ in swaps:
            setattr(where, what, own)
