"""What trade_management may be set to do with a position, and what it remembers of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.core.model import ContractId
from risk_manager.core.settings import OffsetTicks, Seconds, Ticks

ID = "RULE-012"
_TWO = Decimal(2)


class AutoStopLoss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stop of ours for what is unprotected, so many ticks from the average price, after so many seconds."""

    distance_ticks: Ticks
    enabled: bool = True
    after_seconds: Seconds = _TWO


class AutoBreakeven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At so many ticks of profit stops move to the entry and `offset_ticks` beyond it, once per position."""

    profit_trigger_ticks: Ticks
    enabled: bool = True
    offset_ticks: OffsetTicks = 0

    def __post_init__(self) -> None:
        if self.offset_ticks >= self.profit_trigger_ticks:
            raise ValueError(
                f"offset_ticks: {self.offset_ticks} is not less than profit_trigger_ticks "
                f"({self.profit_trigger_ticks}): the stop would be at the market or beyond"
            )


class TrailingStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `activation_ticks` of profit on stops follow the best mark, in steps of at least `step_ticks`."""

    activation_ticks: Ticks
    trail_distance_ticks: Ticks
    enabled: bool = True
    step_ticks: Ticks = 1


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set; a part that is absent is off."""

    auto_stop_loss: AutoStopLoss | None = None
    auto_breakeven: AutoBreakeven | None = None
    trailing_stop: TrailingStop | None = None

    @property
    def stop_loss(self) -> AutoStopLoss | None:
        """The automatic stop where it is on."""
        return self.auto_stop_loss if self.auto_stop_loss is not None and self.auto_stop_loss.enabled else None

    @property
    def breakeven(self) -> AutoBreakeven | None:
        """Breakeven where it is on."""
        return self.auto_breakeven if self.auto_breakeven is not None and self.auto_breakeven.enabled else None

    @property
    def trailing(self) -> TrailingStop | None:
        """Trailing where it is on."""
        return self.trailing_stop if self.trailing_stop is not None and self.trailing_stop.enabled else None


class Ride(msgspec.Struct, frozen=True):
    """What is remembered of one position since it was opened."""

    opened: datetime
    best: Decimal | None = None
    is_triggered: bool = False
    is_breakeven_done: bool = False


Memory = dict[ContractId, Ride]
