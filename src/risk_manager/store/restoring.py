"""A backup put back, by the admin's word. What was in its place is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from risk_manager.store import backup, damage, lease
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.opening import FILE


def restore(folder: Path, chosen: Path, *, now: Callable[[], datetime]) -> Path | None:
    """Put a backup in the place of a folder's database. The path that the earlier file has now; None: there was none.

    Raises StoreError where a guard runs, where the backup is not whole, or nothing can be written.
    """
    held = lease.take(folder, now())
    try:
        if not chosen.is_file():
            raise StoreError(StoreTrouble.CANNOT_READ, f"There is no backup {chosen}.")
        if not damage.is_whole(chosen):
            raise StoreError(
                StoreTrouble.DAMAGED,
                f"The backup {chosen.name} is damaged or of a newer program. Nothing is changed: choose another.",
            )
        path = folder / FILE
        try:
            aside = damage.set_aside(path, now(), why="replaced") if path.exists() else None
            backup.copy(chosen, path)
        except OSError as error:
            raise StoreError(
                StoreTrouble.CANNOT_WRITE, f"The backup cannot be put into {folder}: {error.strerror}."
            ) from error
        return aside
    finally:
        held.release()
