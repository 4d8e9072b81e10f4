"""What is judged when all is over: the venue's ledger, the journal, its tables, the log."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from risk_manager.store import replay, verify
from tests.storm import judge, ledger
from tests.storm.broker import Broker
from tests.storm.life import Life
from tests.storm.loop import VirtualClock, VirtualLoop
from tests.storm.plan import Plan
from tests.storm.story import Story
from tests.storm.trader import StormTrader

FILE: Final = "state.db"


class Past(Protocol):
    """A course that is over."""

    plan: Plan
    loop: VirtualLoop
    clock: VirtualClock
    folder: Path
    broker: Broker
    trader: StormTrader
    story: Story
    lives: list[Life]


def judged(past: Past) -> Iterable[str]:
    """Everything that must hold and does not."""
    yield from ledger.wrongs(past.broker, past.trader.orders, past.story)
    yield from ledger.enlarged(past.broker, past.trader.orders, past.trader.changed_at)
    yield from judge.bursts(past.broker)
    path = past.folder / FILE
    yield from verify(path).problems
    settings = past.plan.configuration().settings
    yield from replay(path, settings, lambda texts: settings).differences
    rows = _rows(path, "SELECT * FROM enforcement_log ORDER BY seq, number")
    began = [row["seq"] for row in _rows(path, "SELECT seq FROM journal WHERE kind = 'state' ORDER BY seq")]
    yield from _unlogged(past, rows, began)


def _unlogged(past: Past, rows: Sequence[dict[str, Any]], began: Sequence[int]) -> Iterable[str]:
    if len(began) != len(past.lives):
        return  # A guard was killed before its first line was durable.
    for life, first, last in zip(past.lives, began, [*began[1:], 1 << 62], strict=True):
        of_life = [row for row in rows if first <= row["seq"] < last]
        asked = [one for one in past.broker.asked if one.life == life.number]
        unsaved = None
        if life.was_killed:
            since = life.unsaved_since if life.unsaved_since is not None else life.ended
            assert since is not None
            unsaved = past.clock.now() - timedelta(seconds=past.loop.time() - since + 0.001)
        yield from judge.unlogged(asked, of_life, unsaved)


def digest(past: Past) -> str:
    """The same for the same story: fills, requests, and the end of the journal's chain."""
    told = hashlib.sha256()
    for row in _rows(past.folder / FILE, "SELECT hash FROM journal ORDER BY seq DESC LIMIT 1"):
        told.update(row["hash"])
    for trade in past.broker.venue.exchange.ledger.trades:
        told.update(f"{trade.id} {trade.order_id} {trade.at} {trade.size} {trade.price}".encode())
    for arrival in past.broker.venue.arrivals.since():
        told.update(f"{arrival.path} {arrival.at} {arrival.body} {arrival.status}".encode())
    return told.hexdigest()[:16]


def _rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query)]
