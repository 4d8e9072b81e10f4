"""What goes wrong, and when: every fault of section 16 of the gateway reference, drawn by a seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from risk_manager.simulator.faults import (
    CloseHub,
    CutHub,
    Delay,
    Drop,
    Duplicate,
    Fault,
    Logout,
    LostReply,
    Malformed,
    Refuse,
    Reorder,
    Shape,
    Silence,
    Slow,
    Status,
    stale_feed,
)
from tests.storm.broker import ORDER_PATHS

Draw = Random
_PATHS: Final = (*sorted(ORDER_PATHS), "/api/Account/search", "/api/Order/v2/query", "/api/Position/searchOpen")
_READS: Final = ("/api/Account/search", "/api/Order/v2/query", "/api/Position/searchOpen", "/api/Trade/search")
_LOGINS: Final = ("/api/Auth/loginKey", "/api/Auth/validate", "/hubs/user", "/hubs/market")
_USER: Final = ("GatewayUserOrder", "GatewayUserPosition", "GatewayUserTrade", "GatewayUserAccount", "*")
_CODES: Final = {path: 10 if path.endswith("place") else 9 for path in ORDER_PATHS}


def _orders(draw: Draw) -> str:
    return draw.choice(sorted(ORDER_PATHS))


def _any(draw: Draw) -> str:
    return draw.choice((*_PATHS, *_LOGINS, "*"))


def _few(draw: Draw) -> int:
    return draw.choice((1, 1, 2, 4))


def _refusal(draw: Draw) -> Fault:
    path = _orders(draw)
    # 1 (no such account) and, on cancels and modifications, 2 and 6 would be lies about what is there.
    true = [code for code in range(2, _CODES[path] + 1) if not _is_a_lie(path, code)]
    return Refuse(path=path, code=draw.choice(true), text=draw.choice((None, "Said no.")), times=_few(draw))


def _is_a_lie(path: str, code: int) -> bool:
    if path.endswith(("cancel", "modify")):
        return code in (2, 3, 6)
    return path.endswith(("closeContract", "partialCloseContract")) and code == 2


FAULTS: Final[tuple[Callable[[Draw], Fault], ...]] = (
    lambda d: LostReply(path=_orders(d), seconds=d.choice((0.0, 0.3, 8.0)), acts=d.random() < 0.7, times=_few(d)),
    lambda d: LostReply(path=d.choice(_READS), seconds=d.choice((0.0, 0.3, 15.0)), times=_few(d)),
    lambda d: LostReply(path=d.choice(_LOGINS), seconds=d.choice((0.0, 3.0)), times=_few(d)),
    lambda d: Slow(path=_orders(d), seconds=d.uniform(0.1, 4), when="after", times=_few(d)),
    lambda d: Slow(path=_orders(d), seconds=d.uniform(0.05, 1.2), when="before", times=_few(d)),
    # Answered with what was true long before it arrives: a stale read.
    lambda d: Slow(path=d.choice(_READS), seconds=d.uniform(0.5, 9), when="after", times=d.choice((1, 3, 8))),
    lambda d: Status(path=_any(d), status=d.choice((401, 429, 500, 502, 503)), times=_few(d)),
    lambda d: Status(path="*", status=d.choice((401, 429, 502, 503)), times=d.choice((5, 20)), rate=0.7),
    _refusal,
    _refusal,
    lambda d: Drop(hub="user", target=d.choice(_USER), times=d.choice((1, 3, 10)), rate=d.choice((1.0, 0.5))),
    lambda d: Duplicate(
        hub="user", target=d.choice(_USER), copies=d.choice((1, 3)), action=d.choice((None, 1)), times=8
    ),
    lambda d: Delay(hub="user", target=d.choice(_USER), seconds=d.uniform(0.01, 5), times=d.choice((1, 4, 12))),
    lambda d: Reorder(
        hub="user", target=d.choice(_USER), window=d.choice((2, 4, 9)), seconds=d.uniform(0.02, 2), times=40
    ),
    lambda d: Shape(hub="user", shape=d.choice(("bare", "list", "bare-list")), times=30),
    lambda d: Malformed(kind=d.choice(("broken", "null", "empty", "word", "types")), times=_few(d)),
    lambda d: Silence(hub=d.choice(("user", "market", "*")), seconds=d.uniform(1, 35)),
    lambda d: CloseHub(
        hub=d.choice(("user", "market", "*")), error=d.choice((None, "Connection closed with an error."))
    ),
    lambda d: CutHub(hub=d.choice(("user", "market", "*")), target=d.choice(("*", "GatewayUserPosition"))),
    lambda d: Logout(hub=d.choice(("user", "*")), ends_tokens=d.random() < 0.5),
    lambda _: stale_feed(times=60),
)


class Weather:
    """When what happens. The house carries it out."""

    def __init__(self, seed: int, storm_seconds: float) -> None:
        draw = Random(f"{seed}:weather")
        self.faults: list[tuple[float, Fault]] = [
            (draw.uniform(0, storm_seconds), draw.choice(FAULTS)(draw)) for _ in range(draw.randint(2, 14))
        ]
        self.strokes: list[tuple[float, str, float]] = [
            (draw.uniform(0, storm_seconds), kind, length(draw))
            for kind, rate, length in _STROKES
            for _ in range(2)
            if draw.random() < rate
        ]


_STROKES: Final[tuple[tuple[str, float, Callable[[Draw], float]], ...]] = (
    ("the line is down", 0.15, lambda d: d.choice((0.1, 3.0, 12.0))),
    ("the line is slow", 0.15, lambda d: d.uniform(0.1, 1.5)),
    ("maintenance", 0.12, lambda d: d.uniform(2, 15)),
    ("the market is closed", 0.15, lambda d: d.uniform(1, 12)),
    ("the disk stalls", 0.15, lambda d: d.uniform(0.2, 6)),
    ("the token ends", 0.15, lambda _: 0.0),
    ("the account is blocked", 0.12, lambda d: d.choice((3.0, 300.0))),
    ("the guard is killed", 0.3, lambda d: d.choice((0.0, 0.1, 2.0, 9.0))),
    ("the guard is killed as it acts", 0.25, lambda d: d.choice((0.0, 0.3, 4.0))),
    ("the guard is stopped", 0.12, lambda d: d.choice((0.0, 3.0))),
    ("a trade is voided", 0.1, lambda _: 0.0),
)
