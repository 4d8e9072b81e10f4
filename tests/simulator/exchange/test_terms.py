"""The gateway's numbers for words (gateway reference, section 6)."""

from risk_manager.simulator.exchange.terms import Action, OrderStatus, OrderType, PositionType, Side


def test_the_numbers_are_the_gateways() -> None:
    assert {kind.name: kind.value for kind in OrderType} == {
        "LIMIT": 1, "MARKET": 2, "STOP_LIMIT": 3, "STOP": 4, "TRAILING_STOP": 5, "JOIN_BID": 6, "JOIN_ASK": 7,
    }  # fmt: skip
    assert {status.name: status.value for status in OrderStatus} == {
        "OPEN": 1, "FILLED": 2, "CANCELLED": 3, "EXPIRED": 4, "REJECTED": 5, "PENDING": 6,
        "PENDING_CANCELLATION": 7, "SUSPENDED": 8,
    }  # fmt: skip
    assert [*Side] == [0, 1]
    assert [*PositionType] == [0, 1, 2]
    assert [*Action] == [0, 1, 2]


def test_four_statuses_can_still_do_something() -> None:
    assert [status.value for status in OrderStatus if status.is_working] == [1, 6, 7, 8]


def test_sides_are_signed_and_have_an_opposite() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)
    assert Side.BUY.opposite is Side.SELL
