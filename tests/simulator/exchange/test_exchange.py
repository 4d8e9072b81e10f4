"""Prices and engine."""

from datetime import timedelta

import pytest

from risk_manager.simulator.exchange import Conditions
from risk_manager.simulator.exchange.outbox import HubMessage
from tests.simulator.floor import BUY, ES, MNQ, Floor


def _market_messages(floor: Floor) -> list[HubMessage]:
    return [message for message in floor.exchange.outbox.drain() if message.hub == "market"]


def test_a_tick_tells_a_quote_for_each_quoted_contract(floor: Floor) -> None:
    floor.exchange.quote(ES)
    floor.exchange.tick(floor.now)
    assert [(m.target, m.topic) for m in _market_messages(floor)] == [("GatewayQuote", MNQ), ("GatewayQuote", ES)]


def test_tape_and_depth_are_told_as_arrays_to_who_wants_them(floor: Floor) -> None:
    floor.exchange.taped.add(MNQ)
    floor.exchange.laddered.add(MNQ)
    floor.exchange.tick(floor.now)
    messages = _market_messages(floor)
    assert [m.target for m in messages] == ["GatewayQuote", "GatewayTrade", "GatewayDepth"]
    assert all(isinstance(m.arguments[1], list) for m in messages[1:])


def test_frozen_and_halted_markets_are_quiet() -> None:
    floor = Floor(keeps_hours=True)
    floor.exchange.quote(MNQ).is_frozen = True
    floor.exchange.tick(floor.now)
    floor.exchange.quote(MNQ).is_frozen = False
    floor.now += timedelta(hours=4)
    floor.exchange.tick(floor.now)
    assert _market_messages(floor) == []


def test_after_flat_time_quotes_go_on_and_nothing_fills() -> None:
    floor = Floor(keeps_hours=True)
    order = floor.order(1, BUY, limit_price="29400")  # type: ignore[arg-type]
    floor.now += timedelta(hours=3, minutes=10)
    floor.exchange.outbox.drain()
    floor.price("29300")
    assert len(_market_messages(floor)) == 1
    assert order.status.is_working


def test_an_unknown_contract_cannot_be_quoted(floor: Floor) -> None:
    with pytest.raises(ValueError, match="not a contract of the catalogue"):
        floor.exchange.quote("MNQ")


def test_next_due_is_when_something_happens() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(seconds=2)))
    assert floor.exchange.next_due() is None
    floor.buy()
    assert floor.exchange.next_due() == floor.now + timedelta(seconds=2)
    floor.pass_time(2)
    assert floor.exchange.next_due() is None


def test_late_advancing_stamps_the_instant_that_was_due() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(seconds=2)))
    due = floor.now + timedelta(seconds=2)
    order = floor.buy()
    floor.pass_time(60)
    assert order.updated == due


def test_events_of_a_fill_can_be_shuffled() -> None:
    stories = set()
    floor = Floor(Conditions(shuffle_fill_events=True))
    for _ in range(20):
        floor.buy()
        stories.add(tuple(line.split()[0] for line in floor.story()[1:]))
    assert len(stories) > 5
    assert {tuple(sorted(story)) for story in stories} == {("Account", "Order", "Position", "Trade")}


def test_one_seed_is_one_story() -> None:
    def told() -> list[object]:
        floor = Floor(Conditions(slippage_ticks_max=3, fill_parts=2, shuffle_fill_events=True))
        for n in range(60):
            floor.exchange.tick(floor.now)
            floor.buy() if n % 3 else floor.sell(2)
            floor.pass_time(0.25)
        return [(m.target, m.arguments) for m in floor.exchange.outbox.drain()]

    assert told() == told()


def test_activity_of_a_month(floor: Floor) -> None:
    front, later = floor.exchange.market(MNQ), floor.exchange.market("CON.F.US.MNQ.H27")
    assert front is not None
    assert later is not None
    assert floor.exchange.is_active(front.contract, floor.now)
    assert not floor.exchange.is_active(later.contract, floor.now)
    floor.exchange.quote(later.contract.id)
    assert floor.exchange.is_active(later.contract, floor.now)
