"""What a trader reads of each rule, word for word: where it stands, what comes at the limit, when something ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core import engine
from risk_manager.core.events import AnyEvent
from risk_manager.core.gauge import Gauge, Unit, lasting
from tests.core.story import ACCOUNT, Story, can_trade, position, quote, stop_order

LOCKED = "Everything is closed and the account is locked until"
CHICAGO_5, CHICAGO_4 = f"{LOCKED} 17:00 Chicago.", f"{LOCKED} 16:00 Chicago."
ALL, EXCESS, ONE = "Everything is closed.", "What is too much is closed.", "The position is closed."
FOR = "Everything is closed and locked for"
BROKER = f"{LOCKED} the broker lets it trade again."
SMALLER = "What is open may only get smaller."
WINDOW = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}
NIGHT = {"start": "17:00", "end": "10:00", "timezone": "America/Chicago"}
DOWN, UP = (position("MNQ", 1), quote("MNQ", 90)), (position("MNQ", 1), quote("MNQ", 110))
AT_FOUR = {"reset_time": "16:00"}
TWO_SIDES = (position("MNQ", 2), position("ES", -1))


def money(label: str, says: str, then: str, value: int | None, limit: int, symbol: str | None = None) -> Gauge:
    """Dollars."""
    number = None if value is None else Decimal(value)
    return Gauge(label=label, says=says, then=then, unit=Unit.USD, value=number, limit=Decimal(limit), symbol=symbol)


def count(
    label: str, says: str, then: str, value: int, limit: int, symbol: str | None = None, unit: Unit = Unit.CONTRACTS
) -> Gauge:
    """So many of so many."""
    return Gauge(
        label=label, says=says, then=then, unit=unit, value=Decimal(value), limit=Decimal(limit), symbol=symbol
    )


def words(label: str, says: str, then: str, ends: str | None = None, symbol: str | None = None) -> Gauge:
    """No number; perhaps something that ends today at a time."""
    ends_at = None if ends is None else datetime.fromisoformat(f"2025-10-23T{ends}").replace(tzinfo=UTC)
    return Gauge(label=label, says=says, then=then, ends_at=ends_at, symbol=symbol)


@dataclass(frozen=True)
class Shown:
    """Rules, what is seen, and what the first rule shows then."""

    rules: Mapping[str, Any]
    seen: Sequence[AnyEvent]
    gauges: Sequence[Gauge]


OF_CONTRACTS = [
    Shown(
        {"max_contracts": {"limit": 5}},
        TWO_SIDES,
        [count("Contracts (net)", "1 of 5 contracts; 4 more are allowed.", ALL, 1, 5)],
    ),
    Shown(
        {"max_contracts": {"limit": 5, "reduce_to_limit": True, "count_type": "gross"}},
        TWO_SIDES,
        [count("Contracts (gross)", "3 of 5 contracts; 2 more are allowed.", EXCESS, 3, 5)],
    ),
    Shown(
        {"max_contracts_per_instrument": {"limits": {"MNQ": 2, "ES": 1}, "unknown_symbol_action": "allow_unlimited"}},
        [position("MNQ", 1), position("MNQ", 1, expiry="H26"), position("NQ", 1)],
        [
            count("MNQ", "2 of 2 contracts; none more.", EXCESS, 2, 2, "MNQ"),
            count("ES", "0 of 1 contracts; 1 more is allowed.", EXCESS, 0, 1, "ES"),
        ],
    ),
    Shown(
        {
            "max_contracts_per_instrument": {
                "limits": {"MNQ": 2},
                "enforcement": "close_all",
                "unknown_symbol_action": "allow_with_limit:3",
            }
        },
        [position("NQ", -1)],
        [
            count("MNQ", "0 of 2 contracts; 2 more are allowed.", "All of it is closed.", 0, 2, "MNQ"),
            count("NQ", "1 of 3 contracts; 2 more are allowed.", "All of it is closed.", 1, 3, "NQ"),
        ],
    ),
]

OF_MONEY = [
    Shown(
        {"daily_realized_loss": {"limit": -500, **AT_FOUR}},
        DOWN,
        [money("Loss of the day", "-$20.00, $480.00 away from -$500.00.", CHICAGO_4, -20, -500)],
    ),
    Shown(
        {"daily_realized_profit": {"target": 500, "include_unrealized": True}},
        UP,
        [money("Profit of the day", "$20.00, $480.00 away from $500.00.", CHICAGO_5, 20, 500)],
    ),
    Shown(
        {"daily_realized_profit": {"target": 500, "action": "alert", **AT_FOUR}},
        UP,
        [money("Profit of the day", "$0.00, $500.00 away from $500.00.", "You are told; nothing is closed.", 0, 500)],
    ),
    Shown(
        {"daily_unrealized_loss": {"limit": -100, **AT_FOUR}},
        DOWN,
        [money("Open loss", "-$20.00, $80.00 away from -$100.00.", CHICAGO_4, -20, -100)],
    ),
    Shown(
        {"daily_unrealized_loss": {"limit": -100, "action": "close_all"}},
        DOWN,
        [money("Open loss", "-$20.00, $80.00 away from -$100.00.", ALL, -20, -100)],
    ),
    Shown(
        {"daily_unrealized_loss": {"limit": -100, "scope": "position"}},
        [*DOWN, position("ES", 1)],
        [
            money("Open loss of MNQ", "-$20.00, $80.00 away from -$100.00.", ONE, -20, -100, "MNQ"),
            money("Open loss of ES", "No price is known; the limit is -$100.00.", ONE, None, -100, "ES"),
        ],
    ),
    Shown(
        {"max_unrealized_profit": {"limit": 100}},
        UP,
        [money("Open profit", "$20.00, $80.00 away from $100.00.", ALL, 20, 100)],
    ),
    Shown(
        {"max_unrealized_profit": {"limit": 100, "action": "close_all_and_lockout", **AT_FOUR}},
        UP,
        [money("Open profit", "$20.00, $80.00 away from $100.00.", CHICAGO_4, 20, 100)],
    ),
    Shown(
        {"max_unrealized_profit": {"limit": 100, "scope": "position"}},
        [*UP, position("ES", 1)],
        [
            money("Open profit of MNQ", "$20.00, $80.00 away from $100.00.", ONE, 20, 100, "MNQ"),
            money("Open profit of ES", "No price is known; the limit is $100.00.", ONE, None, 100, "ES"),
        ],
    ),
]

OF_STATES = [
    Shown(
        {"no_stop_loss_grace": {"grace_period_seconds": 10}},
        [],
        [words("Stop", "Nothing is open. A position needs a stop within 10 s.", ONE)],
    ),
    Shown(
        {"no_stop_loss_grace": {"grace_period_seconds": 10, "enforcement": "close_all"}},
        [*TWO_SIDES, stop_order(1, "ES", 1, 9999)],
        [
            words("Stop of MNQ", "MNQ: no stop for all of it.", ALL, "15:30:10", "MNQ"),
            words("Stop of ES", "ES: protected by a stop.", ALL, symbol="ES"),
        ],
    ),
    Shown(
        {"session_block_outside": {"global_session": WINDOW}},
        [],
        [words("Session", "Inside the session.", ALL, "20:00")],
    ),
    Shown(
        {
            "session_block_outside": {
                "global_session": WINDOW,
                "per_instrument_sessions": {"sessions": {"ES": NIGHT}},
                "close_positions_at_session_end": False,
            }
        },
        [],
        [
            words("Session", "Inside the session.", SMALLER, "20:00"),
            words("Session ES", "Outside the session.", SMALLER, "22:00", symbol="ES"),
        ],
    ),
    Shown({"auth_loss_guard": {}}, [], [words("Permission to trade", "The broker lets this account trade.", BROKER)]),
    Shown(
        {"auth_loss_guard": {}},
        [can_trade(False)],
        [words("Permission to trade", "The broker does not let this account trade.", BROKER)],
    ),
    Shown(
        {"symbol_blocks": {"blocked_symbols": ["RTY", "M*"]}},
        [],
        [words("Blocked symbols", "Blocked: RTY, M*.", "The symbol is closed, its orders go, and it is locked.")],
    ),
]


def shown(story: Story) -> list[Gauge]:
    """What the first rule of a story shows now."""
    armed = story.settings.rules[0]
    assert armed.rule.gauges is not None
    return list(armed.rule.gauges(story.sight, armed.config))


@pytest.mark.parametrize("case", [*OF_CONTRACTS, *OF_MONEY, *OF_STATES], ids=lambda case: next(iter(case.rules)))
def test_what_is_shown_says_it_all(case: Shown) -> None:
    story = Story(**case.rules)
    story.sees(*case.seen)
    assert shown(story) == case.gauges


def test_before_the_broker_has_said_whether_the_account_may_trade_that_is_said() -> None:
    story = Story(auth_loss_guard={})
    story.state = engine.begin([ACCOUNT], story.now)
    assert shown(story)[0].says == "The broker has not said it yet."


@pytest.mark.parametrize(
    ("how", "then"),
    [
        ({}, ("A pause of 1 min.", "A pause of 60 min.")),
        ({"action": "close_all_and_lockout"}, (f"{FOR} 1 min.", f"{FOR} 60 min.")),
        ({"cooldown_on_breach": {"enabled": False}}, ("You are told.", "You are told.")),
    ],
)
def test_trades_are_counted_in_each_window_that_has_a_limit(how: Mapping[str, Any], then: tuple[str, str]) -> None:
    story = Story(trade_frequency_limit={"limits": {"per_minute": 3, "per_session": 50}, **how})
    story.sees(story.trade(at=story.now - timedelta(minutes=2)), story.trade())
    says = "{} of {} trades; the limit is reached with {} more."
    assert shown(story) == [
        count("Trades in a minute", says.format(1, 3, 2), then[0], 1, 3, unit=Unit.TRADES),
        count("Trades in a session", says.format(2, 50, 48), then[1], 2, 50, unit=Unit.TRADES),
    ]


def test_what_an_admin_has_put_behind_the_line_is_not_counted_any_more() -> None:
    story = Story(trade_frequency_limit={"limits": {"per_hour": 2}})
    story.sees(story.trade(), story.trade())
    story.clears("RULE-006")
    story.sees(story.trade(), after="1m")
    assert [gauge.value for gauge in shown(story)] == [1]
    story = Story(cooldown_after_loss={"consecutive_losses": {"count": 2, "cooldown_duration": 90}})
    story.sees(story.trade("MNQ", -1, -20), story.trade("MNQ", -1, -20))
    story.clears("RULE-007")
    story.sees(story.trade("MNQ", -1, -20), after="1m")
    assert [gauge.value for gauge in shown(story)] == [1]


@pytest.mark.parametrize(("include_fees", "value"), [(True, -70), (False, -60)])
def test_the_day_is_what_is_realized_and_what_is_open(include_fees: bool, value: int) -> None:
    story = Story(daily_realized_loss={"limit": -500, "include_fees": include_fees})
    story.sees(*DOWN, story.trade("ES", -1, -40, fees=10))
    assert [gauge.value for gauge in shown(story)] == [value]


def test_an_hour_is_an_hour() -> None:
    story = Story(trade_frequency_limit={"limits": {"per_hour": 3}})
    assert [gauge.label for gauge in shown(story)] == ["Trades in an hour"]


def test_losing_orders_in_a_row_are_those_of_the_day() -> None:
    row, threshold = {"count": 3, "cooldown_duration": 90}, {"loss_amount": -100, "cooldown_duration": 300}
    story = Story(cooldown_after_loss={"consecutive_losses": row, "loss_thresholds": [threshold]})
    day = story.account.days[story.account.own_day]
    story.sees(*(story.trade("MNQ", -1, -20, at=at) for at in (day.start - timedelta(seconds=1), day.start, day.end)))
    says = "1 of 3 losses; the limit is reached with 2 more."
    assert shown(story) == [
        count("Losing orders in a row", says, "A pause of 90 s.", 1, 3, unit=Unit.LOSSES),
        words("Loss of one order", "An order may lose less than $100.00.", "A pause of 5 min."),
    ]


def test_without_a_row_only_the_loss_of_one_order_is_shown() -> None:
    story = Story(cooldown_after_loss={"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 300}]})
    assert [gauge.label for gauge in shown(story)] == ["Loss of one order"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(59, "59 s"), (60, "1 min"), (61, "61 s"), (120, "2 min"), (3600, "60 min"), (0, "0 s")]
)
def test_times_are_said_in_minutes_where_they_are_whole(seconds: int, said: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == said
