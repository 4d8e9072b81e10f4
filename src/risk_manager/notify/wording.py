"""A notice as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from risk_manager.core.record import Severity
from risk_manager.core.told_times import MARKET_ZONE
from risk_manager.notify.notice import Notice

ELLIPSIS: Final = "…"
_LOUDNESS: Final = {Severity.CRITICAL: "CRITICAL: ", Severity.WARNING: "WARNING: ", Severity.INFO: ""}
_ACTS_MOST: Final = 8
_LATE_AFTER: Final = timedelta(minutes=1)


def title(notice: Notice) -> str:
    """Whom it concerns, and how loud: `CRITICAL: account 465 Main, RULE-003 daily_realized_loss`."""
    who = f"account {notice.account} {notice.account_name}".rstrip() if notice.account is not None else "the guard"
    rule = f"{notice.rule} {notice.rule_key}".strip()
    text = f"{who}, {rule}" if rule else who
    return f"{_LOUDNESS[notice.severity]}{text if notice.severity is not Severity.INFO else text[0].upper() + text[1:]}"


def body(notice: Notice) -> list[str]:
    """What has happened, what is done about it, when it ends, what to do; and when it was."""
    return list(_body(notice))


def _body(notice: Notice) -> Iterator[str]:
    if notice.late:
        yield notice.late
    yield notice.says
    if notice.acts:
        more = len(notice.acts) - _ACTS_MOST
        yield f"The guard asks to {', '.join(notice.acts[:_ACTS_MOST])}{f' and {more} more' if more > 0 else ''}."
    if notice.ends:
        yield notice.ends
    if notice.then:
        yield notice.then
    yield f"{notice.at.astimezone(MARKET_ZONE):%a %d %b %H:%M:%S} Chicago ({notice.at.astimezone(UTC):%H:%M:%S} UTC)"


def with_age(notice: Notice, now: datetime) -> Notice:
    """The notice as it is told now: one that is critical and comes late says so, and how late. What is not critical may
    wait for company and for the end of quiet hours, and has its time."""
    age = now - notice.at
    if not notice.is_critical or (age < _LATE_AFTER and not notice.is_left_over):
        return notice
    why = "the guard ended before anybody took it, and runs again" if notice.is_left_over else "nobody took it before"
    return msgspec.structs.replace(notice, late=f"Told {_long(age)} after it happened: {why}.")


def _long(age: timedelta) -> str:
    whole = max(0, int(age.total_seconds()))
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    return f"{whole // 3600} h" if whole < 172_800 else f"{whole // 86_400} days"


def text(notice: Notice) -> str:
    """All of it as plain text."""
    return "\n".join((title(notice), *body(notice)))


def dropped(count: int) -> str:
    """What is said of messages that did not go out; empty where there are none."""
    if not count:
        return ""
    what = "1 less important message was" if count == 1 else f"{count} less important messages were"
    return f"{what} left out: there were too many, or they were too old. The log has all of them."


def length(words: str) -> int:
    """How long the services count a text: in units of UTF-16, in which most emoji are two."""
    return len(words.encode("utf-16-le")) // 2


def cut(words: str, most: int) -> str:
    """The text, no longer than `most`; an ellipsis shows that there was more."""
    if length(words) <= most:
        return words
    kept = words.encode("utf-16-le")[: 2 * (most - length(ELLIPSIS))].decode("utf-16-le", "ignore")
    return kept.rstrip() + ELLIPSIS
