"""What traders write and read at a terminal: instants in their own time zone, dollars."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal


def local(at: datetime) -> str:
    """An instant in the trader's own time zone, to the second."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def own_zone(now: datetime) -> str:
    """Which zone `local` tells times in, for people: `Times are your own (CET, UTC+01:00).`"""
    here = now.astimezone()
    offset = f"{here:%z}"
    return f"Times are your own ({here:%Z}, UTC{offset[:3]}:{offset[3:]})."


def usd(amount: Decimal) -> str:
    """An amount: `$1,234.50` or `-$1,234.50`."""
    return f"-${abs(amount):,.2f}" if amount < 0 else f"${abs(amount):,.2f}"


def instant(text: str, *, is_end: bool = False) -> datetime:
    """What somebody wrote: `2026-11-20`, `2026-11-20 14:30`, `2026-11-20T14:30:00Z`. Without a zone it is the
    trader's own; a day as an end means the end of that day. Raises ValueError with the sentence."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no day and no time. Write 2026-11-20 or '2026-11-20 14:30'.") from None
    try:
        if is_end and len(text.strip()) <= len("2026-11-20"):
            at += timedelta(days=1)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} lies outside of all that was ever saved. Write a day such as 2026-11-20.") from None


def by_number(rule: str) -> str:
    """A rule as people write it: `3`, `rule-3`, `RULE-003`; what is none of these stays as it is."""
    found = re.fullmatch(r"(?:rule[-_ ]?)?0*([0-9]{1,3})", rule.strip(), re.IGNORECASE)
    return f"RULE-{int(found[1]):03}" if found is not None else rule


def length(span: timedelta) -> str:
    """How long something took: `0 min`, `42 min`, `3 h 05 min`."""
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
