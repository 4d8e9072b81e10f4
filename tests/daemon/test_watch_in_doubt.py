"""The whole guard when single messages are lost or late, and when the broker refuses everything: long before the next
steady read it knows what is true, and it does not turn into a storm."""

from __future__ import annotations

from risk_manager.enforcement.breaker import REQUESTS_MAX
from risk_manager.simulator.faults import Delay, Drop, Refuse
from tests.daemon.watched import CANCEL, CLOSE, DAY, PRICE, REDUCE, TWO_MNQ, Open, watched

CODE_REJECTED = {CLOSE: 5, REDUCE: 6, CANCEL: 3}


async def test_a_trade_whose_message_is_lost_is_found_at_once_and_counts() -> None:
    async with watched(TWO_MNQ, {"daily_realized_loss": {"limit": -500, "include_unrealized": False}}) as house:
        house.order(2)
        await house.until(house.agrees)
        house.fault(Drop(hub="user", target="GatewayUserTrade", times=None))
        house.price(PRICE - 200)
        house.order(-2)
        await house.until(lambda: house.status().accounts[0].realized_pnl == -800)
        await house.until(lambda: not house.status().accounts[0].is_tradable)
        await house.settled()


async def test_a_position_message_that_was_overtaken_is_not_believed_for_long() -> None:
    async with watched(TWO_MNQ, DAY) as house:
        house.order(1)
        await house.until(house.agrees)
        house.fault(Delay(hub="user", target="GatewayUserPosition", seconds=0.2, times=1))
        house.order(1)
        await house.until(lambda: house.net() == 2)
        house.order(-2)
        await house.until(lambda: house.net() == 0)
        await house.until(
            lambda: any("as it was before" in one.why for taken in house.steps for one in taken.step.commands)
        )
        await house.settled()
        assert house.agrees()


async def test_a_broker_that_refuses_everything_gets_no_storm_and_people_hear_of_it() -> None:
    # While the market sleeps, a close that is refused without a reason waits for half a minute.
    async with watched({"max_contracts": {"limit": 0, "check_pending_orders": True}}, clock=Open()) as house:
        for path, code in CODE_REJECTED.items():
            house.fault(Refuse(path=path, code=code, text="Rejected.", times=None))
        for root in ("MNQ", "ES", "RTY"):
            house.order(1, root)
            house.order(1, root, price=PRICE - 500)
        await house.until(lambda: house.said("CRITICAL: A request is held back"))
        assert len(house.asked(CLOSE, REDUCE, CANCEL)) <= REQUESTS_MAX
        assert any("the breaker is open" in act.says for act in house.status().acts)
        assert house.net() == 1
        house.venue.clear()
        house.watch.enforcement._owners.clear()  # ten seconds later
        await house.settled()
        assert house.is_quiet()
