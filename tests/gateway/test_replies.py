"""REST replies: complete lists, lists with odd rows, refusals, and what is no reply at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.core.events import AccountSeen
from risk_manager.gateway import codes
from risk_manager.gateway.errors import GatewayError, RefusedError, UnreachableError
from risk_manager.gateway.replies import (
    accounts_from_reply,
    check,
    contract_from_reply,
    contracts_from_reply,
    orders_from_reply,
    positions_from_reply,
    token_from_reply,
    trades_from_reply,
)

OK = b'"success":true,"errorCode":0,"errorMessage":null}'
POSITION = b'{"id":1,"accountId":2,"contractId":"CON.F.US.MNQ.U26","type":%d,"size":2,"averagePrice":28446.375}'
ORDER = (
    b'{"id":3408995735,"accountId":2,"contractId":"CON.F.US.MNQ.U26","symbolId":"F.US.MNQ",'
    b'"creationTimestamp":"2026-08-16T23:26:02.15673+00:00","updateTimestamp":null,"status":8,"type":4,"side":0,'
    b'"size":1,"limitPrice":null,"stopPrice":null,"fillVolume":0,"filledPrice":null,"customTag":null}'
)
TRADE = (
    b'{"id":3005729833,"accountId":2,"contractId":"CON.F.US.MNQ.U26","creationTimestamp":'
    b'"2026-08-19T17:51:07.965787+00:00","price":29542.25,"profitAndLoss":null,"fees":0.36,"side":1,"size":1,'
    b'"voided":true,"orderId":3424798599}'
)


def test_rows_are_read_and_complete() -> None:
    positions = positions_from_reply(b'{"positions":[' + POSITION % 2 + b"]," + OK)
    assert [row.signed_size for row in positions.rows] == [-2]
    assert positions.is_complete
    order = orders_from_reply(b'{"orders":[' + ORDER + b'],"totalCount":1,' + OK).rows[0]
    assert (order.order, order.limit_price, order.tag) == (3408995735, None, None)
    assert trades_from_reply(b'{"trades":[' + TRADE + b"]," + OK).rows[0].voided
    assert positions_from_reply(b'{"positions":[],' + OK).rows == ()


def test_an_odd_row_leaves_the_list_incomplete_and_the_others_read() -> None:
    positions = positions_from_reply(b'{"positions":[' + POSITION % 7 + b"," + POSITION % 1 + b"]," + OK)
    assert not positions.is_complete
    assert [row.signed_size for row in positions.rows] == [2]
    assert len(positions.unreadable) == 1
    assert not positions_from_reply(b'{"positions":[' + POSITION % 1 + b",NaN]," + OK).is_complete


def test_a_refusal_names_endpoint_code_name_and_message() -> None:
    with pytest.raises(RefusedError, match=r"searchOpen, code 1 AccountNotFound") as caught:
        positions_from_reply(b'{"positions":null,"success":false,"errorCode":1,"errorMessage":"no such"}')
    assert str(caught.value).startswith("It says: no such (")


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b"{}", b"null", b'{"positions":7,' + OK])
def test_what_is_no_reply_is_unreachable(body: bytes) -> None:
    with pytest.raises(UnreachableError):
        positions_from_reply(body)


def test_accounts_and_contracts() -> None:
    accounts = accounts_from_reply(
        b'{"accounts":[{"id":2,"name":"PRAC-1","balance":149831.92,"canTrade":true,"isVisible":true}],' + OK
    )
    assert accounts.rows == (AccountSeen(account=2, name="PRAC-1", balance=Decimal("149831.92"), can_trade=True),)
    row = (
        b'{"id":"CON.F.US.ENQ.U25","name":"NQU5","description":"E-mini NASDAQ-100: September 2025",'
        b'"tickSize":0.25,"tickValue":5,"activeContract":true,"symbolId":"F.US.ENQ"}'
    )
    contract = contract_from_reply(b'{"contract":' + row + b"," + OK)
    assert contract is not None
    assert (contract.symbol, contract.point_value, contract.is_micro) == ("NQ", Decimal(20), False)
    assert contracts_from_reply(b'{"contracts":[' + row + b"]," + OK).rows == (contract,)
    assert contract_from_reply(b'{"contract":null,"success":false,"errorCode":1,"errorMessage":null}') is None


def test_a_token_is_taken_and_never_quoted() -> None:
    assert token_from_reply(codes.LOGIN, b'{"token":"eyJx.y.z",' + OK) == "eyJx.y.z"
    assert token_from_reply(codes.VALIDATE, b'{"newToken":"eyJx.y.z",' + OK) == "eyJx.y.z"
    with pytest.raises(RefusedError, match=r"code 3 InvalidCredentials"):
        token_from_reply(codes.LOGIN, b'{"token":null,"success":false,"errorCode":3,"errorMessage":null}')
    with pytest.raises(UnreachableError) as caught:
        token_from_reply(codes.LOGIN, b'{"token":"eyJx.y.z"')
    assert "eyJ" not in str(caught.value)


@given(
    st.binary(max_size=100) | st.builds(lambda tail: b'{"success":true,"errorCode":0,"positions":[' + tail, st.binary())
)
def test_arbitrary_replies_raise_nothing_but_gateway_errors(body: bytes) -> None:
    for read in (
        positions_from_reply,
        orders_from_reply,
        trades_from_reply,
        accounts_from_reply,
        contract_from_reply,
    ):
        try:
            read(body)
        except GatewayError as error:
            assert str(error)  # noqa: PT017


def test_check_passes_a_success() -> None:
    check(codes.CANCEL, b"{" + OK)
