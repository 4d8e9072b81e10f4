"""Has the guard acted since we last looked?"""

from __future__ import annotations

from datetime import datetime

from risk_manager.ipc.status import GuardStatus


class News:
    """Remembers the newest act that was seen. What was there at the first look is no news."""

    def __init__(self) -> None:
        self._seen: datetime | None = None
        self._is_first = True

    def has_come(self, status: GuardStatus) -> bool:
        """True once for each look that shows acts newer than any before."""
        newest = max((one.at for one in status.acts), default=None)
        is_first, self._is_first = self._is_first, False
        if newest is None or (self._seen is not None and newest <= self._seen):
            return False
        self._seen = newest
        return not is_first
