"""What a channel wants to hear, and when it rests."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from risk_manager.core.record import Severity
from risk_manager.notify.notice import Notice

_LOUDER = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


class Rest(msgspec.Struct, frozen=True):
    """Every day from `start` to before `end`; past midnight where the end comes first."""

    start: time
    end: time
    zone: str | None = None
    """None: the machine's own."""

    def over(self, at: datetime) -> datetime:
        """When the rest that holds at this instant is over; the instant itself where none holds."""
        local = at.astimezone(ZoneInfo(self.zone) if self.zone is not None else None)
        now = local.time()
        runs_past_midnight = self.end <= self.start
        rests = (now >= self.start or now < self.end) if runs_past_midnight else self.start <= now < self.end
        if not rests:
            return at
        day = local.date() + timedelta(days=1 if runs_past_midnight and now >= self.start else 0)
        wall = datetime.combine(day, self.end)
        there = wall.replace(tzinfo=local.tzinfo) if self.zone is not None else wall.astimezone()
        return max(at, there.astimezone(at.tzinfo))


class Taste(msgspec.Struct, frozen=True):
    """All that a channel has chosen. What is critical comes always and at once."""

    least: Severity = Severity.INFO
    events: frozenset[str] = frozenset()
    """Empty: all."""
    rest: Rest | None = None

    def wants(self, notice: Notice) -> bool:
        """Whether it is told at all."""
        if notice.is_critical:
            return True
        return _LOUDER[notice.severity] >= _LOUDER[self.least] and (not self.events or notice.event in self.events)

    def due(self, notice: Notice, now: datetime) -> datetime:
        """From when on it may be told."""
        return now if notice.is_critical or self.rest is None else self.rest.over(now)
