"""Hub methods and who hears what."""

from typing import Any

import pytest

from risk_manager.simulator.dialogue import MethodError
from risk_manager.simulator.subscription import Audience, MarketMethods, UserMethods
from tests.simulator.floor import FOREIGN, MNQ, PRACTICE, Floor


def _user(floor: Floor) -> tuple[Audience, UserMethods]:
    audience = Audience()
    return audience, UserMethods(floor.exchange, audience, "me", "trader")


def _market(floor: Floor) -> tuple[Audience, MarketMethods]:
    audience = Audience()
    return audience, MarketMethods(floor.exchange, audience, "me", lambda: floor.now)


@pytest.mark.parametrize("subject", ["Orders", "Positions", "Trades"])
def test_an_account_is_heard_and_heard_no_more(floor: Floor, subject: str) -> None:
    audience, methods = _user(floor)
    topic = (f"GatewayUser{subject[:-1]}", PRACTICE)
    assert methods.invoke(f"Subscribe{subject}", [PRACTICE]) == []
    methods.invoke(f"Subscribe{subject}", [PRACTICE])
    assert audience.of(topic) == ["me"]
    methods.invoke(f"Unsubscribe{subject}", [PRACTICE])
    assert audience.of(topic) == []


def test_all_accounts_of_the_login_at_once(floor: Floor) -> None:
    audience, methods = _user(floor)
    methods.invoke("SubscribeAccounts", [])
    assert audience.of(("GatewayUserAccount", "trader")) == ["me"]


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("SubscribeOrders", ["465"]),
        ("SubscribeOrders", []),
        ("SubscribeOrders", [True]),
        ("SubscribeOrders", [FOREIGN]),
        ("SubscribeOrders", [1]),
        ("SubscribeAccounts", [PRACTICE]),
        ("SubscribeContractQuotes", [MNQ]),
        ("subscribeOrders", [PRACTICE]),
        ("Heartbeat", [{}]),
    ],
)
def test_what_the_user_hub_refuses(floor: Floor, target: str, arguments: list[Any]) -> None:
    _, methods = _user(floor)
    with pytest.raises(MethodError):
        methods.invoke(target, arguments)


def test_quotes_begin_with_a_full_one(floor: Floor) -> None:
    audience, methods = _market(floor)
    [snapshot] = methods.invoke("SubscribeContractQuotes", [MNQ])
    assert b'"GatewayQuote"' in snapshot
    assert b'"lastPrice":29500,"bestBid":29499.75' in snapshot
    assert audience.of(("GatewayQuote", MNQ)) == ["me"]


def test_depth_begins_with_the_ladder_and_trades_with_nothing(floor: Floor) -> None:
    _, methods = _market(floor)
    [ladder] = methods.invoke("SubscribeContractMarketDepth", [MNQ])
    assert len(ladder) > 10_000
    assert methods.invoke("SubscribeContractTrades", [MNQ]) == []
    assert (floor.exchange.laddered, floor.exchange.taped) == ({MNQ}, {MNQ})


def test_an_unknown_contract_stays_mute(floor: Floor) -> None:
    _, methods = _market(floor)
    assert methods.invoke("SubscribeContractQuotes", ["CON.F.US.NQ.Z26"]) == []


def test_a_contract_without_a_price_has_no_snapshot(floor: Floor) -> None:
    _, methods = _market(floor)
    floor.exchange.quote(MNQ).take_away()
    assert methods.invoke("SubscribeContractQuotes", [MNQ]) == []


@pytest.mark.parametrize(
    ("target", "arguments"),
    [("SubscribeContractDepth", [MNQ]), ("SubscribeContractQuotes", [5]), ("SubscribeOrders", [PRACTICE])],
)
def test_what_the_market_hub_refuses(floor: Floor, target: str, arguments: list[Any]) -> None:
    _, methods = _market(floor)
    with pytest.raises(MethodError):
        methods.invoke(target, arguments)


def test_subscriptions_die_with_their_connection() -> None:
    audience = Audience()
    audience.join(("GatewayQuote", MNQ), "a")
    audience.join(("GatewayQuote", MNQ), "b")
    audience.leave_all("a")
    assert audience.of(("GatewayQuote", MNQ)) == ["b"]
