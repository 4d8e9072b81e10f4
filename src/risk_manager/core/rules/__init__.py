"""The rules, one file each, named like its YAML key. This table is the only list of them.

The order is that of the ids; `ASKED` is the order in which they are asked on one event (rules page, section 3).
"""

from __future__ import annotations

from typing import Final

from risk_manager.core.rule import Rule
from risk_manager.core.rules import (
    auth_loss_guard,
    cooldown_after_loss,
    daily_realized_loss,
    daily_realized_profit,
    daily_unrealized_loss,
    max_contracts,
    max_contracts_per_instrument,
    max_unrealized_profit,
    no_stop_loss_grace,
    session_block_outside,
    symbol_blocks,
    trade_frequency_limit,
    trade_management,
)

RULES: Final[tuple[Rule, ...]] = (
    max_contracts.RULE,
    max_contracts_per_instrument.RULE,
    daily_realized_loss.RULE,
    daily_unrealized_loss.RULE,
    max_unrealized_profit.RULE,
    trade_frequency_limit.RULE,
    cooldown_after_loss.RULE,
    no_stop_loss_grace.RULE,
    session_block_outside.RULE,
    auth_loss_guard.RULE,
    symbol_blocks.RULE,
    trade_management.RULE,
    daily_realized_profit.RULE,
)

ASKED: Final = (
    "RULE-010",
    "RULE-003",
    "RULE-013",
    "RULE-004",
    "RULE-005",
    "RULE-009",
    "RULE-011",
    "RULE-008",
    "RULE-002",
    "RULE-001",
    "RULE-006",
    "RULE-007",
    "RULE-012",
)
"""The order in which rules are asked; a rule of another package comes after them."""


def in_order(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules in the order in which they are asked."""
    rank = {rule: index for index, rule in enumerate(ASKED)}
    return tuple(sorted(rules, key=lambda rule: (rank.get(rule.id, len(ASKED)), rule.id)))
