"""One database in the place of another, so that at every moment there is one: a kill on the way leaves the earlier file
or the new one, whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from risk_manager.home import belong, make_private
from risk_manager.store import backup, put_back
from risk_manager.store.connection import connect_to_read, connect_to_write, has_log
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.put_back import PutBack
from risk_manager.store.schema import migrate


def name_aside(path: Path, now: datetime, why: str) -> Path | None:
    """The name under which is kept what stands in a place; None: nothing does."""
    if not (is_there(path) or has_log(path)):
        return None
    return path.with_name(f"{path.name}.{why}-{now:%Y%m%dT%H%M%S%f}Z")


def is_there(path: Path) -> bool:
    """True for a file with something in it: an empty one is what a start leaves that was killed at once."""
    return path.exists() and path.stat().st_size > 0


def put_in_place(path: Path, source: Path | None, word: PutBack, aside: Path | None) -> None:
    """Put a copy of `source` (None: an empty database) in the place of `path`, with `word` as its last line. What
    stands there is kept under the name `aside`; None: it is not. Raises StoreError."""
    part = path.with_name(f"{path.name}.part")
    try:
        if source is not None:
            with closing(connect_to_read(source)) as content:
                backup.copy_content(content, part)
        else:
            part.unlink(missing_ok=True)
            make_private(part)
            belong(part)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            migrate(connection)
            put_back.write(connection, word)
        backup.sync(part)
        if aside is not None:
            _keep(path, aside)
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        os.replace(part, path)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        what = f"The backup {source.name}" if source is not None else "A new database"
        raise StoreError(
            StoreTrouble.CANNOT_WRITE,
            f"{what} cannot be put into {path.parent}: {error}. Make room, or give this user the right to write there.",
        ) from error


def _keep(path: Path, aside: Path) -> None:
    """Give what is to be replaced its other name. It keeps its own one too, until the new file has that."""
    if is_there(path):
        with suppress(sqlite3.Error), closing(connect_to_write(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("", "-wal"):  # damaged, its log cannot always be folded in
        one, other = Path(f"{path}{ending}"), Path(f"{aside}{ending}")
        if is_there(one):
            _name_again(one, other)


def _name_again(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except FileExistsError:
        if not other.samefile(path):  # a start that was killed has named it already
            raise
    except OSError:  # not every disk can do that
        make_private(other)
        shutil.copyfile(path, other)
        belong(other)
        backup.sync(other)
