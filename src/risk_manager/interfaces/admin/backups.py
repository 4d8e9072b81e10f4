"""`risk-manager admin backup`, `backups`, `restore`: copies of the database, and how one is put back.

A copy may be older than a lock. So putting one back needs the password, is refused while a guard runs, keeps what it
replaces, and is on the record of the journal that it puts back.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.asking import StoppedError, agree
from risk_manager.interfaces.admin.backup_words import lines, lost, row, whole
from risk_manager.interfaces.admin.entrance import House, RefusedError, tell
from risk_manager.ipc.admin import Backup
from risk_manager.ipc.pipe import is_there
from risk_manager.store import Copy, Keep, StoreError, backup, copies, lease
from risk_manager.store import restore as put_back
from risk_manager.store.opening import FILE

NEWEST: Final = "newest"


def make(*, home: Path | None = None, json: bool = False, password_stdin: bool = False) -> int:
    """Make a backup of the database now, also while the guard runs, and check it.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        Print what was made as JSON, for other programs.
    password_stdin
        Read the password from stdin.
    """
    house = House(home)
    try:
        copy = copies.look_at(_made(house, from_stdin=password_stdin), with_chain=True)
    except (RefusedError, StoreError) as error:
        tell(str(error))
        return ExitCode.REFUSED
    except OSError as error:
        tell(f"The backup {error.filename} cannot be read: {error.strerror}. It belongs to the guard's own user.")
        return ExitCode.REFUSED
    if json:
        print(msgspec.json.format(msgspec.json.encode(row(copy))).decode())
    else:
        print(copy.path)
    tell(whole(copy))
    if not copy.is_good:
        tell("It cannot be used: " + " ".join(copy.problems))
        return ExitCode.DIFFERS
    tell("Its content is whole, and so is its chain.")
    return ExitCode.FINE


def show(*, home: Path | None = None, check: bool = False, json: bool = False) -> int:
    """List the backups, the newest first: when, how large, until when they go, whether they are good.

    Parameters
    ----------
    home
        The guard's home folder.
    check
        Hold every line against its hash too; some seconds for a long journal.
    json
        As JSON, for other programs.
    """
    data = House(home).data
    try:
        found = list(copies.all_of(data, with_chain=check))
    except OSError as error:
        tell(f"{error.filename} cannot be read: {error.strerror}. The backups belong to the guard's own user.")
        return ExitCode.REFUSED
    if json:
        print(msgspec.json.format(msgspec.json.encode([row(copy) for copy in found])).decode())
    elif not found:
        tell(f"There is no backup in {data / backup.FOLDER}. One is made at each reset, and by admin backup.")
    else:
        print("\n".join(line for copy in found for line in lines(copy)))
    return ExitCode.FINE if all(copy.is_good for copy in found) else ExitCode.DIFFERS


def restore(chosen: str = NEWEST, *, home: Path | None = None, yes: bool = False, password_stdin: bool = False) -> int:
    """Put a backup in the place of the database. What stood there is kept; the next start says what has been done.

    Parameters
    ----------
    chosen
        A file, the name of one as `admin backups` shows it, or newest: the newest good one.
    home
        The guard's home folder.
    yes
        Do it without asking.
    password_stdin
        Read the password from stdin; nothing else is asked then.
    """
    house = House(home)
    try:
        if lease.is_held(house.data):
            raise RefusedError("A guard is running for this home, and the database is its own. Stop the guard first.")
        copy = _chosen(house, chosen)
        tell("\n".join(lost(house.data / FILE, copy)))
        house.enter_alone(from_stdin=password_stdin)
        if not (yes or password_stdin) and not agree("Put it back", usual=False):
            raise StoppedError
        aside = put_back(house.data, copy.path, now=lambda: datetime.now(UTC), user=getattr(os, "getuid", int)())
    except StoppedError:
        tell("Nothing is changed.")
        return ExitCode.REFUSED
    except (RefusedError, StoreError) as error:
        tell(str(error))
        return ExitCode.REFUSED
    except OSError as error:
        tell(f"{error.filename} cannot be used: {error.strerror}. It belongs to the guard's own user.")
        return ExitCode.REFUSED
    tell(f"{copy.path.name} is put back." + (f" What stood there is kept: {aside}" if aside is not None else ""))
    tell("The next start says so, asks the broker for trades and positions, and judges them.")
    return ExitCode.FINE


def _made(house: House, *, from_stdin: bool) -> Path:
    """By the running guard, whose file it is. Where none runs, or has no door, the file is only read, so it is done
    from here."""
    now = datetime.now(UTC)
    if not (lease.is_held(house.data) and is_there(house.socket)):
        house.enter_alone(from_stdin=from_stdin)
        if not (house.data / FILE).exists():
            raise RefusedError(f"There is no database {house.data / FILE}: no guard has ever run there.")
        return backup.make(house.data / FILE, house.data / backup.FOLDER, now, Keep().backups)
    answer = house.act(lambda token: Backup(token=token), from_stdin=from_stdin)
    if answer is None or answer.file is None:
        raise RefusedError(answer.says if answer is not None else "The guard has just ended. Ask again.")
    return Path(answer.file)


def _chosen(house: House, chosen: str) -> Copy:
    """The backup that is meant. Raises RefusedError where there is none that is good, OSError."""
    folder = house.data / backup.FOLDER
    if chosen == NEWEST:
        found = next((copy for copy in copies.all_of(house.data) if copy.is_good), None)
        if found is None:
            raise RefusedError(f"There is no good backup in {folder}. Nothing is changed.")
        return found
    named = Path(chosen) if Path(chosen).exists() else folder / chosen
    if not named.is_file():
        raise RefusedError(f"There is no backup {chosen}. The ones that there are: risk-manager admin backups")
    copy = copies.look_at(named, with_chain=False)  # putting it back looks at every line
    if not copy.is_good:
        raise RefusedError(f"{named} cannot be put back: {copy.problems[0]} Nothing is changed: choose another.")
    return copy
