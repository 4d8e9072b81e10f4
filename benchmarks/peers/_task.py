"""What all peers have in common: the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks._messages import ACCOUNT, ES, LIMIT

LOGIN = {"userName": "bench", "apiKey": "bench"}
CLOSE = "/api/Position/closeContract"
USER_SUBSCRIPTIONS: tuple[tuple[str, list[Any]], ...] = (
    ("SubscribeAccounts", []),
    ("SubscribeOrders", [ACCOUNT]),
    ("SubscribePositions", [ACCOUNT]),
    ("SubscribeTrades", [ACCOUNT]),
)
MARKET_SUBSCRIPTION: tuple[str, list[Any]] = ("SubscribeContractQuotes", [ES])


def is_too_much(position: Mapping[str, Any]) -> bool:
    """The whole rule."""
    return int(position["size"]) > LIMIT


def close_of(position: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the request."""
    return {"accountId": position["accountId"], "contractId": position["contractId"]}
