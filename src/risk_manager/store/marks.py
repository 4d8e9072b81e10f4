"""Prices that changed nothing but themselves: the newest of each contract, written together as one line.

A quote that led to something (a breach, an alert, a command, a memory of a rule) is a line of its own. All others are
kept here until the next line is written, or for a second while somebody holds a contract. A replay puts them into the
state as they stand: asking the rules once more about a few of many quotes could find what never was, one contract
with its new price beside another with an old one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from risk_manager.core.model import ContractId, Quote
from risk_manager.core.record import Step
from risk_manager.core.state import State
from risk_manager.store.instant import from_micros, micros

SAMPLE: Final = timedelta(seconds=1)


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """One contract's newest prices."""

    contract: ContractId
    last: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    at: int
    """Microseconds since 1970."""


class Marks:
    """What has been quoted and is not written yet."""

    def __init__(self) -> None:
        self._unwritten: dict[ContractId, Quote] = {}
        self._written_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self._unwritten)

    def hear(self, contract: ContractId, state: State) -> bool:
        """Note a contract's newest quote. True when a second is over for somebody who holds it."""
        self._unwritten[contract] = state.quotes[contract]
        if contract not in state.holders:
            return False
        return self._written_at is None or not timedelta(0) <= state.now - self._written_at < SAMPLE

    def take(self, now: datetime) -> str:
        """The line's text. What is in it is written now."""
        taken = [
            Mark(contract, quote.last, quote.bid, quote.ask, micros(quote.told_at))
            for contract, quote in self._unwritten.items()
        ]
        self._unwritten.clear()
        self._written_at = now
        return msgspec.json.encode(taken).decode()


def read(text: str) -> list[Mark]:
    """The marks of a line, the oldest first."""
    return sorted(msgspec.json.decode(text, type=list[Mark]), key=lambda mark: mark.at)


def put_in(state: State, text: str, at: datetime) -> State:
    """The state with the marks of a line in it."""
    quotes = dict(state.quotes)
    for mark in msgspec.json.decode(text, type=list[Mark]):
        quotes[mark.contract] = Quote(last=mark.last, bid=mark.bid, ask=mark.ask, told_at=from_micros(mark.at))
    # Bands between which the engine lets prices pass unjudged were drawn at other prices than these.
    return replace(state, quotes=quotes, now=max(at, state.now), calm={})


def is_only_a_price(before: State, step: Step) -> bool:
    """True for the step of a quote that has changed nothing but prices and the time."""
    after = step.state
    return not (
        after.accounts is not before.accounts
        or step.commands
        or step.breaches
        or step.alerts
        or step.locks
        or after.due is not before.due
        or after.deadline is not before.deadline
        or after.holders is not before.holders
        or after.away is not before.away
        or after.contracts is not before.contracts
        or after.unreadable != before.unreadable
    )
