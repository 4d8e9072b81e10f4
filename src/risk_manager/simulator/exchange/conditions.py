"""How the venue behaves where the gateway reference leaves a choice, and how kind its market is."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from risk_manager.simulator.exchange.fees import FeeTable

NO_TIME = timedelta(0)


@dataclass(slots=True)
class Conditions:
    """Settings that may be changed while the venue runs. The defaults are quick, exact and free of surprises.

    Each line below says what a setting does; the numbers in brackets are sections of the gateway reference.
    """

    fill_latency: timedelta = NO_TIME
    """From acceptance to the engine's first look at an order; also between the parts of a fill.

    0 is at once.
    """

    close_latency: timedelta | None = None
    """The same for closeContract and partialCloseContract; `None` means `fill_latency`."""

    cancel_latency: timedelta = NO_TIME
    """How long a cancelled order stays in status 7, in which it can still fill. 0 is at once."""

    slippage_ticks_max: int = 0
    """Market orders and stops fill up to so many ticks worse, drawn by the seed."""

    fill_parts: int = 1
    """A fill comes in so many parts at most, each with its own trade."""

    fees: FeeTable = field(default_factory=FeeTable)
    """Costs by product (12.2)."""

    reversal: Literal["two", "one"] = "two"
    """Through zero.

    A close and a new position with two trades, or one update and one trade (9.4, unknown).
    """

    second_close: Literal["pending", "executes"] = "pending"
    """closeContract while one is under way: code 6, or a second market order (13.3, unknown)."""

    close_is_capped: bool = True
    """A close never takes more than is still held when it executes; otherwise it may reverse the position."""

    close_cancels_orders: bool = False
    """Whether closeContract also cancels the contract's working orders; the real one does not (4.9)."""

    sibling_survives: bool = False
    """Whether the other bracket child outlives the one that filled."""

    stop_limit_accepted: bool = True
    """Type 3 is in the enum but not offered (4.4)."""

    only_active_months: bool = False
    """Refuse orders on other months than the active one with code 9."""

    refuse_closes_when_blocked: bool = False
    """With canTrade false, refuse closes with code 8, partial closes with 9 (13.4)."""

    outside_hours: Literal["text", "code"] = "text"
    """A closed market refuses a place by code 2 with its text, or by code 5 (13.5)."""

    shuffle_fill_events: bool = False
    """Mix the order, trade, position and account events of each fill (9.4)."""
