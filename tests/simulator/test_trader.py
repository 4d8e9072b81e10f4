"""The human at the other screen."""

from decimal import Decimal

from risk_manager.simulator.exchange import Change, Ticket
from risk_manager.simulator.faults import Status
from tests.simulator.floor import LIVE, MNQ, PRACTICE, Floor


def test_he_buys_sells_reduces_and_closes(floor: Floor) -> None:
    trader = floor.venue.trader
    trader.buy(PRACTICE, MNQ, 3)
    trader.sell(PRACTICE, MNQ, 1)
    assert trader.reduce(PRACTICE, MNQ, 1) is None
    assert trader.net(PRACTICE, MNQ) == 1
    assert trader.close(PRACTICE, MNQ) is None
    assert trader.net(PRACTICE, MNQ) == 0


def test_he_places_moves_and_cancels(floor: Floor) -> None:
    trader = floor.venue.trader
    ticket = Ticket(account_id=LIVE, contract_id=MNQ, type=1, side=0, size=1, limit_price=Decimal(29400))
    order_id = trader.place(ticket).order_id
    assert order_id is not None
    assert trader.modify(LIVE, order_id, Change(limit_price=Decimal(29401))) is None
    assert [order.limit_price for order in trader.working(LIVE)] == [29401]
    assert trader.cancel(LIVE, order_id) is None
    assert trader.working(LIVE) == []


def test_the_platform_liquidates_a_blocked_account(floor: Floor) -> None:
    trader = floor.venue.trader
    floor.bracketed(floor.buy(2).side)
    floor.exchange.conditions.refuse_closes_when_blocked = True
    trader.set_can_trade(PRACTICE, False)
    assert floor.desk.close_contract(PRACTICE, MNQ, floor.now) == (8, None)
    trader.liquidate(PRACTICE)
    assert (trader.net(PRACTICE, MNQ), trader.working(PRACTICE)) == (0, [])


def test_a_blocked_account_refuses_him_too(floor: Floor) -> None:
    trader = floor.venue.trader
    trader.set_can_trade(PRACTICE, False)
    assert floor.said()[-1][1]["canTrade"] is False
    assert trader.buy(PRACTICE, MNQ).refusal == (4, None)
    trader.set_can_trade(PRACTICE, True)
    assert trader.buy(PRACTICE, MNQ).refusal is None


def test_he_moves_freezes_and_takes_away_prices(floor: Floor) -> None:
    trader = floor.venue.trader
    trader.set_price(MNQ, "29510.25", bid="29510", ask=29511)
    assert (trader.price(MNQ).last, trader.price(MNQ).ask) == (Decimal("29510.25"), Decimal(29511))
    trader.freeze_price(MNQ)
    floor.exchange.tick(floor.now)
    assert trader.price(MNQ).last == Decimal("29510.25")
    trader.freeze_price(MNQ, frozen=False)
    trader.take_price_away(MNQ)
    assert trader.buy(PRACTICE, MNQ).refusal == (2, "Invalid symbol")


def test_a_payment_is_told_and_a_trade_can_be_voided(floor: Floor) -> None:
    trader = floor.venue.trader
    trader.set_balance(PRACTICE, 160_000)
    assert floor.said()[-1][1]["balance"] == 160_000
    trader.buy(PRACTICE, MNQ)
    floor.exchange.outbox.drain()
    trader.void_trade(floor.ledger.trades[0])
    [message] = floor.exchange.outbox.drain()
    assert (message.arguments[0]["action"], message.arguments[0]["data"]["voided"]) == (1, True)


def test_the_record_is_the_whole_truth(floor: Floor) -> None:
    trader = floor.venue.trader
    floor.bracketed(floor.buy().side)
    record = trader.record(PRACTICE)
    assert record["account"]["id"] == PRACTICE
    assert [position["size"] for position in record["positions"]] == [2]
    assert [order["status"] for order in record["orders"]] == [2, 2, 1, 1]
    assert len(record["trades"]) == 2


def test_settling_follows_every_act(floor: Floor) -> None:
    settled = []
    trader = floor.venue.trader
    trader._settle = lambda: settled.append(1)
    trader.buy(PRACTICE, MNQ)
    trader.clear(trader.install(Status(status=502)))
    trader.close(PRACTICE, MNQ)
    assert len(settled) == 4
