"""The paths of the door: one table, from which it is both served and described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from risk_manager.ipc.answers import ActRow, ActsWanted, Health, History, HistoryWanted, Nothing, Trouble
from risk_manager.ipc.status import AccountStatus, GuardStatus

SOCKET: Final = "/"
JSON: Final = "application/json"
METRICS: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOT_NOW: Final = "What was saved cannot be read now."


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One path; all are asked with GET."""

    path: str
    name: str
    says: str
    asks: type[msgspec.Struct] = Nothing
    """What may stand behind the question mark."""
    answers: Mapping[int, Any]
    """The type of the answer for each status; None: no JSON."""
    means: Mapping[int, str] = {}
    """When a status is answered; one that is left out: always, and `says` tells what with."""
    media: str = JSON


ROUTES: Final = (
    Route(
        path="/",
        name="messages",
        says="The WebSocket: a snapshot, then numbered messages.",
        answers={426: Trouble, 503: Trouble},
        means={426: "It is not asked for a WebSocket.", 503: "Too many programs listen already."},
    ),
    Route(path="/api/status", name="status", says="All that the guard sees, as of now.", answers={200: GuardStatus}),
    Route(
        path="/api/accounts/{id}",
        name="account",
        says="One account, as of now.",
        answers={200: AccountStatus, 404: Trouble},
        means={404: "The guard does not guard this account."},
    ),
    Route(
        path="/api/enforcement",
        name="enforcement",
        says="What the guard has asked the broker for, newest first.",
        asks=ActsWanted,
        answers={200: tuple[ActRow, ...], 503: Trouble},
        means={503: _NOT_NOW},
    ),
    Route(
        path="/api/history",
        name="history",
        says="Trades, acts and locks that were saved, each newest first.",
        asks=HistoryWanted,
        answers={200: History, 503: Trouble},
        means={503: _NOT_NOW},
    ),
    Route(
        path="/api/health",
        name="health",
        says="Whether the guard does what it is there for.",
        answers={200: Health, 503: Health},
        means={
            200: "The guard sees, judges and keeps everything. What does not work beside that stands in `impaired`.",
            503: "It does not: a hub is away, an account was not read since the start, or nothing can be saved.",
        },
    ),
    Route(path="/metrics", name="metrics", says="Numbers for Prometheus.", answers={200: None}, media=METRICS),
    Route(path="/api/openapi.json", name="description", says="This description.", answers={200: dict[str, Any]}),
)
COMMON: Final[Mapping[int, str]] = {
    400: "What is asked with it is not understood.",
    403: "Another site's page asks, or the door is asked under another name.",
}
"""Answers of every path, as `Trouble`."""
