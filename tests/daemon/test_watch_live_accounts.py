"""Live accounts and followers, on which the venue refuses what the guard would do first."""

from __future__ import annotations

from tests.daemon.watched import CANCEL, DAY, FIRST, PRICE, REDUCE, TWO_MNQ, Watched, watched

PLACE = "/api/Order/place"


def is_live(house: Watched) -> None:
    house.server.exchange.ledger.accounts[FIRST].is_simulated = False


def follows(house: Watched) -> None:
    house.server.exchange.ledger.accounts[FIRST].is_follower = True


async def test_on_a_live_account_the_excess_goes_by_a_market_order() -> None:
    async with watched(TWO_MNQ, before=is_live) as house:
        house.order(5)
        await house.until(lambda: house.net() == 2)
        await house.settled()
        assert [one["size"] for one in house.asked(PLACE)] == [3]
        assert len(house.asked(REDUCE)) == 1
        house.order(1)
        await house.until(lambda: house.fills() == 4)
        await house.settled()
        assert house.net() == 2
        assert len(house.asked(REDUCE)) == 1, "it is known by then"


async def test_what_a_follower_cannot_cancel_is_told_and_closed_as_soon_as_it_fills() -> None:
    async with watched(TWO_MNQ, DAY, before=follows) as house:
        house.order(2)
        house.order(1, price=PRICE - 300)
        await house.until(lambda: house.net() == 2 and house.agrees())
        house.price(PRICE - 200)
        await house.until(lambda: house.net() == 0)
        await house.until(lambda: house.said("CRITICAL: Order"))
        assert house.said("cannot be cancelled: the gateway does not allow it on this account")
        assert len(house.asked(CANCEL)) == 1
        fills = house.fills()
        house.price(PRICE - 300)
        await house.until(lambda: house.fills() == fills + 2)
        await house.until(house.is_quiet)
        await house.settled()
