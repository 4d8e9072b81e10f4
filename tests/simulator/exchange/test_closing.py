"""closeContract and partialCloseContract."""

from datetime import timedelta

import pytest

from risk_manager.simulator.exchange import Conditions
from risk_manager.simulator.exchange.terms import OrderType
from tests.simulator.floor import BUY, LIVE, MNQ, PRACTICE, SELL, Floor

SLOW = timedelta(seconds=1)


def _close(floor: Floor) -> tuple[int, str | None] | None:
    return floor.desk.close_contract(PRACTICE, MNQ, floor.now)


def _reduce(floor: Floor, size: int, account: int = PRACTICE) -> tuple[int, str | None] | None:
    return floor.desk.partial_close(account, MNQ, size, floor.now)


@pytest.mark.parametrize("size", [3, -2])
def test_a_close_is_a_market_order_without_tag(floor: Floor, size: int) -> None:
    floor.order(OrderType.MARKET, BUY if size > 0 else SELL, abs(size))
    floor.said()
    assert _close(floor) is None
    said = floor.said()
    order = said[0][1]
    assert (order["type"], order["size"], "customTag" in order) == (2, abs(size), False)
    assert [name for name, _ in said] == ["Order", "Order", "Trade", "Position", "Account"]
    assert floor.net() == 0


def test_resting_orders_stay_alive(floor: Floor) -> None:
    floor.buy()
    order = floor.order(OrderType.LIMIT, BUY, limit_price="29400")
    _close(floor)
    assert order.status.is_working


def test_a_part_is_closed(floor: Floor) -> None:
    floor.buy(3)
    assert _reduce(floor, 2) is None
    assert floor.net() == 1
    assert _reduce(floor, 1) is None
    assert floor.net() == 0


@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_part_may_not_be_more_than_the_whole(floor: Floor, size: int) -> None:
    floor.buy(3)
    assert _reduce(floor, size) == (5, None)


def test_codes_of_what_cannot_be_closed(floor: Floor) -> None:
    close, reduce = floor.desk.close_contract, floor.desk.partial_close
    assert close(1, MNQ, floor.now) == (1, None)
    assert reduce(1, MNQ, 1, floor.now) == (1, None)
    assert close(PRACTICE, "CON.F.US.NQ.Z26", floor.now) == (3, None)
    assert reduce(PRACTICE, "CON.F.US.NQ.Z26", 1, floor.now) == (3, None)
    assert close(PRACTICE, MNQ, floor.now) == (2, None)
    assert reduce(PRACTICE, MNQ, 1, floor.now) == (2, None)


def test_live_accounts_refuse_a_part_and_take_a_close(floor: Floor) -> None:
    floor.buy(2, account=LIVE)
    assert _reduce(floor, 1, LIVE) == (9, "Live accounts not supported")
    assert floor.desk.partial_close(LIVE, MNQ, 1, floor.now, by_hand=True) is None
    assert floor.desk.close_contract(LIVE, MNQ, floor.now) is None


def test_without_a_price_or_outside_hours_there_is_no_close() -> None:
    floor = Floor(keeps_hours=True)
    floor.buy(2)
    floor.exchange.quote(MNQ).take_away()
    assert (_close(floor), _reduce(floor, 1)) == ((5, None), (6, None))
    floor.price("29500")
    floor.now += timedelta(hours=3, minutes=10)
    assert (_close(floor), _reduce(floor, 1)) == ((5, None), (6, None))


def test_a_blocked_account_may_close_unless_the_venue_is_strict(floor: Floor) -> None:
    floor.buy(3)
    floor.ledger.accounts[PRACTICE].can_trade = False
    assert _reduce(floor, 1) is None
    floor.exchange.conditions.refuse_closes_when_blocked = True
    assert (_close(floor), _reduce(floor, 1)) == ((8, None), (9, None))


def test_a_second_close_is_pending_while_the_first_is_under_way() -> None:
    floor = Floor(Conditions(close_latency=SLOW))
    floor.buy(2)
    assert _close(floor) is None
    assert (_close(floor), _reduce(floor, 1)) == ((6, None), (7, None))
    floor.pass_time(1)
    assert (floor.net(), _close(floor)) == (0, (2, None))


def test_a_second_close_may_execute_and_then_finds_nothing() -> None:
    floor = Floor(Conditions(close_latency=SLOW, second_close="executes"))
    floor.buy(2)
    assert (_close(floor), _close(floor)) == (None, None)
    floor.said()
    floor.pass_time(1)
    assert floor.net() == 0
    assert floor.story() == ["Order 2", "Trade", "Position 0", "Account", "Order 3"]


def test_an_uncapped_close_can_reverse() -> None:
    floor = Floor(Conditions(close_latency=SLOW, second_close="executes", close_is_capped=False))
    floor.buy(2)
    _close(floor)
    _close(floor)
    floor.pass_time(1)
    assert floor.net() == -2


def test_a_late_close_takes_only_what_is_left() -> None:
    floor = Floor(Conditions(close_latency=SLOW))
    floor.buy(3)
    _close(floor)
    floor.sell(2)
    floor.pass_time(1)
    assert floor.net() == 0
