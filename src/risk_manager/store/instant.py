"""Instants as the database has them: whole microseconds since 1970 in the journal, ISO 8601 where people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(count: int) -> datetime:
    """The instant of a number of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=count)


def text(at: datetime | None) -> str | None:
    """`2025-10-23T15:00:00.000000Z`: always as long, so that texts sort as times do."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(written: str) -> datetime:
    """The instant that `text` has written."""
    return datetime.fromisoformat(written.replace("Z", "+00:00"))
