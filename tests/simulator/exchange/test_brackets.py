"""The life of bracket children (gateway reference, 4.5)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from risk_manager.simulator.exchange import Bracket, Change, Conditions
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType, Side
from tests.simulator.floor import BUY, MNQ, PRACTICE, SELL, Floor

OPEN, FILLED, CANCELLED, SUSPENDED = (
    OrderStatus.OPEN, OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.SUSPENDED,
)  # fmt: skip


def test_the_events_of_a_bracketed_entry_come_in_the_recorded_order(floor: Floor) -> None:
    floor.bracketed(BUY)
    assert floor.story() == [
        "Order 8", "Order 6", "Order 8", "Order 2", "Trade", "Position +1", "Account", "Order 1", "Order 1",
    ]  # fmt: skip


def test_children_are_suspended_without_price_until_the_entry_fills() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(milliseconds=8)))
    entry, stop, target = floor.bracketed(BUY, custom_tag="rm-1")
    assert [stop.id, target.id] == [entry.id + 1, entry.id + 2]
    assert [entry.status, stop.status, target.status] == [OrderStatus.PENDING, SUSPENDED, SUSPENDED]
    assert (stop.stop_price, target.limit_price) == (None, None)
    assert stop.created == target.created == entry.created
    floor.pass_time(0.008)
    assert [entry.status, stop.status, target.status] == [FILLED, OPEN, OPEN]


@pytest.mark.parametrize(
    ("side", "stop", "target", "stop_price", "target_price"),
    [(BUY, -40, 80, "29490.25", "29520.25"), (SELL, 101, -99, "29525", "29475")],
)
def test_children_are_priced_from_the_entry_by_signed_ticks(
    floor: Floor, side: Side, stop: int, target: int, stop_price: str, target_price: str
) -> None:
    _, stop_order, target_order = floor.bracketed(side, stop, target)
    assert (stop_order.stop_price, target_order.limit_price) == (Decimal(stop_price), Decimal(target_price))
    assert stop_order.side is target_order.side is side.opposite


def test_the_wire_names_parent_sibling_tags_and_distances(floor: Floor) -> None:
    entry, stop, target = (o.wire(straight_from_engine=False) for o in floor.bracketed(SELL, 101, -99, custom_tag="rm"))
    assert (stop["customTag"], target["customTag"]) == ("rm-SL", "rm-TP")
    assert stop["parentOrderId"] == target["parentOrderId"] == entry["id"]
    assert target["linkedOrderId"] == stop["id"]
    assert "linkedOrderId" not in stop
    assert "parentOrderId" not in entry
    assert (stop["trailDistance"], stop["trailPrice"]) == (101, Decimal("25.25"))
    assert (target["trailDistance"], target["trailPrice"]) == (-99, Decimal("-24.75"))


def test_children_of_an_entry_without_tag_have_none(floor: Floor) -> None:
    _, stop, target = floor.bracketed(BUY)
    assert (stop.custom_tag, target.custom_tag) == (None, None)


@pytest.mark.parametrize(("last", "winner"), [("29490", 1), ("29521", 2)])
def test_one_child_fills_and_the_server_cancels_the_other(floor: Floor, last: str, winner: int) -> None:
    orders = floor.bracketed(BUY)
    floor.said()
    floor.price(last)
    assert orders[winner].status is FILLED
    assert orders[3 - winner].status is CANCELLED
    assert floor.net() == 0
    assert floor.story() == ["Order 2", "Trade", "Position 0", "Account", "Order 3"]


def test_the_sibling_can_be_made_to_survive() -> None:
    floor = Floor(Conditions(sibling_survives=True))
    _, stop, target = floor.bracketed(BUY)
    floor.price("29490")
    assert (stop.status, target.status) == (FILLED, OPEN)
    floor.price("29521")
    assert floor.net() == -1


def test_children_outlive_closeContract_and_open_a_new_position(floor: Floor) -> None:
    _, stop, target = floor.bracketed(BUY)
    floor.desk.close_contract(PRACTICE, MNQ, floor.now)
    assert floor.net() == 0
    assert (stop.status, target.status) == (OPEN, OPEN)
    floor.price("29490")
    assert floor.net() == -1


def test_closeContract_can_be_made_to_cancel_orders() -> None:
    floor = Floor(Conditions(close_cancels_orders=True))
    floor.bracketed(BUY)
    floor.desk.close_contract(PRACTICE, MNQ, floor.now)
    assert floor.ledger.working_orders(PRACTICE) == []


def test_cancelling_one_child_leaves_the_other(floor: Floor) -> None:
    _, stop, target = floor.bracketed(BUY)
    assert floor.desk.cancel(PRACTICE, stop.id, floor.now) is None
    assert (stop.status, target.status) == (CANCELLED, OPEN)


def test_moving_one_child_leaves_the_other(floor: Floor) -> None:
    _, stop, target = floor.bracketed(BUY)
    assert floor.desk.modify(PRACTICE, stop.id, Change(stop_price=Decimal("29495")), floor.now) is None
    assert (stop.stop_price, target.limit_price) == (Decimal("29495"), Decimal("29520.25"))


def test_children_end_with_an_entry_that_is_cancelled(floor: Floor) -> None:
    entry = floor.order(
        OrderType.LIMIT,
        BUY,
        limit_price="29400",
        stop_loss=Bracket(ticks=-40, type=OrderType.STOP),
        take_profit=Bracket(ticks=80, type=OrderType.LIMIT),
    )
    floor.said()
    floor.desk.cancel(PRACTICE, entry.id, floor.now)
    assert floor.story() == ["Order 3", "Order 3", "Order 3"]


def test_an_entry_cancelled_after_a_part_protects_that_part() -> None:
    floor = Floor(Conditions(fill_parts=4, fill_latency=timedelta(seconds=1)))
    entry = floor.order(OrderType.LIMIT, BUY, 4, limit_price="29501", stop_loss=Bracket(ticks=-40, type=OrderType.STOP))
    floor.pass_time(1)
    assert entry.fill_volume == 1
    floor.desk.cancel(PRACTICE, entry.id, floor.now)
    stop = floor.ledger.orders[entry.id + 1]
    assert (stop.status, stop.size) == (OPEN, 1)


def test_a_trailing_child_trails(floor: Floor) -> None:
    entry = floor.order(OrderType.MARKET, BUY, stop_loss=Bracket(ticks=-40, type=OrderType.TRAILING_STOP))
    child = floor.ledger.orders[entry.id + 1]
    assert child.stop_price == Decimal("29490.25")
    floor.price("29520")
    assert child.stop_price == Decimal("29510")


def test_a_lone_child_has_no_sibling(floor: Floor) -> None:
    entry = floor.order(OrderType.MARKET, BUY, take_profit=Bracket(ticks=80, type=OrderType.LIMIT))
    target = floor.ledger.orders[entry.id + 1]
    assert (target.linked_id, target.parent_id) == (None, entry.id)
