"""Limits to begin with, as data with a source and a date, and the commented file that they make."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from ruamel.yaml import YAML

_OURS: Final = Decimal("0.8")
"""The guard's own share of the firm's daily limit."""


class Preset(msgspec.Struct, frozen=True):
    """Numbers of the firm for one kind of account."""

    name: str
    marks: tuple[str, ...]
    """What the names of such accounts contain; nothing else tells the kind of an account."""
    daily_loss: int
    """Dollars that the firm allows to be lost in a day."""
    contracts: int
    """Minis that the firm allows at a time; ten micros count as one."""

    @property
    def own_limit(self) -> Decimal:
        """The day's loss at which the guard closes: below zero."""
        return -(self.daily_loss * _OURS).quantize(Decimal(1))


class Presets(msgspec.Struct, frozen=True):
    """The list, and where it comes from."""

    source: str
    as_of: str
    presets: tuple[Preset, ...]

    def fitting(self, account_name: str) -> Preset | None:
        """The preset for an account of this name; None where the name tells nothing."""
        return next((one for one in self.presets if any(mark in account_name.upper() for mark in one.marks)), None)


@lru_cache(maxsize=1)
def shipped() -> Presets:
    """The presets that come with the program."""
    text = (files("risk_manager.config") / "presets.yaml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe", pure=True).load(text), Presets, strict=False)


class Limits(msgspec.Struct, frozen=True):
    """What a first configuration is made of."""

    begun_from: str
    """For its head: where the numbers come from."""
    daily_loss: Decimal
    """Below zero."""
    contracts: int
    firms: int | None = None
    """The firm's own daily limit, in dollars; None: not known."""

    @property
    def numbers(self) -> tuple[Decimal, int]:
        """What the guard goes by: two with the same are one. The largest is the strictest."""
        return self.daily_loss, -self.contracts


def limits_of(preset: Preset, known: Presets) -> Limits:
    """The limits to begin with for a kind of account."""
    begun_from = f"{preset.name} ({known.source}, {known.as_of})"
    return Limits(begun_from, preset.own_limit, preset.contracts, preset.daily_loss)


def risk_text(limits: Limits) -> str:
    """A commented risk_config.yaml."""
    firms = "" if limits.firms is None else f"# The firm's own limit is -{limits.firms}; this one comes first.\n"
    return f"""\
# Limits of every account that has none of its own in accounts.yaml. Change them by
# `risk-manager admin config set KEY VALUE`, or here: they are in force at once.
# Begun from: {limits.begun_from}.
version: 1

defaults:
  reset_time: "17:00"              # when the trading day ends
  timezone: America/Chicago

# No more contracts than this, over everything that is open or working.
max_contracts:
  limit: {limits.contracts}
  count_type: gross                # longs and shorts together, as the firm counts
  micro_weight: 0.1                # ten micros are one mini
  reduce_to_limit: true            # only what is too much is closed

# The day is over at this loss: everything is closed, and locked until the reset.
{firms}daily_realized_loss:
  limit: {limits.daily_loss}
  include_unrealized: true         # what is open counts too

# A position needs a stop for all of it within this time.
no_stop_loss_grace:
  grace_period_seconds: 30

# A pause after a loss.
cooldown_after_loss:
  loss_thresholds:
    - {_pause(limits, 4, 300)}
    - {_pause(limits, 2, 900)}
  consecutive_losses: {{count: 3, cooldown_duration: 900}}

# Not more trades than this.
trade_frequency_limit:
  limits: {{per_minute: 5, per_hour: 30}}

# From the evening until five minutes before the firm wants everything flat (15:10 in Chicago).
session_block_outside:
  global_session: {{start: "17:00", end: "15:05", timezone: America/Chicago}}

# Closed and locked where the broker does not let the account trade.
auth_loss_guard:
  enabled: true
"""


def own_rules(limits: Limits) -> list[str]:
    """The lines of an account's `rules:` that lay these limits over those of all."""
    firms = "" if limits.firms is None else f"  # the firm's own is -{limits.firms}"
    return [
        f"rules:  # for this account alone, laid over risk_config.yaml. Begun from: {limits.begun_from}.",
        f"  max_contracts: {{limit: {limits.contracts}}}",
        f"  daily_realized_loss: {{limit: {limits.daily_loss}}}{firms}",
        f"  cooldown_after_loss: {{loss_thresholds: [{_pause(limits, 4, 300)}, {_pause(limits, 2, 900)}]}}",
    ]


def _pause(limits: Limits, part: int, seconds: int) -> str:
    return f"{{loss_amount: {limits.daily_loss / part:.2f}, cooldown_duration: {seconds}}}"
