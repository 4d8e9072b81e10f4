"""When the market takes orders, in the exchange's own time zone (gateway reference, 13.5 and 14.3)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from zoneinfo import ZoneInfo

CENTRAL = ZoneInfo("America/Chicago")
FLAT_TIME, HALT, REOPEN = time(15, 10), time(16, 0), time(17, 0)


class Phase(Enum):
    """What can be done: trade; only look at quotes; nothing, not even quotes."""

    OPEN = "open"
    NO_ORDERS = "no orders"
    HALTED = "halted"


@dataclass(slots=True)
class Sessions:
    """The trading calendar. Always open unless `keeps_hours` is set, so that a demo works at any hour."""

    keeps_hours: bool = False
    holidays: set[date] = field(default_factory=set)
    """Central dates on which nothing trades until 17:00."""

    early_closes: dict[date, time] = field(default_factory=dict)
    """Central dates on which orders and quotes end early, such as 12:15, until 17:00."""

    def phase(self, now: datetime) -> Phase:
        """What the market allows at that instant; each window's first instant is in it, its last is not."""
        if not self.keeps_hours:
            return Phase.OPEN
        local = now.astimezone(CENTRAL)
        weekday, at = local.weekday(), local.time()
        if at >= REOPEN:
            return Phase.OPEN if weekday in (0, 1, 2, 3, 6) else Phase.HALTED
        if weekday >= 5 or at >= HALT or local.date() in self.holidays:
            return Phase.HALTED
        early = self.early_closes.get(local.date())
        if early and at >= early:
            return Phase.HALTED
        return Phase.NO_ORDERS if at >= FLAT_TIME else Phase.OPEN
