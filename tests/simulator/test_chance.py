"""Five hundred random acts under a seed: the venue's books always agree with each other and with what the hubs said."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from risk_manager.simulator.exchange import Bracket, Conditions
from risk_manager.simulator.exchange.terms import OrderType, Side
from tests.simulator.floor import ES, MNQ, PRACTICE, Floor


def _act(floor: Floor, random: Random) -> None:
    contract, side, size = random.choice((MNQ, ES)), random.choice(list(Side)), random.randint(1, 4)
    last = floor.exchange.quote(contract).last
    away = random.randint(4, 40) * Decimal("0.25")
    working = floor.ledger.working_orders(PRACTICE)
    match random.randrange(8):
        case 0:
            floor.try_order(OrderType.MARKET, side, size, contract=contract)
        case 1:
            floor.try_order(OrderType.LIMIT, side, size, contract=contract, limit_price=last - side.sign * away)
        case 2:
            floor.try_order(OrderType.STOP, side, size, contract=contract, stop_price=last + side.sign * away)
        case 3:
            floor.try_order(OrderType.TRAILING_STOP, side, size, contract=contract, trail_price=last + side.sign * away)
        case 4:
            ticks = side.sign * random.randint(4, 30)
            brackets: dict[str, Any] = {
                "stop_loss": Bracket(ticks=-ticks, type=OrderType.STOP),
                "take_profit": Bracket(ticks=ticks, type=OrderType.LIMIT),
            }
            floor.try_order(OrderType.MARKET, side, size, contract=contract, **brackets)
        case 5 if working:
            floor.desk.cancel(PRACTICE, random.choice(working).id, floor.now)
        case 6:
            floor.desk.close_contract(PRACTICE, contract, floor.now)
        case 7:
            floor.desk.partial_close(PRACTICE, contract, 1, floor.now)


@pytest.mark.parametrize("seed", range(6))
def test_the_books_agree(seed: int) -> None:
    random = Random(seed)
    floor = Floor(
        Conditions(
            fill_latency=timedelta(milliseconds=random.choice((0, 8, 300))),
            cancel_latency=timedelta(milliseconds=random.choice((0, 50))),
            slippage_ticks_max=random.randint(0, 2),
            fill_parts=random.randint(1, 3),
            reversal=random.choice(("two", "one")),
            second_close=random.choice(("pending", "executes")),
        )
    )
    floor.exchange.quote(ES)
    said: list[tuple[str, dict[str, Any]]] = []
    for _ in range(500):
        _act(floor, random)
        floor.exchange.tick(floor.now)
        floor.pass_time(random.choice((0, 0.01, 0.2)))
        said += floor.said()
    floor.pass_time(60)
    _agree(floor, said + floor.said())


def _agree(floor: Floor, said: list[tuple[str, dict[str, Any]]]) -> None:
    trades = floor.ledger.trades_of(PRACTICE)
    assert len(trades) > 100
    for contract in (MNQ, ES):
        assert floor.net(contract) == sum(t.side.sign * t.size for t in trades if t.contract.id == contract)
    balance = floor.ledger.accounts[PRACTICE].balance
    assert balance == 150_000 + sum((t.profit or 0) - t.fees - t.commissions for t in trades)
    for order in floor.ledger.orders_of(PRACTICE):
        assert order.fill_volume == sum(trade.size for trade in trades if trade.order_id == order.id)
        assert (order.status == 2) == (order.fill_volume == order.size and order.size > 0)
        assert (order.id in floor.ledger.working.get(order.contract.id, {})) == order.status.is_working
    orders = {data["id"]: (data["status"], data["fillVolume"]) for name, data in said if name == "Order"}
    assert orders == {o.id: (o.status, o.fill_volume) for o in floor.ledger.orders_of(PRACTICE)}
    assert [data["id"] for name, data in said if name == "Trade"] == [trade.id for trade in trades]
    positions = {data["id"]: data["size"] for name, data in said if name == "Position"}
    assert {number: size for number, size in positions.items() if size} == {
        position.id: abs(position.signed_size) for position in floor.ledger.open_positions(PRACTICE)
    }
    assert [data["balance"] for name, data in said if name == "Account"][-1] == balance
