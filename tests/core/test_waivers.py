"""A waiver covers what a rule finds about its symbol, or about the account; nothing else, and no other rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from risk_manager.core.events import AnyEvent
from risk_manager.core.rules.symbol_blocks import Config
from risk_manager.core.state import Waiver
from tests.core.story import ACCOUNT, MORNING, Story, cancel, close, order, position, quote

EVENING = MORNING + timedelta(hours=7)
"""Outside the session of New York."""
WINDOW = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}
OUTSIDE = {"session_block_outside": {"global_session": WINDOW, "lockout_outside_session": False}}


def waived(story: Story, rule: str, symbol: str | None) -> None:
    """The admin has waived a rule for a symbol until tomorrow."""
    waiver = Waiver(rule=rule, symbol=symbol, until=story.now + timedelta(days=1), why="a test")
    story.state = replace(story.state, accounts={ACCOUNT: replace(story.account, waivers=(waiver,))})


@pytest.mark.parametrize(
    ("rule", "rules", "seen", "wait"),
    [
        ("RULE-002", {"max_contracts_per_instrument": {"limits": {"MNQ": 2}}}, [position("MNQ", 3)], "0s"),
        ("RULE-002", {"max_contracts_per_instrument": {"limits": {"MNQ": 2}}}, [order(1, "MNQ", 3, limit=90)], "0s"),
        (
            "RULE-004",
            {"daily_unrealized_loss": {"limit": -10, "scope": "position"}},
            [position("MNQ", 1), quote("MNQ", 90)],
            "0s",
        ),
        (
            "RULE-005",
            {"max_unrealized_profit": {"limit": 10, "scope": "position"}},
            [position("MNQ", 1), quote("MNQ", 110)],
            "0s",
        ),
        ("RULE-008", {"no_stop_loss_grace": {"grace_period_seconds": 5}}, [position("MNQ", 1)], "5s"),
        ("RULE-009", OUTSIDE, [position("MNQ", 1)], "0s"),
        ("RULE-009", OUTSIDE, [order(1, "MNQ", 1, limit=90)], "0s"),
    ],
    ids=["size", "order that could be too much", "open loss", "open profit", "no stop", "outside", "order outside"],
)
@pytest.mark.parametrize(("symbol", "is_covered"), [("MNQ", True), (None, True), ("ES", False)])
def test_what_a_rule_finds_about_a_symbol_is_waived_with_it(
    rule: str, rules: dict[str, Any], seen: Sequence[AnyEvent], wait: str, symbol: str | None, is_covered: bool
) -> None:
    story = Story(EVENING if rule == "RULE-009" else MORNING, **rules)
    waived(story, rule, symbol)
    story.sees(*seen[:-1])
    story.sees(seen[-1])
    if wait != "0s":
        story.waits(wait)
    assert (story.waived, story.breaches) == (([rule], []) if is_covered else ([], [rule]))
    assert (story.asked_for == []) is is_covered


def test_two_rules_that_lock_the_account_are_waived_side_by_side() -> None:
    story = Story(daily_realized_loss={"limit": -500}, daily_realized_profit={"target": 100})
    story.sees(story.trade("ES", -1, -500))
    story.clears("RULE-003")
    story.sees(story.trade("ES", -1, 700), after="1m")
    story.clears("RULE-013")
    assert [(waiver.rule, waiver.symbol) for waiver in story.account.waivers] == [
        ("RULE-003", None),
        ("RULE-013", None),
    ]


def test_under_a_lock_a_rule_that_needs_prices_is_asked_whether_its_breach_is_over() -> None:
    story = Story(daily_unrealized_loss={"limit": -100, "scope": "position"}, daily_realized_loss={"limit": -500})
    story.sees(position("MNQ", 1, 100), quote("MNQ", 50))
    assert (story.breaches, story.asked_for) == (["RULE-004"], [close("MNQ")])
    story.sees(story.trade("ES", -1, -400), after="100ms")
    assert story.locks == [("RULE-003", "hard", None)]
    story.sees(quote("MNQ", 60), after="100ms")
    assert not [key for key in story.account.standing if key.startswith("RULE-004")]


def test_an_order_that_would_add_outside_goes_though_its_position_may_stay() -> None:
    story = Story(
        session_block_outside={
            "global_session": WINDOW,
            "close_positions_at_session_end": False,
            "lockout_outside_session": False,
        }
    )
    story.sees(position("MNQ", 3), order(1, "MNQ", 1, limit=90))
    story.waits_until(MORNING.replace(hour=20, minute=0))
    assert story.asked_for == [cancel(1)]


def test_a_blocked_product_goes_by_the_traders_word_for_it() -> None:
    assert list(Config(blocked_symbols=("EP", "mnq", "M*", "xyz")).named()) == ["ES", "MNQ", "XYZ"]
