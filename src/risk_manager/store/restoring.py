"""A backup put back, by the admin's word. What was in its place is kept, and the journal says what happened to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from risk_manager.home import OPEN_WAY, make_folder
from risk_manager.store import backup, copies, damage, lease, put_back
from risk_manager.store.connection import connect_to_write, has_log
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.opening import FILE
from risk_manager.store.put_back import PutBack
from risk_manager.store.schema import migrate


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
        part = path.with_name(f"{FILE}.part")
        aside = damage.name_aside(path, now(), why="replaced") if path.exists() else None
        word = PutBack(
            backup=chosen.name, until=found.until, at=now(), user=user, aside=aside.name if aside is not None else ""
        )
        try:
            backup.copy_content(chosen, part)
            with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                migrate(connection)
                put_back.write(connection, word)
            backup.sync(part)
            if aside is not None:
                _keep(path, aside)
            os.replace(part, path)
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise StoreError(StoreTrouble.CANNOT_WRITE, f"The backup cannot be put into {folder}: {error}.") from error
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


def _keep(path: Path, aside: Path) -> None:
    """Give the file that is to be replaced its other name. It keeps its own one too, where the disk can do that, so
    that at every moment a database is where the next guard looks for it."""
    with suppress(sqlite3.Error), closing(connect_to_write(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if not has_log(path):
        with suppress(OSError):
            os.link(path, aside)
    if not aside.exists():  # damaged, so that its log could not be folded in, or no second name is possible here
        damage.move_aside(path, aside)
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
