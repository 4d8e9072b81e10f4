"""Each quirk of the gateway's messages, as recorded or as suspected, and what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.core.events import (
    AccountSeen,
    AnyEvent,
    Hub,
    OrderSeen,
    PositionSeen,
    QuoteSeen,
    TradeSeen,
    Unreadable,
)
from risk_manager.core.model import OrderStatus, OrderType, Side
from risk_manager.gateway.decode import (
    account_event,
    decode_frame,
    decode_record,
    order_event,
    position_event,
    quote_event,
    trade_event,
)

MNQ = "CON.F.US.MNQ.U26"
POSITION = (
    b'{"id":825245547,"accountId":20000002,"contractId":"CON.F.US.MNQ.U26","contractDisplayName":"MNQU26",'
    b'"creationTimestamp":"2026-08-19T14:15:48.611387+00:00","type":2,"size":1,"averagePrice":29398.5}'
)
CLOSED = (
    b'{"action":2,"data":{"id":825245547,"accountId":20000002,"contractId":"CON.F.US.MNQ.U26",'
    b'"creationTimestamp":"2026-08-19T14:15:48.611387+00:00","type":0,"size":0,"averagePrice":29398.5}}'
)
TRADE = (
    b'{"action":0,"data":{"id":3004518356,"accountId":20000002,"contractId":"CON.F.US.MNQ.U26",'
    b'"creationTimestamp":"2026-08-19T14:16:01.4061289+00:00","price":29423,"profitAndLoss":-49,"fees":0.36,'
    b'"commissions":0.25,"side":0,"size":1,"voided":false,"orderId":3423462488}}'
)
ORDER = (
    b'{"action":1,"data":{"id":3345169273,"accountId":20000002,"contractId":"CON.F.US.MNQ.U26",'
    b'"symbolId":"F.US.MNQ","creationTimestamp":"2026-07-31T02:23:34.5601234+00:00",'
    b'"updateTimestamp":"2026-07-31T02:31:10.1203344+00:00","status":3,"type":1,"side":0,"size":1,'
    b'"limitPrice":28393,"fillVolume":0,"customTag":"rm-8-TP","trailDistance":-99,"trailPrice":-24.75}}'
)
SHORT = PositionSeen(
    account=20000002,
    contract=MNQ,
    signed_size=-1,
    average_price=Decimal("29398.5"),
    opened_at=datetime(2026, 8, 19, 14, 15, 48, 611387, tzinfo=UTC),
)


def only(events: list[AnyEvent]) -> AnyEvent:
    assert len(events) == 1
    return events[0]


def changed(payload: bytes, old: bytes, new: bytes) -> bytes:
    assert old in payload
    return payload.replace(old, new)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"action":1,"data":' + POSITION + b"}",
        b'{"data":' + POSITION + b',"action":1}',
        POSITION,
        b"[" + POSITION + b"]",
        b'[{"action":1,"data":' + POSITION + b"}]",
        b'{"action":1,"data":[' + POSITION + b"]}",
        b'{"action":1,"data":' + POSITION + b',"more":{"not":"known"}}',
        b' { "action" : 1 , "data" : ' + POSITION + b" } ",
    ],
)
def test_a_payload_is_read_in_every_wrapping(payload: bytes) -> None:
    assert position_event(payload) == [SHORT]


def test_a_closed_position_is_flat_whatever_its_type() -> None:
    flat = only(position_event(CLOSED))
    assert isinstance(flat, PositionSeen)
    assert flat.signed_size == 0


def test_a_removal_is_flat_whatever_its_size() -> None:
    flat = only(position_event(b'{"action":2,"data":' + POSITION + b"}"))
    assert isinstance(flat, PositionSeen)
    assert flat.signed_size == 0


def test_a_flat_position_needs_no_average_price() -> None:
    flat = only(position_event(changed(CLOSED, b',"averagePrice":29398.5', b"")))
    assert flat == PositionSeen(
        account=20000002,
        contract=MNQ,
        signed_size=0,
        average_price=Decimal(0),
        opened_at=datetime(2026, 8, 19, 14, 15, 48, 611387, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'"type":2', b'"type":0', "neither long nor short"),
        (b'"type":2', b'"type":3', "type"),
        (b'"type":2', b'"type":"2"', "type"),
        (b'"size":1', b'"size":-1', "size"),
        (b'"size":1', b'"size":"1"', "size"),
        (b'"size":1', b'"size":1.5', "size"),
        (b'"size":1', b'"size":true', "size"),
        (b'"size":1', b'"size":null', "size"),
        (b'"accountId":20000002,', b"", "accountId"),
        (b'"accountId":20000002', b'"accountId":99999999999999999999', "accountId"),
        (b'"contractId":"CON.F.US.MNQ.U26",', b"", "contractId"),
        (b'"CON.F.US.MNQ.U26"', b'""', "contractId"),
        (b'"CON.F.US.MNQ.U26"', b'"\\ud800"', ""),
        (b'"averagePrice":29398.5', b'"averagePrice":-29398.5', "no price"),
        (b'"averagePrice":29398.5', b'"averagePrice":0', "no price"),
        (b'"averagePrice":29398.5', b'"averagePrice":NaN', "not a number"),
        (b'"averagePrice":29398.5', b'"averagePrice":Infinity', "not a number"),
        (b'"averagePrice":29398.5', b'"averagePrice":1e400', "no price"),
        (b'"averagePrice":29398.5', b'"averagePrice":1e99999999999999999999', ""),
        (b'"averagePrice":29398.5', b'"averagePrice":"29398.5"', "not a number"),
        (b'"averagePrice":29398.5', b'"averagePrice":true', "not a number"),
        (b',"averagePrice":29398.5', b"", "missing"),
        (b"48.611387+00:00", b"48.611387", "timezone"),
        (b"2026-08-19T14:15:48.611387+00:00", b"0001-01-01T00:00:00+05:00x", ""),
    ],
)
@pytest.mark.parametrize("wrap", [b"%s", b'{"action":1,"data":%s}', b"[%s]"])
def test_an_odd_position_is_unreadable_and_says_why(old: bytes, new: bytes, why: str, wrap: bytes) -> None:
    event = only(position_event(wrap % changed(POSITION, old, new)))
    assert isinstance(event, Unreadable)
    assert event.source == "GatewayUserPosition"
    assert why in event.why
    assert event.raw


def test_one_bad_row_takes_no_other_with_it() -> None:
    bad = changed(POSITION, b'"size":1', b'"size":-1')
    events = position_event(b"[" + POSITION + b"," + bad + b',7,{"action":1,"data":' + POSITION + b"}]")
    assert [type(event) for event in events] == [PositionSeen, Unreadable, Unreadable, PositionSeen]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-19T14:16:01.4061289+00:00", datetime(2026, 8, 19, 14, 16, 1, 406129, tzinfo=UTC)),
        ("2026-08-19T14:16:01.406128+00:00", datetime(2026, 8, 19, 14, 16, 1, 406128, tzinfo=UTC)),
        ("2026-08-19T14:16:01.15+00:00", datetime(2026, 8, 19, 14, 16, 1, 150000, tzinfo=UTC)),
        ("2026-08-19T14:16:01Z", datetime(2026, 8, 19, 14, 16, 1, tzinfo=UTC)),
        ("2026-08-19T09:16:01-05:00", datetime(2026, 8, 19, 14, 16, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_spelling(text: str, moment: datetime) -> None:
    event = only(trade_event(changed(TRADE, b"2026-08-19T14:16:01.4061289+00:00", text.encode())))
    assert isinstance(event, TradeSeen)
    assert event.trade.at == moment
    assert event.trade.at.tzinfo is UTC


def test_a_closing_fill_has_a_result_and_its_costs_together() -> None:
    event = only(trade_event(TRADE))
    assert isinstance(event, TradeSeen)
    assert event.account == 20000002
    assert event.trade.profit_and_loss == Decimal(-49)
    assert event.trade.costs == Decimal("0.61")
    assert event.trade.is_exit


@pytest.mark.parametrize("new", [b"", b'"profitAndLoss":null,'])
def test_an_opening_fill_has_none(new: bytes) -> None:
    event = only(trade_event(changed(TRADE, b'"profitAndLoss":-49,', new)))
    assert isinstance(event, TradeSeen)
    assert event.trade.profit_and_loss is None


def test_absent_costs_count_nothing() -> None:
    event = only(trade_event(changed(TRADE, b'"fees":0.36,"commissions":0.25,', b"")))
    assert isinstance(event, TradeSeen)
    assert event.trade.costs == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"id":3004518356,', b""),
        (b'"orderId":3423462488', b'"orderId":null'),
        (b'"side":0', b'"side":2'),
        (b'"size":1', b'"size":0'),
        (b'"price":29423', b'"price":"29423"'),
        (b'"profitAndLoss":-49', b'"profitAndLoss":NaN'),
        (b'"profitAndLoss":-49', b'"profitAndLoss":1e15'),
        (b'"fees":0.36', b'"fees":-0.36'),
        (b"2026-08-19T14:16:01.4061289+00:00", b"2026-08-19T14:16:01"),
        (b"2026-08-19T14:16:01.4061289+00:00", b"0001-01-01T00:00:00Z"),
    ],
)
def test_an_odd_trade_is_unreadable(old: bytes, new: bytes) -> None:
    assert isinstance(only(trade_event(changed(TRADE, old, new))), Unreadable)


def test_an_order_is_read_with_what_it_has() -> None:
    assert only(order_event(ORDER)) == OrderSeen(
        account=20000002,
        order=3345169273,
        contract=MNQ,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=OrderStatus.CANCELLED,
        size=1,
        filled=0,
        limit_price=Decimal(28393),
        tag="rm-8-TP",
        created_at=datetime(2026, 7, 31, 2, 23, 34, 560123, tzinfo=UTC),
    )


def test_what_an_order_message_leaves_out_stays_open() -> None:
    assert order_event(b'{"id":5,"accountId":7}') == [OrderSeen(account=7, order=5)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"status":3', b'"status":9'),
        (b'"type":1', b'"type":8'),
        (b'"side":0', b'"side":"Buy"'),
        (b'"limitPrice":28393', b'"limitPrice":-28393'),
        (b'"fillVolume":0', b'"fillVolume":-1'),
        (b'"id":3345169273,', b""),
    ],
)
def test_an_odd_order_is_unreadable(old: bytes, new: bytes) -> None:
    assert isinstance(only(order_event(changed(ORDER, old, new))), Unreadable)


def test_the_account_tells_what_it_may_and_holds() -> None:
    told = account_event(b'{"action":1,"data":{"id":2,"name":"PRAC","balance":-12.5,"canTrade":false}}')
    assert told == [AccountSeen(account=2, can_trade=False, balance=Decimal("-12.5"), name="PRAC")]


def test_a_quote_is_a_delta_and_a_missing_price_is_none() -> None:
    quote = b'{"symbol":"F.US.MNQ","bestBid":29547,"bestAsk":29547.50,"timestamp":"x","contract":"other"}'
    assert quote_event(MNQ, quote) == [QuoteSeen(contract=MNQ, bid=Decimal(29547), ask=Decimal("29547.50"))]


def test_prices_keep_their_digits() -> None:
    event = only(quote_event(MNQ, b'{"lastPrice":6335.250000000}'))
    assert isinstance(event, QuoteSeen)
    assert str(event.last) == "6335.250000000"


def test_an_empty_side_of_the_book_is_no_price() -> None:
    assert quote_event(MNQ, b'{"lastPrice":5,"bestBid":0,"bestAsk":null}') == [QuoteSeen(contract=MNQ, last=Decimal(5))]


@pytest.mark.parametrize("price", [b"0", b"-1", b"NaN", b'"5"', b"1e10", b"1e-12", b"[]", b"false"])
def test_an_odd_last_price_is_unreadable_and_never_a_price(price: bytes) -> None:
    assert isinstance(only(quote_event(MNQ, b'{"lastPrice":' + price + b"}")), Unreadable)


def test_quotes_and_trades_of_the_market_come_in_lists_too() -> None:
    record = b'{"type":1,"target":"GatewayTrade","arguments":["%s",[{"price":5,"type":1},{"price":6}]]}\x1e'
    assert decode_frame(record % MNQ.encode(), Hub.MARKET) == [
        QuoteSeen(contract=MNQ, last=Decimal(5)),
        QuoteSeen(contract=MNQ, last=Decimal(6)),
    ]


def test_a_frame_holds_several_records_and_what_is_not_news_is_passed_over() -> None:
    frame = (
        b'{"type":6}\x1e{"type":3,"invocationId":"1"}\x1e{"type":9,"x":1}\x1e'
        b'{"target":"GatewayUserPosition","type":1,"arguments":[' + POSITION + b"]}\x1e"
        b'{"type":1,"target":"GatewayUserNews","arguments":[]}\x1e{"type":1}\x1e'
    )
    assert decode_frame(frame, Hub.USER) == [SHORT]
    assert decode_frame(frame.decode(), Hub.USER) == [SHORT]


def test_secrets_never_get_into_what_is_kept() -> None:
    token = b"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3fQ.abc-_def"
    for record in (
        b'{"type":1,"oops":"' + token + b'"',
        b"wss://x/hubs/user?access_token=" + token + b"&id=1",
        b'{"apiKey":"SECRETKEY=" , "token": "abc.def"',
    ):
        event = only(decode_record(record, Hub.USER))
        assert isinstance(event, Unreadable)
        for secret in ("eyJ", "SECRETKEY", "abc.def", "abc-_def"):
            assert secret not in event.raw + event.why


def test_what_is_kept_is_bounded() -> None:
    event = only(decode_record(b"\xff" * 1_000_000, Hub.USER))
    assert isinstance(event, Unreadable)
    assert len(event.raw) < 2_100


def assert_harmless(events: list[AnyEvent]) -> None:
    """What came out can be written down."""
    assert isinstance(msgspec.json.encode(events), bytes)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(frame: bytes) -> None:
    for hub in Hub:
        assert_harmless(decode_frame(frame, hub))


FIELDS = st.sampled_from(
    "id accountId contractId type size averagePrice data action price side status".split()  # noqa: SIM905
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS | st.just("2026-08-19T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=8),
    max_leaves=12,
)


@given(JSON)
def test_arbitrary_json_never_raises(payload: object) -> None:
    raw = json.dumps(payload).encode()
    for read in (position_event, order_event, trade_event, account_event):
        events = read(raw)
        assert events
        assert_harmless(events)
    assert_harmless(quote_event(MNQ, raw))


@pytest.mark.parametrize("depth", [50, 5_000, 200_000])
def test_nesting_never_raises(depth: int) -> None:
    assert isinstance(only(position_event(b"[" * depth + b"]" * depth)), Unreadable)
