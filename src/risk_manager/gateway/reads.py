"""What the gateway can be asked: accounts, positions, orders, trades, contracts."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from risk_manager.core.events import AccountRead, AccountSeen, AnyEvent, OrderSeen, PositionSeen, Unreadable
from risk_manager.core.model import AccountId, Contract, ContractId, OrderId, OrderStatus, Trade
from risk_manager.gateway import codes
from risk_manager.gateway.decode import UNREADABLE
from risk_manager.gateway.replies import (
    Rows,
    accounts_from_reply,
    contract_from_reply,
    contracts_from_reply,
    orders_from_reply,
    positions_from_reply,
    trades_from_reply,
)
from risk_manager.gateway.rest import BadRequestError, Rest

R = TypeVar("R")
S = TypeVar("S", PositionSeen, OrderSeen)
ALIVE: Final = (
    OrderStatus.OPEN,
    OrderStatus.PENDING,
    OrderStatus.PENDING_CANCELLATION,
    OrderStatus.SUSPENDED,
)
"""What the ordinary list of open orders hides but the first: bracket legs that wait are suspended (seen
live)."""
_PAGE: Final = 100
_ORDERS_MAX: Final = 2_000
_encode: Final = msgspec.json.Encoder().encode


class Want(enum.Flag):
    """Which lists of an account are asked for."""

    ACCOUNT = enum.auto()
    POSITIONS = enum.auto()
    ORDERS = enum.auto()
    TRADES = enum.auto()
    EXPOSURE = POSITIONS | ORDERS
    ALL = ACCOUNT | POSITIONS | ORDERS | TRADES


class Reads:
    """Questions to the gateway. All raise `GatewayError` where there is no answer."""

    def __init__(
        self,
        rest: Rest,
        sink: Callable[[AnyEvent], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`sink` is told of rows that cannot be read; `now` is the time that reads are dated with."""
        self._rest = rest
        self._sink = sink
        self._now = now

    async def accounts(self, *, only_active: bool = True) -> tuple[AccountSeen, ...]:
        """Every account of the login."""
        body = await self._rest.read(codes.ACCOUNTS, _encode({"onlyActiveAccounts": only_active}))
        return self._told(accounts_from_reply(body)).rows

    async def account(self, account: AccountId, since: datetime, want: Want = Want.ALL) -> AccountRead:
        """The lists of `account` that are wanted, asked for side by side; trades from `since` on.

        It is dated with the moment before the first question left. A list in which a row cannot be read is
        not complete: it is None, and the rows that can be read go to the sink one by one.
        """
        asked_at = self._now()
        accounts, positions, orders, trades = await asyncio.gather(
            self.accounts() if Want.ACCOUNT in want else _not_asked(),
            self._positions(account) if Want.POSITIONS in want else _not_asked(),
            self._orders(account) if Want.ORDERS in want else _not_asked(),
            self.trades(account, since) if Want.TRADES in want else _not_asked(),
        )
        own = next((row for row in accounts or () if row.account == account), None)
        return AccountRead(
            account=account,
            asked_at=asked_at,
            can_trade=own.can_trade if own else None,
            balance=own.balance if own else None,
            name=own.name if own else None,
            positions=self._complete(positions) if positions else None,
            orders=self._complete(orders) if orders else None,
            trades=trades,
        )

    async def trades(self, account: AccountId, since: datetime) -> tuple[Trade, ...]:
        """Fills from `since` on. The field is called startTimestamp: a misspelt one gives an empty list, no
        error."""
        asked = {"accountId": account, "startTimestamp": since.astimezone(UTC).isoformat()}
        return self._told(trades_from_reply(await self._rest.read(codes.TRADES, _encode(asked)))).rows

    async def contract(self, contract: ContractId) -> Contract | None:
        """One contract; None where the gateway has no such one."""
        return contract_from_reply(await self._rest.read(codes.CONTRACT, _encode({"contractId": contract})))

    async def contracts(self) -> tuple[Contract, ...]:
        """The active month of each product. `live` is false: true gives no rows to users of TopstepX (seen
        live)."""
        return self._told(contracts_from_reply(await self._rest.read(codes.CONTRACTS, b'{"live":false}'))).rows

    async def _positions(self, account: AccountId) -> Rows[PositionSeen]:
        return self._told(positions_from_reply(await self._rest.read(codes.POSITIONS, _encode({"accountId": account}))))

    async def _orders(self, account: AccountId) -> Rows[OrderSeen]:
        try:
            return self._told(await self._orders_alive(account))
        except BadRequestError:
            # A gateway from before v2/query: what it hides of orders, the hub's messages must make up for.
            body = await self._rest.read(codes.ORDERS_OPEN, _encode({"accountId": account}))
            return self._told(orders_from_reply(body, codes.ORDERS_OPEN))

    async def _orders_alive(self, account: AccountId) -> Rows[OrderSeen]:
        """All that are alive, over all pages.

        Whether pageOffset counts rows or pages is not published: rows are tried first, pages where those end
        early.
        """
        found: dict[OrderId, OrderSeen] = {}
        odd: list[Unreadable] = []
        offsets = [0]
        while offsets and len(found) < _ORDERS_MAX:
            body = await self._rest.read(codes.ORDERS, _encode(_query(account, offsets.pop())))
            rows = orders_from_reply(body)
            news = [row for row in rows.rows if row.order not in found]
            found.update((row.order, row) for row in news)
            odd += rows.unreadable
            told = len(rows.rows) + len(rows.unreadable)
            if news and len(found) + len(odd) < _total(body, told):
                offsets = [len(found) // _PAGE, len(found)]
        return Rows(tuple(found.values()), tuple(odd))

    def _told(self, rows: Rows[R]) -> Rows[R]:
        for odd in rows.unreadable:
            self._sink(odd)
        return rows

    def _complete(self, rows: Rows[S]) -> tuple[S, ...] | None:
        if rows.is_complete:
            return rows.rows
        for row in rows.rows:
            self._sink(row)
        return None


async def _not_asked() -> None:
    return None


def _query(account: AccountId, offset: int) -> dict[str, object]:
    return {
        "filter": {"accountId": account, "statuses": [int(status) for status in ALIVE]},
        "pageSize": _PAGE,
        "pageOffset": offset,
        "includeTotalCount": True,
    }


class _Total(msgspec.Struct, rename="camel"):
    total_count: int | None = None


def _total(body: bytes, told: int) -> int:
    """How many there are in all; where that is not said, a full page means that there are more."""
    try:
        total = msgspec.json.decode(body, type=_Total).total_count
    except UNREADABLE:
        total = None
    return total if total is not None else told + (told >= _PAGE)
