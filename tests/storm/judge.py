"""What the guard has promised of itself: no storm of requests, no lock forgotten, every request in the log."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from risk_manager.core.rule import LockKind
from risk_manager.core.state import Account as Believed
from risk_manager.core.state import Lock
from tests.storm.broker import Asked, Broker

REQUESTS_MAX: Final = 20
_TEN_SECONDS: Final = timedelta(seconds=10)


def bursts(broker: Broker) -> Iterator[str]:
    """More than twenty requests of one account in ten seconds, by the plain count. Where more than twenty positions and
    orders had to go, two for each (docs/decisions/0006-the-breaker-counts-repetitions.md)."""
    windows: dict[tuple[int, int], deque[tuple[datetime, Any]]] = defaultdict(deque)
    for asked in sorted(broker.asked, key=lambda one: one.left_at):
        if asked.arrival.status == 401:
            continue  # Not executed; the same command is asked for once more with a new token.
        body = json.loads(asked.arrival.body)
        number, thing = int(body["accountId"]), body.get("orderId") or body["contractId"]
        window = windows[asked.life, number]
        while window and window[0][0] <= asked.left_at - _TEN_SECONDS:
            window.popleft()
        window.append((asked.left_at, thing))
        things = len({one for _, one in window})
        if len(window) > (REQUESTS_MAX if things <= REQUESTS_MAX else 2 * things):
            yield f"{len(window)} order requests for {number} within 10 s at {asked.left_at:%H:%M:%S}, for {things}"
            window.clear()


# After a restart


def forgotten(saved: Mapping[int, Sequence[Lock]], found: Mapping[int, Believed], now: datetime) -> Iterator[str]:
    """Locks that were durable and do not stand as they did."""
    for number, locks in saved.items():
        for lock in locks:
            ends = lock.until is not None and lock.until <= now
            same = [one for one in found[number].locks if (one.rule, one.symbol, one.kind) == _name(lock)]
            if not ends and not any(_end(one) >= _end(lock) for one in same):
                yield f"{number}: the lock of {lock.rule} ({lock.why}) is gone or shorter after a restart: {same}"


def _name(lock: Lock) -> tuple[str, str | None, LockKind]:
    return lock.rule, lock.symbol, lock.kind


def _end(lock: Lock) -> datetime:
    return lock.until or datetime.max.replace(tzinfo=lock.since.tzinfo)


# The log


def unlogged(
    asked: Sequence[Asked], rows: Sequence[Mapping[str, Any]], unsaved_since: datetime | None
) -> Iterator[str]:
    """Requests of one guard that its log does not have, and rows without a reason."""
    logged = Counter(_key_of_row(row) for row in rows)
    for row in rows:
        if not row["why"]:
            yield f"the log has no reason for {row['kind']} {row['target']}"
    for one in asked:
        if one.arrival.status == 401:
            continue  # Not executed, and asked for once more with a new token: one command.
        key = _key_of_request(one)
        if (known := _known_as(key, logged)) is not None:
            logged[known] -= 1
        elif unsaved_since is None or one.left_at < unsaved_since:
            yield f"{key} is not in the log"


def _known_as(key: tuple[Any, ...], logged: Mapping[tuple[Any, ...], int]) -> tuple[Any, ...] | None:
    """The row of a request; None where there is none. Of a reduction that had to wait only what was left has left."""
    if logged.get(key):
        return key
    *thing, size = key
    more = (row for row, count in logged.items() if count and [*row[:-1]] == thing and size and (row[-1] or 0) > size)
    return next(more, None)


def _key_of_request(asked: Asked) -> tuple[Any, ...]:
    path, body = asked.arrival.path.rpartition("/")[2], json.loads(asked.arrival.body)
    return path, body["accountId"], body.get("contractId") or body.get("orderId"), body.get("size")


_PATH_OF: Final = {
    "close": "closeContract",
    "reduce": "partialCloseContract",
    "cancel": "cancel",
    "resize": "modify",
    "move_stop": "modify",
    "place_stop": "place",
}


def _key_of_row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    command = json.loads(row["command"])
    target = command.get("contract") or command.get("order")
    by_order = row["kind"] == "reduce" and command.get("side") is not None
    return "place" if by_order else _PATH_OF[row["kind"]], command["account"], target, command.get("size")
