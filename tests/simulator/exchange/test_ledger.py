"""The venue's own record and how it tells its changes."""

from decimal import Decimal

from tests.simulator.floor import COMBINE, PRACTICE, Floor


def test_user_events_are_wrapped_and_addressed(floor: Floor) -> None:
    floor.buy()
    messages = [m for m in floor.exchange.outbox.drain() if m.hub == "user"]
    assert all(set(m.arguments[0]) == {"action", "data"} for m in messages)
    assert {m.target: m.topic for m in messages} == {
        "GatewayUserOrder": PRACTICE, "GatewayUserTrade": PRACTICE, "GatewayUserPosition": PRACTICE,
        "GatewayUserAccount": "trader",
    }  # fmt: skip


def test_actions_are_those_recorded(floor: Floor) -> None:
    floor.buy()
    floor.sell()
    actions = [(m.target[11:], m.arguments[0]["action"]) for m in floor.exchange.outbox.drain() if m.hub == "user"]
    assert [action for name, action in actions if name == "Order"] == [1, 1, 1, 1]
    assert [action for name, action in actions if name == "Position"] == [1, 2]
    assert [action for name, action in actions if name == "Trade"] == [0, 0]


def test_accounts_are_kept_apart(floor: Floor) -> None:
    floor.buy(2)
    floor.sell(1, account=COMBINE)
    assert (floor.net(), floor.net(account=COMBINE)) == (2, -1)
    assert [len(floor.ledger.trades_of(account)) for account in (PRACTICE, COMBINE)] == [1, 1]


def test_a_balance_change_is_told(floor: Floor) -> None:
    floor.ledger.change_balance(floor.ledger.accounts[PRACTICE], Decimal("-10.5"))
    assert [data["balance"] for _, data in floor.said()] == [Decimal("149989.5")]
