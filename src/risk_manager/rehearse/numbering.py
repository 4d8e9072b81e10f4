"""Ids for messages that leave theirs out: counted up from 1, never one that has been used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from risk_manager.core.model import ContractId, OrderId, TradeId

FIRST_STOP: Final = 9001
"""The first order that the broker makes for a stop of the guard."""


class Numbering:
    """The ids of one story."""

    def __init__(self) -> None:
        self._used: dict[str, set[int]] = {"position": set(), "order": set(), "trade": set()}
        self._positions: dict[ContractId, int] = {}

    def use(self, kind: str, message: Mapping[str, Any]) -> None:
        """Note the ids that a message carries."""
        self._used[kind].add(message["id"])
        if "orderId" in message:
            self._used["order"].add(message["orderId"])

    def position(self, contract: ContractId) -> int:
        """A position's id stays with its contract."""
        if contract not in self._positions:
            self._positions[contract] = self._next("position")
        return self._positions[contract]

    def order(self) -> OrderId:
        """A new order's id."""
        return self._next("order")

    def trade(self) -> TradeId:
        """A new trade's id."""
        return self._next("trade")

    def stop(self) -> OrderId:
        """The id of a stop that the guard has placed."""
        return self._next("order", FIRST_STOP)

    def _next(self, kind: str, first: int = 1) -> int:
        used = self._used[kind]
        number = first
        while number in used:
            number += 1
        used.add(number)
        return number
