"""A backup put back, by the admin's word. What was in its place is kept, and the journal says what happened to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from risk_manager.home import OPEN_WAY, make_folder
from risk_manager.store import copies, lease, swapping
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.opening import FILE
from risk_manager.store.put_back import PutBack


def restore(folder: Path, chosen: Path, *, now: Callable[[], datetime], user: int = 0) -> Path | None:
    """Put a backup in the place of a folder's database. The path that the earlier file has now; None: there was none.

    `user` is who does it, for the record. A crash on the way leaves the earlier file or the backup, nothing between.
    Raises StoreError where a guard runs, where the backup is not whole, or nothing can be written.
    """
    path = folder / FILE
    try:
        make_folder(folder, OPEN_WAY)
    except OSError as error:
        raise StoreError(
            StoreTrouble.CANNOT_WRITE, f"The folder {folder} cannot be made ({error.strerror}). Choose another home."
        ) from error
    held = lease.take(folder, now())
    try:
        found = _whole(chosen, path)
        aside = swapping.name_aside(path, now(), "replaced")
        word = PutBack(
            backup=chosen.name, until=found.until, at=now(), user=user, aside=aside.name if aside is not None else ""
        )
        swapping.put_in_place(path, chosen, word, aside)
        return aside
    finally:
        held.release()


def _whole(chosen: Path, path: Path) -> copies.Copy:
    """What the chosen backup holds. Raises StoreError where it cannot be taken."""
    if not chosen.is_file():
        raise StoreError(StoreTrouble.CANNOT_READ, f"There is no backup {chosen}.")
    if path.exists() and chosen.samefile(path):
        raise StoreError(StoreTrouble.CANNOT_READ, f"{chosen} is the database itself. Choose one of its backups.")
    found = copies.look_at(chosen, with_chain=True)
    if not found.is_good:
        raise StoreError(
            StoreTrouble.DAMAGED,
            f"The backup {chosen.name} is damaged, changed, or of a newer program: {found.problems[0]} Nothing is "
            "changed: choose another.",
        )
    return found
