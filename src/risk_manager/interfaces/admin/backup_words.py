"""Backups in words: a line of the list, and what would be lost by putting one back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from risk_manager.core.told_times import dated
from risk_manager.store import Copy, copies


def lost(path: Path, copy: Copy) -> list[str]:
    """What of the database at `path` is not in a backup of it, in sentences."""
    if copy.until is None:
        return [f"{copy.path.name} is empty: no lock and no count is in it."]
    count = copies.lines_lost(path, copy)
    where = (
        f"{count} lines of the journal of now come after it."
        if count is not None
        else "It is not a part of the journal that is there now."
    )
    return [
        f"{copy.path.name} ends at {dated(copy.until)}, {_ago(copy.until)}. {where}",
        f"What happened from {dated(copy.until)} until now is not in it: locks, cooldowns, waivers, clears, and the "
        "record. Trades and positions are asked of the broker at the next start.",
    ]


def lines(copy: Copy) -> list[str]:
    """A backup in a list: one line, and one more for each thing that is wrong with it."""
    head = f"{copy.path.name}  {size(copy.size):>9}  {_end(copy)}"
    return [f"{head}  {'good' if copy.is_good else 'NOT GOOD'}", *(f"  {problem}" for problem in copy.problems)]


def whole(copy: Copy) -> str:
    """A backup that was looked through, in a sentence."""
    if copy.until is None:
        return f"The backup has {size(copy.size)} and no line yet."
    return f"The backup has {size(copy.size)}. It goes to line {copy.last.seq}, of {dated(copy.until)}."


def row(copy: Copy) -> dict[str, object]:
    """A backup for other programs."""
    return {
        "file": str(copy.path),
        "bytes": copy.size,
        "made_at": copy.made_at,
        "until": copy.until,
        "last_line": copy.last.seq,
        "is_good": copy.is_good,
        "problems": copy.problems,
    }


def _end(copy: Copy) -> str:
    return f"until {dated(copy.until)}, {_ago(copy.until)}" if copy.until is not None else "without a line"


def _ago(at: datetime) -> str:
    minutes = max(datetime.now(UTC) - at, timedelta()) // timedelta(minutes=1)
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 72 * 60 else f"{minutes // 1440} days ago"


def size(count: int) -> str:
    """Bytes, in kB or MB."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"
