"""The whole loop: what we believe after an event, what is wrong with it, and what to ask the broker for.

It cannot wait, log or look at a clock. Who drives it asks for the deadline and calls again then. What is due at an
instant happens before what arrives at it, in one evaluation; what was due earlier is done first, at its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from risk_manager.core import differences
from risk_manager.core.events import AccountRead, AnyEvent, TimePassed
from risk_manager.core.model import AccountId
from risk_manager.core.record import Step
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, State
from risk_manager.core.turns import Turns, is_restart

_GAP_SECONDS = 60
_LONG_AGO = timedelta(seconds=_GAP_SECONDS)
"""Nobody was awake for longer than this: what was due meanwhile is judged once, now, on what is read next."""


def begin(accounts: Iterable[AccountId], now: datetime) -> State:
    """The state of a guard that knows nothing yet. The first event of each account is an `AccountRead`."""
    return State(now=now, accounts={account: Account(id=account) for account in accounts})


def step(
    state: State, event: AnyEvent, settings: Mapping[AccountId, Settings], now: datetime, *, strict: bool = False
) -> Step:
    """Take one event in. With `strict` an error of a rule is raised; else it is a critical alert and the others go on.

    An event for an account that is not in `settings` changes nothing. A `now` earlier than the last one counts as the
    last one.
    """
    return decide(state, event, settings, now, strict=strict).step()


class Decided:
    """What has to leave because of an event, before the rest of the step is reckoned: what waits for its requests
    waits for nothing else."""

    __slots__ = ("_before", "_event", "_turns", "commands", "state")

    def __init__(self, before: State, event: AnyEvent, turns: Turns) -> None:
        self._before = before
        self._event = event
        self._turns = turns
        self.commands = turns.leaving()
        """As in the step."""
        self.state = turns.state
        """As in the step, but for when something is due next."""

    def step(self) -> Step:
        """The whole step. To be asked for once."""
        done = self._turns.step(self.commands)
        if isinstance(self._event, AccountRead):
            done = replace(done, differences=differences.shown(self._before, self._event, done.state))
        return done


def decide(
    state: State, event: AnyEvent, settings: Mapping[AccountId, Settings], now: datetime, *, strict: bool = False
) -> Decided:
    """As `step`, which it begins."""
    now = max(now, state.now)
    turns = Turns(state, settings, now, strict=strict)
    while not is_restart(event) and (due := turns.deadline()) is not None and due < now and now - due < _LONG_AGO:
        turns.turn(TimePassed(), due)
    turns.turn(event, now)
    return Decided(state, event, turns)


def dump(state: State) -> bytes:
    """The state, written down."""
    return msgspec.json.encode(replace(state, calm={}))


def load(data: bytes, settings: Mapping[AccountId, Settings]) -> State:
    """The state that was written down. Nothing is due and no account is awake before it is read for the first time.

    What rules remember is read as their own type; what does not fit any more, or is of a rule that is gone, is dropped.
    Of an account without settings nobody knows the types: what its rules remember stays as it was written.
    """
    state = msgspec.json.decode(data, type=State)
    accounts = {
        key: replace(remembering(account, settings[key]) if key in settings else account, is_asleep=True)
        for key, account in state.accounts.items()
    }
    return replace(state, accounts=accounts, due={}, away={}, deadline=None, unsaved=False)


def remembering(account: Account, settings: Settings) -> Account:
    """The account as it was written down, with what its rules remember as their own types."""
    memory = {}
    for armed in settings.rules:
        if armed.rule.memory is None or armed.rule.id not in account.memory:
            continue
        with suppress(msgspec.ValidationError):
            memory[armed.rule.id] = msgspec.convert(account.memory[armed.rule.id], armed.rule.memory, str_keys=True)
    return replace(account, memory=memory)
