"""A database that is damaged, or gone: what is left of it is set aside, never deleted, and the newest good backup takes
its place; where there is none, an empty one. Its journal says so, and the next guard tells it loudly."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from risk_manager.store import backup, copies, swapping
from risk_manager.store.copies import Copy
from risk_manager.store.put_back import PutBack


def is_gone(path: Path) -> bool:
    """True where there is no database and there has been one: its log, one that was set aside, or backups lie there."""
    if swapping.is_there(path):
        return False
    is_left = Path(f"{path}-wal").exists() or any(path.parent.glob(f"{path.name}.*-*Z*"))
    return is_left or _holds_something(path.parent / backup.FOLDER)


def of_gone(path: Path, now: datetime) -> PutBack:
    """Put something in the place of a database that is gone. Raises StoreError, OSError."""
    why = f"The database was gone: {path} had been deleted or moved, and a guard had written it."
    aside = swapping.name_aside(path, now, "missing")
    return _put(path, why, now, aside, f"{aside.name}-wal" if aside is not None else "")


def of_damaged(path: Path, why: str, now: datetime) -> PutBack:
    """Put something in the place of a database that is damaged. Raises StoreError, OSError."""
    aside = swapping.name_aside(path, now, "damaged")
    return _put(path, f"The database was damaged: {_ended(why)}", now, aside, aside.name if aside is not None else "")


def of_replacement(path: Path, before: PutBack, why: str, now: datetime) -> PutBack:
    """The backup that was put there is no good either: the next older one. Raises StoreError, OSError."""
    why = f"{before.why} The backup {before.backup} cannot be used: {_ended(why)}"
    return _put(path, why, now, None, before.aside, older_than=before.backup)


def _put(path: Path, why: str, now: datetime, aside: Path | None, kept: str, *, older_than: str = "") -> PutBack:
    found = _newest_good(path.parent / backup.FOLDER, older_than)
    word = PutBack(
        backup=found.path.name if found is not None else "",
        until=found.until if found is not None else None,
        at=now,
        user=None,
        aside=kept,
        why=why,
    )
    swapping.put_in_place(path, found.path if found is not None else None, word, aside)
    return word


def _newest_good(backups: Path, older_than: str) -> Copy | None:
    for candidate in backup.newest_first(backups):
        if not older_than or candidate.name < older_than:
            copy = copies.look_at(candidate, with_chain=False)  # the start holds what it reads against its hashes
            if copy.is_good:
                return copy
    return None


def _holds_something(folder: Path) -> bool:
    try:
        with os.scandir(folder) as found:
            return any(True for _ in found)
    except FileNotFoundError:
        return False
    except OSError:  # it may not be looked into: somebody has made it
        return True


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."
