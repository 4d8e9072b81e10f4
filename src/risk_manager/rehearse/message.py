"""The messages that a story may hold: which fields the gateway has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from risk_manager.config.problem import did_you_mean
from risk_manager.config.reading import Reading, shown, wrong
from risk_manager.rehearse.wire import Message

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "position": (
        "id", "accountId", "contractId", "contractDisplayName", "creationTimestamp", "type", "size", "averagePrice",
    ),
    "order": (
        "id", "accountId", "contractId", "symbolId", "creationTimestamp", "updateTimestamp", "status", "type", "side",
        "size", "fillVolume", "filledPrice", "limitPrice", "stopPrice", "customTag", "trailDistance", "trailPrice",
        "parentOrderId", "linkedOrderId",
    ),
    "trade": (
        "id", "accountId", "contractId", "creationTimestamp", "price", "profitAndLoss", "fees", "commissions", "side",
        "size", "voided", "orderId",
    ),
    "quote": (
        "contractId", "symbol", "symbolName", "lastPrice", "bestBid", "bestAsk", "change", "changePercent", "open",
        "high", "low", "volume", "lastUpdated", "timestamp",
    ),
    "account": ("id", "name", "balance", "canTrade", "isVisible", "simulated"),
}  # fmt: skip
"""The fields of the gateway's messages (gateway reference, sections 4, 9 and 10)."""


_IDS: Final = frozenset({"id", "accountId", "orderId"})


def message_of(kind: str) -> Reading:
    """How a message of this kind is read: as it stands, unless a field is none of the gateway's."""

    def read(value: Any) -> Message:
        if not isinstance(value, dict):
            raise wrong(f"{shown(value)} is no message of the gateway: it has fields such as {FIELDS[kind][0]}")
        for key in value:
            if key not in FIELDS[kind]:
                raise wrong(f"The gateway's {kind} has no field {key}.{did_you_mean(key, FIELDS[kind])}")
            if isinstance(value[key], list | dict):
                raise wrong(f"{key} is a single value, not {shown(value[key])}")
            if key in _IDS and not (isinstance(value[key], int) and not isinstance(value[key], bool)):
                raise wrong(f"{key} is a whole number, not {shown(value[key])}")
        return value

    return Reading(read, {"type": "object"}, f"A {kind} of the gateway")
