"""A guard that could not start: people are told, once an hour for the same reason.

Whoever supervises a guard starts it again and again. Without a memory of what was told each try would be a message, so
where none can be written nobody is told: then the heartbeat is what people hear of it by.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.config import ConfigError
from risk_manager.config import own_notifications as own
from risk_manager.config.channels import Channel, Event
from risk_manager.config.notifications import read_notifications
from risk_manager.core.record import Severity
from risk_manager.daemon.addressees import plan_of
from risk_manager.gateway.tasks import start
from risk_manager.home import PRIVATE_FILE, belong
from risk_manager.notify.answer import Delivered
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.wording import cut

FILE: Final = "told_refusals.json"
AGAIN_AFTER: Final = timedelta(hours=1)
_SECONDS: Final = 10.0
_TEXT_MAX: Final = 1500
_NUMBERS: Final = re.compile(r"\d+")
_TIMES: Final = re.compile(r"\d+(?:[-:]\d+)+|\d+ (?:s|min|h)\b")


class Told(msgspec.Struct, frozen=True):
    """When a reason was told last."""

    why: str
    at: datetime


def is_news(home: Path, why: str, now: datetime) -> bool:
    """Whether people are to be told of this reason now; it counts as told then. False, too, where that cannot be
    remembered. Two reasons that differ in numbers only are one."""
    with suppress(OSError):
        return _remembers(home, _NUMBERS.sub("#", why), now)
    return False


def is_other(home: Path, sentence: str, now: datetime) -> bool:
    """Whether a sentence of a start that follows failed ones is to be told: not where the very same, but for its times,
    was told within the hour. True where that cannot be remembered: rather twice than never."""
    with suppress(OSError):
        return _remembers(home, _TIMES.sub("#", sentence), now)
    return True


def is_repeated(home: Path, now: datetime) -> bool:
    """Whether a start has failed just now, and people know it."""
    return any(one.at <= now < one.at + AGAIN_AFTER for one in _read(home))


def forget(home: Path) -> None:
    """A guard has guarded for a while: what comes now is news."""
    with suppress(OSError):
        (home / FILE).unlink(missing_ok=True)


def tell(home: Path, says: str, severity: Severity, now: datetime | None = None) -> None:
    """Have people told that no guard has started here, where it can be read who they are, and it is news. Takes ten
    seconds at most, and raises nothing."""
    now = now or datetime.now(UTC)
    channels = _channels(home / "config" if (home / "config").is_dir() else home)
    if not channels or not is_news(home, says, now):
        return
    notice = Notice(severity=severity, event=Event.GUARD.value, at=now, says=cut(says, _TEXT_MAX))
    if not asyncio.run(_told(channels, notice)):
        forget(home)  # the next try may be heard


def _channels(config: Path) -> Sequence[Channel]:
    try:
        chosen = read_notifications(config)
    except (ConfigError, OSError):
        return ()
    mine: tuple[Channel, ...] = ()
    with suppress(ConfigError, OSError):
        mine = own.read_own(chosen.trader_file or own.place())
    return (*chosen.channels, *mine)


async def _told(channels: Sequence[Channel], notice: Notice) -> bool:
    """Whether anybody has taken it, or nobody wants it."""
    plans = [plan_of(one) for one in channels]
    wanting = [one for one in plans if one.taste.wants(notice) and one.taste.due(notice, notice.at) <= notice.at]
    line = Line()
    tries = [start(one.speaker.tell(line, [notice], 0), "notify: not started") for one in wanting]
    try:
        if tries:
            await asyncio.wait(tries, timeout=_SECONDS)
        ended = [one for one in tries if one.done() and one.exception() is None]
        return not tries or any(isinstance(one.result()[0], Delivered) for one in ended)
    finally:
        for one in tries:
            one.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
        await line.close()


def _remembers(home: Path, reason: str, now: datetime) -> bool:
    """Whether it was not told within the hour; it counts as told then. Raises OSError."""
    known = [one for one in _read(home) if one.at <= now < one.at + AGAIN_AFTER]
    if any(one.why == reason for one in known):
        return False
    _write(home, [*known, Told(reason, now)])
    return True


def _read(home: Path) -> list[Told]:
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=list[Told])
    except (OSError, msgspec.MsgspecError):
        return []


def _write(home: Path, told: Sequence[Told]) -> None:
    new = home / f"{FILE}.new"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(msgspec.json.encode(told))
    belong(new)
    os.replace(new, home / FILE)
