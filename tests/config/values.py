"""For every key of every rule: values that may stand there, as an admin would write them."""

from __future__ import annotations

import re
from typing import Final

from risk_manager.config.keys import Key, keys_of
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.core.settings import Kind

OF_A_KIND: Final = {
    Kind.LOSS: ("-123.45", "-77"),
    Kind.PROFIT: ("123.45", "77"),
    Kind.CONTRACTS: ("0", "7"),
    Kind.COUNT: ("1", "8"),
    Kind.SECONDS: ("0", "7.5"),
    Kind.DURATION: ("0.5", "45"),
    Kind.TICKS: ("60", "11"),
    Kind.OFFSET_TICKS: ("-2", "3"),
    Kind.WEIGHT: ("0.5", "0.1"),
    Kind.WALL_TIME: ('"08:15"', "15:45"),
    Kind.ZONE: ("Europe/Berlin", "UTC"),
    Kind.TEXT: ("allow_unlimited", '"allow_with_limit:3"'),
}
"""Two for each kind, so that one of them is another than what stands there."""
OF_A_KEY: Final = {
    "max_contracts_per_instrument.limits": ("{MNQ: 7}", "{ES: 1, NQ: 2}"),
    "trade_frequency_limit.limits": ("{per_hour: 7}", "{per_minute: 2}"),
    "trade_frequency_limit.cooldown_on_breach": ("{enabled: false}", "{per_hour_breach: 60}"),
    "cooldown_after_loss.loss_thresholds": ("[{loss_amount: -7, cooldown_duration: 7}]", "[]"),
    "cooldown_after_loss.consecutive_losses": ("{count: 7, cooldown_duration: 7}", "null"),
    "session_block_outside.global_session": ('{start: "08:00", end: "12:00"}', '{start: "09:00", end: "10:00"}'),
    "session_block_outside.global_session.days": ("[mon]", "[fri, sat]"),
    "session_block_outside.per_instrument_sessions": (
        '{sessions: {NQ: {start: "08:00", end: "12:00"}}}',
        "{enabled: false}",
    ),
    "session_block_outside.per_instrument_sessions.sessions": ('{NQ: {start: "08:00", end: "12:00"}}', "{}"),
    "symbol_blocks.blocked_symbols": ("[ES]", '["N*", GC]'),
    "trade_management.auto_stop_loss": ("{distance_ticks: 7}", "{enabled: false, distance_ticks: 8}"),
    "trade_management.auto_breakeven": ("{profit_trigger_ticks: 7}", "{profit_trigger_ticks: 9}"),
    "trade_management.trailing_stop": (
        "{activation_ticks: 7, trail_distance_ticks: 7}",
        "{activation_ticks: 9, trail_distance_ticks: 9}",
    ),
}
BEFORE_IT: Final[dict[str, tuple[str, str | None]]] = {
    "max_contracts.close_all": ("max_contracts.reduce_to_limit", "true"),
    "daily_unrealized_loss.scope": ("daily_unrealized_loss.enforcement", None),
    "max_unrealized_profit.scope": ("max_unrealized_profit.enforcement", None),
}
"""What has to be changed first for a key that holds only together with another one; None: taken out."""


def values_for(rule: Rule, key: Key) -> tuple[str, ...]:
    """What may stand under a key."""
    name = ".".join((rule.key, *key.way))
    if name in OF_A_KEY:
        return OF_A_KEY[name]
    kinds = [one for one in OF_A_KIND if one.value == key.means or f"; or {one.value}" in key.means]
    found = [value for one in kinds for value in OF_A_KIND[one]]
    return tuple(found or re.findall(r"`([^`]+)`", key.means))


KEYS: Final = [(rule, key) for rule in RULES for key in keys_of(rule, None)]
"""Every key of every rule."""
EXAMPLES: Final = "version: 1\n\n" + "\n".join(f"# About {rule.key}.\n{rule.example}" for rule in RULES)
"""A file in which every rule is on."""
