"""Commands as requests, and what each reply to them means."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from risk_manager.core.commands import Cancel, Close, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import CommandAccepted, CommandLost, CommandRefused, Refusal
from risk_manager.core.model import Side
from risk_manager.gateway import codes
from risk_manager.gateway.request import OrderCommand, request_of
from risk_manager.gateway.verdict import verdict

MNQ = "CON.F.US.MNQ.U26"
CLOSE = Close(account=2, contract=MNQ)
REDUCE = Reduce(account=2, contract=MNQ, size=3)
CANCEL = Cancel(account=2, order=3424798598)
RESIZE = Resize(account=2, order=9, size=4)
PLACE = PlaceStop(account=2, contract=MNQ, side=Side.SELL, size=1, price=Decimal("2.955E+4"), tag="rm-1")
MOVE = MoveStop(account=2, order=9, price=Decimal("0.0000005"))


@pytest.mark.parametrize(("command", "path", "body"),
    [
        (CLOSE, "/api/Position/closeContract", {"accountId": 2, "contractId": MNQ}),
        (REDUCE, "/api/Position/partialCloseContract", {"accountId": 2, "contractId": MNQ, "size": 3}),
        (CANCEL, "/api/Order/cancel", {"accountId": 2, "orderId": 3424798598}),
        (RESIZE, "/api/Order/modify", {"accountId": 2, "orderId": 9, "size": 4}),
        (MoveStop(account=2, order=9, price=Decimal(5), size=2), "/api/Order/modify",
         {"accountId": 2, "orderId": 9, "size": 2, "stopPrice": 5}),
        (PLACE, "/api/Order/place", {"accountId": 2, "contractId": MNQ, "type": 4, "side": 1, "size": 1,
                                     "stopPrice": 29550, "customTag": "rm-1"}),
    ],
)  # fmt: skip
def test_each_command_is_one_post(command: OrderCommand, path: str, body: dict[str, object]) -> None:
    request = request_of(command)
    assert request.path == path
    assert msgspec.json.decode(request.body) == body


def test_prices_go_out_with_their_digits_and_without_exponent() -> None:
    assert b'"stopPrice":0.0000005' in request_of(MOVE).body
    assert b'"stopPrice":29550' in request_of(PLACE).body


NO = '{"success":false,"errorCode":%d,"errorMessage":%s}'


@pytest.mark.parametrize(("command", "code", "message", "refusal"),
    [
        (CLOSE, 2, None, Refusal.NOTHING_OPEN),
        (CLOSE, 5, None, Refusal.OTHER),
        (CLOSE, 5, "No.", Refusal.OTHER),
        (CLOSE, 6, None, Refusal.PENDING),
        (CLOSE, 8, None, Refusal.OTHER),
        (CLOSE, 8, "Live accounts not supported", Refusal.NOT_SUPPORTED),
        (REDUCE, 2, None, Refusal.NOTHING_OPEN),
        (REDUCE, 5, None, Refusal.OTHER),
        (REDUCE, 6, None, Refusal.MARKET_CLOSED),
        (REDUCE, 7, None, Refusal.PENDING),
        (REDUCE, 9, None, Refusal.NOT_SUPPORTED),
        (CANCEL, 2, None, Refusal.ORDER_GONE),
        (CANCEL, 3, None, Refusal.ORDER_GONE),
        (CANCEL, 3, "Try again.", Refusal.OTHER),
        (CANCEL, 4, None, Refusal.PENDING),
        (CANCEL, 5, None, Refusal.OTHER),
        (CANCEL, 6, "Follower accounts cannot cancel orders", Refusal.NOT_SUPPORTED),
        (RESIZE, 2, None, Refusal.ORDER_GONE),
        (MOVE, 3, "Invalid stop price. Price is not aligned to tick size.", Refusal.OTHER),
        (PLACE, 2, "Trading is currently unavailable. The instrument is not in an active trading status.",
         Refusal.MARKET_CLOSED),
        (PLACE, 2, "Not enough margin.", Refusal.OTHER),
        (PLACE, 5, None, Refusal.MARKET_CLOSED),
        (PLACE, 6, None, Refusal.PENDING),
        (PLACE, 77, None, Refusal.OTHER),
    ],
)  # fmt: skip
def test_each_code_means_what_its_endpoint_means(
    command: OrderCommand, code: int, message: str | None, refusal: Refusal
) -> None:
    path = request_of(command).path
    body = msgspec.json.encode({"success": False, "errorCode": code, "errorMessage": message, "orderId": 5})
    ended = verdict(command, path, 200, body)
    assert isinstance(ended, CommandRefused)
    assert ended.refusal is refusal
    assert path in ended.why
    assert str(code) in ended.why
    assert codes.code_name(path, code) in ended.why
    assert (message or "") in ended.why


def test_success_is_accepted_with_the_order_it_made() -> None:
    ended = verdict(PLACE, codes.PLACE, 200, b'{"orderId":7,"success":true,"errorCode":0,"errorMessage":null}')
    assert ended == CommandAccepted(account=2, command=PLACE, order=7)


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, b""), (502, b"<html>"), (500, b""), (200, b"<html>"), (200, b""), (200, b"[1]")],
)
def test_where_nobody_knows_it_is_lost(status: int, body: bytes) -> None:
    assert isinstance(verdict(CLOSE, codes.CLOSE, status, body), CommandLost)


@pytest.mark.parametrize("status", [400, 401, 404, 405])
def test_what_was_certainly_not_executed_is_refused(status: int) -> None:
    ended = verdict(CLOSE, codes.CLOSE, status, b"token eyJhbGciOi.abc.def")
    assert isinstance(ended, CommandRefused)
    assert "eyJ" not in ended.why
