"""REST replies as rows of ours. Pure. The same rows as on the hubs, with nulls written out, inside an
envelope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

import msgspec

from risk_manager.core.events import AccountSeen, OrderSeen, PositionSeen, Unreadable
from risk_manager.core.model import Contract, Trade
from risk_manager.gateway import codes, translate
from risk_manager.gateway.decode import UNREADABLE, lenient
from risk_manager.gateway.errors import RefusedError, UnreachableError
from risk_manager.gateway.unreadable import raw_text, unreadable
from risk_manager.gateway.wire import (
    AccountWire,
    ContractWire,
    Envelope,
    LoginReply,
    OrderWire,
    PositionWire,
    TradeWire,
)

R = TypeVar("R")
W = TypeVar("W")
_REPLY_QUOTED_MAX: Final = 200
_CONTRACT_NOT_FOUND: Final = 1

_envelope: Final = msgspec.json.Decoder(Envelope)
_login: Final = msgspec.json.Decoder(LoginReply)
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Rows(Generic[R]):
    """The rows of a reply. Where `unreadable` is not empty, `rows` is not all there is."""

    rows: tuple[R, ...]
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True where every row could be read: only then a missing one is gone."""
        return not self.unreadable


class _Listed(Generic[W, R]):
    """How the rows of one kind of reply are read: all at once where all are in order, one by one where
    not."""

    def __init__(self, field: str, wire: type[W], read: Callable[[W], R]) -> None:
        self._field = field
        self._all = msgspec.json.Decoder(list[wire], float_hook=Decimal)  # type: ignore[valid-type]
        self._one = msgspec.json.Decoder(wire, float_hook=Decimal)
        self._read = read

    def rows(self, path: str, body: bytes) -> Rows[R]:
        check(path, body)
        try:
            return Rows(tuple(self._read(row) for row in self._all.decode(_fields.decode(body)[self._field])))
        except (*UNREADABLE, LookupError):
            return self._one_by_one(path, body)

    def _one_by_one(self, path: str, body: bytes) -> Rows[R]:
        try:
            told = lenient(body)[self._field]
        except (*UNREADABLE, LookupError) as error:
            raise _not_understood(path, body) from error
        if not isinstance(told, list):
            raise _not_understood(path, body)
        rows: list[R] = []
        odd: list[Unreadable] = []
        for row in told:
            try:
                rows.append(self._read(self._one.decode(_encode(row))))
            except UNREADABLE as error:
                odd.append(unreadable(path, str(error), repr(row)))
        return Rows(tuple(rows), tuple(odd))


_positions: Final = _Listed("positions", PositionWire, translate.position_seen)
_orders: Final = _Listed("orders", OrderWire, translate.order_seen)
_trades: Final = _Listed("trades", TradeWire, translate.trade)
_accounts: Final = _Listed("accounts", AccountWire, translate.account_seen)
_contracts: Final = _Listed("contracts", ContractWire, translate.contract_of)
_contract: Final = msgspec.json.Decoder(ContractWire, float_hook=Decimal)


def positions_from_reply(body: bytes) -> Rows[PositionSeen]:
    """`Position/searchOpen`: one row per open contract. Raises what `check` raises; likewise the others."""
    return _positions.rows(codes.POSITIONS, body)


def orders_from_reply(body: bytes, path: str = codes.ORDERS) -> Rows[OrderSeen]:
    """`Order/v2/query` or, by its path, `Order/searchOpen`."""
    return _orders.rows(path, body)


def trades_from_reply(body: bytes) -> Rows[Trade]:
    """`Trade/search`: newest first, as the gateway has it."""
    return _trades.rows(codes.TRADES, body)


def accounts_from_reply(body: bytes) -> Rows[AccountSeen]:
    """`Account/search`: every account of the login, in no order."""
    return _accounts.rows(codes.ACCOUNTS, body)


def contracts_from_reply(body: bytes) -> Rows[Contract]:
    """`Contract/available`: the active month of each product."""
    return _contracts.rows(codes.CONTRACTS, body)


def contract_from_reply(body: bytes) -> Contract | None:
    """`Contract/searchById`; None where the gateway has no such contract."""
    try:
        check(codes.CONTRACT, body)
    except RefusedError as refusal:
        if refusal.code == _CONTRACT_NOT_FOUND:
            return None
        raise
    try:
        return translate.contract_of(_contract.decode(_fields.decode(body)["contract"]))
    except (*UNREADABLE, LookupError) as error:
        raise _not_understood(codes.CONTRACT, body) from error


def token_from_reply(path: str, body: bytes) -> str:
    """The token of a login or a renewal. Nothing of the body is ever quoted."""
    try:
        reply = _login.decode(body)
    except UNREADABLE:
        raise UnreachableError(f"The answer is not in the gateway's format ({path}).") from None
    if not reply.success:
        name = codes.code_name(path, reply.errorCode)
        raise RefusedError(path, reply.errorCode, name, raw_text(reply.errorMessage or ""))
    token = reply.newToken or reply.token
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UnreachableError(f"The login was taken, and no token came that can be sent ({path}).")
    return token


def check(path: str, body: bytes) -> None:
    """Pass when the reply reports success.

    Raises `RefusedError` when it does not, `UnreachableError` when it is not the gateway's format.
    """
    try:
        envelope = _envelope.decode(body)
    except UNREADABLE as error:
        try:
            told = lenient(body)
            envelope = Envelope(success=told["success"] is True, errorCode=int(told["errorCode"]))
        except (*UNREADABLE, LookupError):
            raise _not_understood(path, body) from error
    if not envelope.success:
        name = codes.code_name(path, envelope.errorCode)
        raise RefusedError(path, envelope.errorCode, name, raw_text(envelope.errorMessage or ""))


def _not_understood(path: str, body: bytes) -> UnreachableError:
    said = raw_text(body)[:_REPLY_QUOTED_MAX]
    return UnreachableError(f"The answer is not in the gateway's format ({path}): {said}")
