"""A venue on a virtual clock: requests, events and faults without a socket."""

import json
from datetime import timedelta

from risk_manager.simulator.exchange import Conditions
from risk_manager.simulator.faults import Drop, LostReply, Status
from tests.simulator.floor import MNQ, PRACTICE, Floor

PLACE = "/api/Order/place"
ORDER = json.dumps({"accountId": PRACTICE, "contractId": MNQ, "type": 2, "side": 0, "size": 1}).encode()


def test_a_request_acts_and_its_events_follow_in_time() -> None:
    floor = Floor(Conditions(fill_latency=timedelta(milliseconds=8)))
    venue = floor.venue
    reply = venue.answer(PLACE, ORDER, "trader", venue.trouble_of(PLACE))
    assert reply.error_code == 0
    assert [message.target for message in venue.said()] == ["GatewayUserOrder"]
    due = venue.next_due()
    assert due == floor.now + timedelta(milliseconds=8)
    floor.now = due
    assert [message.target[11:] for message in venue.said()] == ["Order", "Trade", "Position", "Account"]
    assert venue.next_due() is None


def test_trouble_takes_its_course(floor: Floor) -> None:
    venue = floor.venue
    venue.trader.install(Status(status=502))
    assert venue.answer(PLACE, ORDER, "trader", venue.trouble_of(PLACE)) == (502, None)
    venue.trader.install(LostReply(acts=False))
    venue.answer(PLACE, ORDER, "trader", venue.trouble_of(PLACE))
    assert floor.net() == 0
    venue.trader.install(LostReply())
    trouble = venue.trouble_of(PLACE)
    venue.answer(PLACE, ORDER, "trader", trouble)
    assert trouble.lost is not None
    assert floor.net() == 1


def test_what_the_hubs_say_passes_the_faults(floor: Floor) -> None:
    floor.venue.trader.install(Drop(target="GatewayUserTrade"))
    floor.venue.trader.buy(PRACTICE, MNQ)
    assert [message.target[11:] for message in floor.venue.said()] == ["Order", "Order", "Position", "Account"]
