"""Clock in and out: what the trader's own record of his hours says."""

from __future__ import annotations

from risk_manager.interfaces.trader.dashboard.moment import Moment
from risk_manager.interfaces.trader.dashboard.saying import Line, wrapped


def lines(moment: Moment, width: int) -> list[Line]:
    """Where nothing is recorded, how to begin."""
    del moment
    return wrapped("Nothing is recorded.", width)
