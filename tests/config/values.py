"""For every key of every rule: values that may stand there, as an admin would write them."""

from __future__ import annotations

import re
from typing import Final

from risk_manager.config.document import only_document
from risk_manager.config.editing import with_value, without_key
from risk_manager.config.keys import Key
from risk_manager.config.present import keys_of
from risk_manager.config.tree import node_at, node_by, plain
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
    "session_block_outside.per_instrument_sessions.sessions.*": ('{start: "08:00", end: "12:00"}', "{enabled: false}"),
    "session_block_outside.per_instrument_sessions.sessions.*.days": ("[mon]", "[fri, sat]"),
    "cooldown_after_loss.loss_thresholds.*": (
        "{loss_amount: -7, cooldown_duration: 7}",
        "{cooldown_duration: 9, loss_amount: -9}",
    ),
    "symbol_blocks.blocked_symbols": ("[ES]", '["N*", GC]'),
    "trade_management.auto_stop_loss": ("{distance_ticks: 7}", "{enabled: false, distance_ticks: 8}"),
    "trade_management.auto_breakeven": ("{profit_trigger_ticks: 7}", "{profit_trigger_ticks: 9}"),
    "trade_management.trailing_stop": (
        "{activation_ticks: 7, trail_distance_ticks: 7}",
        "{activation_ticks: 9, trail_distance_ticks: 9}",
    ),
}
_ROW: Final = re.compile(r"\.(\d+|[A-Z]+)(?=\.|$)")
BEFORE_IT: Final[dict[str, tuple[str, str | None]]] = {
    "max_contracts.close_all": ("max_contracts.reduce_to_limit", "true"),
    "daily_unrealized_loss.scope": ("daily_unrealized_loss.enforcement", None),
    "max_unrealized_profit.scope": ("max_unrealized_profit.enforcement", None),
}
"""What has to be changed first for a key that holds only together with another one; None: taken out."""


def values_for(rule: Rule, key: Key) -> tuple[str, ...]:
    """What may stand under a key."""
    name = _ROW.sub(".*", ".".join((rule.key, *key.way)))
    if name in OF_A_KEY:
        return OF_A_KEY[name]
    kinds = [one for one in OF_A_KIND if one.value == key.means or f"; or {one.value}" in key.means]
    found = [value for one in kinds for value in OF_A_KIND[one]]
    return tuple(found or re.findall(r"`([^`]+)`", key.means))


EXAMPLES: Final = "version: 1\n\n" + "\n".join(f"# About {rule.key}.\n{rule.example}" for rule in RULES)
"""A file in which every rule is on."""
KEYS: Final = [
    (rule, key) for rule in RULES for key in keys_of(rule, node_at(only_document(EXAMPLES, ""), (rule.key,)))
]
"""Every key of every rule, and every row of the lists and tables of that file with its keys."""


def only(rule: Rule) -> str:
    """A file in which this rule alone is on."""
    return f"version: 1\n\n# About {rule.key}.\n{rule.example}"


def before_it(rule: Rule, key: Key, text: str = EXAMPLES) -> str:
    """A file with the rule's example in it, with what has to be changed first for this key."""
    name = ".".join((rule.key, *key.way))
    if name not in BEFORE_IT:
        return text
    other, value = BEFORE_IT[name]
    made = with_value("", text, other, value) if value is not None else without_key("", text, other)
    return made.after


def another_for(rule: Rule, key: Key) -> str:
    """A value that may stand under a key, and is another than the one in that file; where there is no other, the same
    in quotes."""
    now = node_by(only_document(EXAMPLES, ""), (rule.key, *key.way))
    values = values_for(rule, key)
    assert values, f"there is none here for {rule.key}.{'.'.join(key.way)}"
    return next((one for one in values if now is None or plain(only_document(one, "")) != plain(now)), f'"{values[0]}"')
