"""What could not be read: kept, cut to a bounded length, without secrets."""

from __future__ import annotations

import re
from typing import Final

from risk_manager.core.events import Unreadable

RAW_LENGTH_MAX: Final = 2_000
"""Characters of a raw message that are kept: enough for any user event, small enough for a log line."""
_WHY_LENGTH_MAX: Final = 300
_SECRETS: Final = (
    re.compile(r"eyJ[\w-]{5,}(?:\.[\w-]*){0,2}"),
    re.compile(r"(?<=access_token=)[^&\s\"']+", re.IGNORECASE),
    re.compile(r"(?<=bearer )[^\s\"',]+", re.IGNORECASE),
    re.compile(r"(?<=[\"'](?:apiKey)[\"']:)\s*\"[^\"]*\"?|(?<=[\"'](?:token)[\"']:)\s*\"[^\"]*\"?", re.IGNORECASE),
    re.compile(
        r"(?<=[\"'](?:newToken)[\"']:)\s*\"[^\"]*\"?|(?<=[\"'](?:password)[\"']:)\s*\"[^\"]*\"?",
        re.IGNORECASE,
    ),
)


def redacted(text: str) -> str:
    """`text` without what looks like a token, a key or a password."""
    for pattern in _SECRETS:
        text = pattern.sub("[redacted]", text)
    return text


def raw_text(raw: bytes | str) -> str:
    """`raw` as text that can be logged, stored and shown: cut, redacted, always valid Unicode."""
    if isinstance(raw, str):
        raw = raw.encode("utf-8", "backslashreplace")
    text = redacted(raw[: 2 * RAW_LENGTH_MAX].decode("utf-8", "backslashreplace"))
    return text if len(text) <= RAW_LENGTH_MAX else text[:RAW_LENGTH_MAX] + " [cut]"


def unreadable(source: str, why: str, raw: bytes | str) -> Unreadable:
    """The event for a message of `source` that could not be read."""
    return Unreadable(source=source, why=raw_text(why)[:_WHY_LENGTH_MAX], raw=raw_text(raw))
