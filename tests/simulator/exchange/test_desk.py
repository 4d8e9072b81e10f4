"""Place and cancel: codes, latency, the platform's own limits."""

from datetime import timedelta

import pytest

from risk_manager.simulator.exchange import Conditions
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType
from tests.simulator.floor import BUY, COMBINE, FOLLOWER, LIVE, MNQ, PRACTICE, Floor

LIMIT, MARKET = OrderType.LIMIT, OrderType.MARKET


@pytest.mark.parametrize(("account", "contract", "code"), [(1, MNQ, 1), (PRACTICE, "CON.F.US.NQ.Z26", 8)])
def test_an_unknown_account_or_contract_makes_no_order(floor: Floor, account: int, contract: str, code: int) -> None:
    assert floor.try_order(2, 0, account=account, contract=contract) == (None, (code, None))
    assert floor.said() == []


def test_a_blocked_account_is_refused_with_code_4_without_text(floor: Floor) -> None:
    floor.ledger.accounts[PRACTICE].can_trade = False
    order_id, refusal = floor.try_order(2, 0)
    assert order_id is not None
    assert refusal == (4, None)


def test_other_months_can_be_refused() -> None:
    floor = Floor(Conditions(only_active_months=True))
    assert floor.try_order(2, 0, contract="CON.F.US.MNQ.U26").refusal == (9, None)
    assert floor.try_order(2, 0).refusal is None


def test_any_month_trades_by_default(floor: Floor) -> None:
    assert floor.try_order(2, 0, contract="CON.F.US.MNQ.Z25").refusal is None


@pytest.mark.parametrize(
    ("outside_hours", "refusal"),
    [
        ("text", (2, "Trading is currently unavailable. The instrument is not in an active trading status.")),
        ("code", (5, None)),
    ],
)
def test_a_closed_market_refuses(outside_hours: str, refusal: tuple[int, str | None]) -> None:
    floor = Floor(Conditions(outside_hours=outside_hours), keeps_hours=True)  # type: ignore[arg-type]
    floor.now += timedelta(hours=3, minutes=10)
    assert floor.try_order(2, 0).refusal == refusal


def test_ids_are_beyond_int32_and_rise(floor: Floor) -> None:
    first, second = floor.buy(), floor.buy()
    assert second.id == first.id + 1 > 3_400_000_000
    assert floor.ledger.trades[0].id > 3_000_000_000


def test_latency_keeps_an_order_pending() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(milliseconds=8)))
    order = floor.buy()
    assert order.status is OrderStatus.PENDING
    floor.pass_time(0.007)
    assert floor.story() == ["Order 6"]
    floor.pass_time(0.001)
    assert floor.story() == ["Order 2", "Trade", "Position +1", "Account"]


def test_a_fill_in_parts_keeps_status_1_until_the_last() -> None:
    floor = Floor(Conditions(fill_parts=2))
    floor.buy(3)
    orders = [data for name, data in floor.said() if name == "Order"]
    assert [(o["status"], o["fillVolume"]) for o in orders] == [(6, 0), (1, 2), (2, 3)]
    assert [trade.size for trade in floor.ledger.trades] == [2, 1]


def test_slippage_is_against_the_order_and_bounded() -> None:
    floor = Floor(Conditions(slippage_ticks_max=2))
    prices = {float(floor.buy().filled_price or 0) for _ in range(30)}
    assert prices == {29500.25, 29500.5, 29500.75}
    assert {float(floor.sell().filled_price or 0) for _ in range(30)} == {29499.75, 29499.5, 29499.25}


def test_a_resting_order_is_cancelled(floor: Floor) -> None:
    order = floor.order(LIMIT, BUY, limit_price="29400")
    assert floor.desk.cancel(PRACTICE, order.id, floor.now) is None
    assert floor.story() == ["Order 6", "Order 1", "Order 3"]


def test_a_cancel_under_way_can_still_fill() -> None:
    floor = Floor(Conditions(cancel_latency=timedelta(seconds=1)))
    order = floor.order(LIMIT, BUY, limit_price="29400")
    floor.desk.cancel(PRACTICE, order.id, floor.now)
    assert order.status is OrderStatus.PENDING_CANCELLATION
    assert floor.desk.cancel(PRACTICE, order.id, floor.now) == (4, None)
    floor.price("29390")
    floor.pass_time(1)
    assert order.fill_volume == 1


@pytest.mark.parametrize(
    ("account", "refusal"),
    [
        (1, (1, None)),
        (LIVE, (6, "Live accounts not supported")),
        (FOLLOWER, (6, "Follower accounts cannot cancel orders")),
        (PRACTICE, (2, None)),
        (COMBINE, (2, None)),
    ],
)
def test_refused_cancels(floor: Floor, account: int, refusal: tuple[int, str | None]) -> None:
    filled = floor.buy()
    assert floor.desk.cancel(account, filled.id, floor.now) == refusal


def test_a_pending_order_cannot_be_cancelled_yet() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(seconds=1)))
    assert floor.desk.cancel(PRACTICE, floor.buy().id, floor.now) == (4, None)


@pytest.mark.parametrize("account", [LIVE, FOLLOWER])
def test_at_the_platform_live_and_follower_orders_can_be_cancelled(floor: Floor, account: int) -> None:
    order = floor.order(LIMIT, BUY, limit_price="29400", account=account)
    assert floor.desk.cancel(account, order.id, floor.now, by_hand=True) is None
