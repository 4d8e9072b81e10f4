"""What a trader is shown of each rule: where it stands, how far it is to the limit, what happens then."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from risk_manager.core.gauge import Gauge, Unit, of_count, of_money
from risk_manager.core.outcome import Outcome
from risk_manager.core.rules import RULES
from risk_manager.core.sight import Sight
from tests.core.story import Story, position, quote, stop_order


def shown(story: Story, rule: str) -> list[Gauge]:
    settings = story.settings
    armed = settings.armed(rule)
    assert armed is not None
    assert armed.rule.gauges is not None
    sight = Sight(story.state, story.account, settings, story.now, Outcome(story.account))
    return list(armed.rule.gauges(sight, armed.config))


def numbers(gauge: Gauge) -> str:
    return f"{gauge.value} of {gauge.limit}"


def one(story: Story, rule: str) -> Gauge:
    (gauge,) = shown(story, rule)
    return gauge


def test_every_rule_shows_something() -> None:
    assert [rule.key for rule in RULES if rule.gauges is None] == []


@pytest.mark.parametrize(
    ("value", "limit", "share", "says"),
    [
        ("0", "-500", "0", "$0.00, $500.00 away from -$500.00."),
        ("120", "-500", "0", "$120.00, $620.00 away from -$500.00."),
        ("-499.99", "-500", "0.99998", "-$499.99, $0.01 away from -$500.00."),
        ("-500", "-500", "1", "-$500.00: the limit of -$500.00 is reached."),
        ("-750", "-500", "1.5", "-$750.00: the limit of -$500.00 is reached."),
        ("-20", "1000", "0", "-$20.00, $1,020.00 away from $1,000.00."),
        ("999.99", "1000", "0.99999", "$999.99, $0.01 away from $1,000.00."),
        ("1000", "1000", "1", "$1,000.00: the limit of $1,000.00 is reached."),
    ],
)
def test_money_says_how_far_it_is(value: str, limit: str, share: str, says: str) -> None:
    gauge = of_money("Loss of the day", Decimal(value), Decimal(limit), "Everything is closed.")
    assert (gauge.share, gauge.says, gauge.unit) == (Decimal(share), says, Unit.USD)


def test_money_without_a_price_says_so() -> None:
    gauge = of_money("Open loss of MNQ", None, Decimal(-100), "The position is closed.", symbol="MNQ")
    assert (gauge.share, gauge.says) == (None, "No price is known; the limit is -$100.00.")


@pytest.mark.parametrize(
    ("unit", "value", "limit", "share", "says"),
    [
        (Unit.CONTRACTS, "0", "5", "0", "0 of 5 contracts; 5 more are allowed."),
        (Unit.CONTRACTS, "5", "5", "1", "5 of 5 contracts; none more."),
        (Unit.CONTRACTS, "5.1", "5", "1.02", "5.1 of 5 contracts: too many."),
        (Unit.CONTRACTS, "0", "0", "0", "0 of 0 contracts; none more."),
        (Unit.CONTRACTS, "1", "0", "1", "1 of 0 contracts: too many."),
        (Unit.TRADES, "2", "3", None, "2 of 3 trades; the limit is reached with 1 more."),
        (Unit.LOSSES, "3", "3", "1", "3 of 3 losses: the limit is reached."),
    ],
)
def test_a_count_says_what_is_left(unit: Unit, value: str, limit: str, share: str | None, says: str) -> None:
    gauge = of_count("Contracts", unit, Decimal(value), Decimal(limit), "Everything is closed.")
    assert gauge.says == says
    assert share is None or gauge.share == Decimal(share)


def test_the_day_counts_what_is_open_where_the_rule_does() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", 1, pnl=-100), position("MNQ", 1, 100), quote("MNQ", 75))
    gauge = one(story, "RULE-003")
    assert (gauge.value, gauge.limit) == (Decimal(-150), Decimal(-500))
    assert gauge.then == "Everything is closed and the account is locked until 17:00 Chicago."


def test_what_one_order_may_lose_is_shown_beside_the_day() -> None:
    _, order = shown(Story(daily_realized_loss={"limit": -500, "single_trade_limit": -100}), "RULE-003")
    assert (order.label, order.says) == ("Loss of one order", "An order may lose less than $100.00.")
    assert order.then == "Everything is closed and the account is locked until 17:00 Chicago."


def test_the_target_of_the_day() -> None:
    story = Story(daily_realized_profit={"target": 1000, "enforcement": "alert"})
    story.sees(story.trade("MNQ", 1, pnl=400))
    gauge = one(story, "RULE-013")
    assert (numbers(gauge), gauge.then) == ("400 of 1000", "You are told; nothing is closed.")


def test_an_open_result_by_account_and_by_position() -> None:
    story = Story(daily_unrealized_loss={"limit": -300}, max_unrealized_profit={"limit": 50, "scope": "position"})
    story.sees(position("MNQ", 2, 100), position("ES", 1, 100), quote("MNQ", 110))
    assert one(story, "RULE-004").value == 40
    marked, unpriced = shown(story, "RULE-005")
    assert (marked.label, numbers(marked), marked.then) == ("Open profit of MNQ", "40 of 50", "The position is closed.")
    assert (unpriced.symbol, numbers(unpriced)) == ("ES", "None of 50")


def test_contracts_of_the_account_and_of_each_symbol() -> None:
    story = Story(
        max_contracts={"limit": 5, "reduce_to_limit": True},
        max_contracts_per_instrument={"limits": {"NQ": 1, "MNQ": 3}, "unknown_symbol_action": "allow_with_limit:4"},
    )
    story.sees(position("MNQ", 2), position("ES", -1))
    whole = one(story, "RULE-001")
    assert (whole.label, numbers(whole), whole.then) == ("Contracts (net)", "1 of 5", "What is too much is closed.")
    each = shown(story, "RULE-002")
    assert [(gauge.symbol, numbers(gauge)) for gauge in each] == [("NQ", "0 of 1"), ("MNQ", "2 of 3"), ("ES", "1 of 4")]


def test_a_symbol_without_a_limit_has_nothing_to_show() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"NQ": 1}, "unknown_symbol_action": "allow_unlimited"})
    story.sees(position("ES", 7))
    assert [gauge.symbol for gauge in shown(story, "RULE-002")] == ["NQ"]


def test_trades_in_each_window() -> None:
    story = Story(trade_frequency_limit={"limits": {"per_minute": 3, "per_session": 9}})
    story.sees(story.trade("MNQ", 1), story.trade("MNQ", 1))
    story.waits("61s")
    story.sees(story.trade("MNQ", 1))
    minute, session = shown(story, "RULE-006")
    assert (minute.label, numbers(minute)) == ("Trades in a minute", "1 of 3")
    assert (session.label, numbers(session)) == ("Trades in a session", "3 of 9")


def test_losing_orders_in_a_row_and_what_one_loss_does() -> None:
    story = Story(
        cooldown_after_loss={
            "loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 300}],
            "consecutive_losses": {"count": 3, "cooldown_duration": 90},
        }
    )
    story.sees(
        story.trade("MNQ", 1, pnl=-10),
        story.trade("MNQ", 1, pnl=50),
        story.trade("MNQ", 1, pnl=-10),
        story.trade("MNQ", 1, pnl=-5),
    )
    row, loss = shown(story, "RULE-007")
    assert (numbers(row), row.then) == ("2 of 3", "A pause of 90 s.")
    assert (loss.says, loss.then) == ("An order may lose less than $100.00.", "A pause of 5 min.")


def test_the_grace_of_a_position_without_a_stop() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 30})
    assert one(story, "RULE-008").says == "Nothing is open. A position needs a stop within 30 s."
    story.sees(position("MNQ", 2))
    gauge = one(story, "RULE-008")
    assert gauge.ends_at is not None
    assert (gauge.ends_at - story.now).total_seconds() == 30
    story.sees(stop_order(5, "MNQ", -2, 90))
    assert (one(story, "RULE-008").ends_at, one(story, "RULE-008").says) == (None, "MNQ: protected by a stop.")


def test_a_session_says_until_when() -> None:
    window = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}
    story = Story(session_block_outside={"global_session": window})
    story.sees(position("MNQ", 1))
    gauge = one(story, "RULE-009")
    assert (gauge.label, gauge.says) == ("Session", "Inside the session.")
    assert gauge.ends_at == datetime(2025, 10, 23, 20, 0, tzinfo=UTC)


def test_blocked_symbols_and_the_permission_to_trade() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["RTY", "Z*"]}, auth_loss_guard={})
    assert one(story, "RULE-011").says == "Blocked: RTY, Z*."
    assert "lets this account trade" in one(story, "RULE-010").says
