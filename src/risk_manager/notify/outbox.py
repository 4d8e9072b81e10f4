"""What waits to be told on one channel: bounded, the important first, the same alert only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from risk_manager.notify.notice import Notice

MOST: Final = 200
"""More do not wait; what is not critical goes first, the oldest of it."""
OLD_AFTER: Final = timedelta(hours=24)
"""What is not critical and has waited so long is no news."""
REPEATED_AFTER: Final = timedelta(minutes=1)
"""The same alert with other numbers is told again, with the newest numbers."""


class Waiting(msgspec.Struct, frozen=True):
    """A notice, and from when on it may go."""

    notice: Notice
    due: datetime


class Outbox:
    """In order of arrival."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._leaving: list[Notice] = []
        """What is being told now."""
        self._told: dict[tuple[object, ...], datetime] = {}
        self.dropped = 0
        """How many were left out since that was told last."""

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def critical(self) -> list[Notice]:
        """What waits and is critical."""
        return [one.notice for one in self._waiting if one.notice.is_critical]

    def put(self, notice: Notice, due: datetime) -> None:
        """Take one in."""
        if (repeats := notice.repeats) is not None:
            if any(one.repeats == repeats for one in self._leaving):
                due += REPEATED_AFTER
            elif (told := self._told.get(repeats)) is not None:
                due = max(due, told + REPEATED_AFTER)
            due = min(due, self._without(repeats, default=due))
        self._waiting.append(Waiting(notice, due))
        if len(self._waiting) > MOST:
            least = next((one for one in self._waiting if not one.notice.is_critical), self._waiting[0])
            self._waiting.remove(least)
            self.dropped += 1

    def ready(self, now: datetime) -> list[Notice]:
        """What may go now: what is critical first, then in order of arrival."""
        old = [one for one in self._waiting if not one.notice.is_critical and one.notice.at < now - OLD_AFTER]
        for one in old:
            self._waiting.remove(one)
        self.dropped += len(old)
        return sorted(
            (one.notice for one in self._waiting if one.due <= now), key=lambda notice: not notice.is_critical
        )

    def leaves(self, notices: Sequence[Notice]) -> None:
        """These are being told: the same that comes meanwhile is news of its own. `stays` ends it."""
        self._leaving = list(notices)

    def stays(self) -> None:
        """What is not gone of them was not taken. What has come meanwhile of the same takes their place."""
        left, self._leaving = self._leaving, []
        for old in left:
            newer = [one for one in self._waiting if one.notice.repeats == old.repeats and one.notice is not old]
            if old.repeats is not None and newer:
                first = self._without(old.repeats, default=newer[-1].due)
                self._waiting.append(Waiting(newer[-1].notice, first))

    def _without(self, repeats: tuple[object, ...], default: datetime) -> datetime:
        """Take out what says the same, unless it is being told now. When the first of it would have gone."""
        leaving = {id(one) for one in self._leaving}
        same = [one for one in self._waiting if one.notice.repeats == repeats and id(one.notice) not in leaving]
        self._waiting = [one for one in self._waiting if one not in same]
        return min((one.due for one in same), default=default)

    def next_due(self) -> datetime | None:
        """When the first of them may go; None where nothing waits."""
        return min((one.due for one in self._waiting), default=None)

    def gone(self, notices: Sequence[Notice], now: datetime) -> None:
        """These have been told, or are given up."""
        ids = {id(one) for one in notices}
        self._leaving = [one for one in self._leaving if id(one) not in ids]
        self._waiting = [one for one in self._waiting if id(one.notice) not in ids]
        self._told = {key: at for key, at in self._told.items() if now - at < REPEATED_AFTER}
        self._told |= {one.repeats: now for one in notices if one.repeats is not None}

    def hand_over(self) -> list[Waiting]:
        """All that waits, for the channel that takes this one's place."""
        handed, self._waiting = self._waiting, []
        return handed
