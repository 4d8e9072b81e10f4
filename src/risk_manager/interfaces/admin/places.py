"""The places of a home: who may write there, whose they are, and whether the guard's own user may write its logs."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from risk_manager.config import ConfigError
from risk_manager.config.logs import LogSettings, read_log_settings
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.admin.found import Found
from risk_manager.store.opening import FILE

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OF_THE_CONFIGURATION = frozenset({".yaml", ".yml", ".json", ".hash"})


def limits(house: House) -> Iterator[Found]:
    """Whether somebody else than the guard's own user and root may change what is decided, or what is remembered."""
    inside = [house.folder, house.data, house.config, *sorted(house.config.glob("*"))]
    paths = [path for path in dict.fromkeys(inside) if path.exists()]
    open_ones = [path for path in paths if path.stat().st_mode & _OTHERS_WRITE]
    if open_ones:
        remedy = f"chmod go-w {' '.join(map(str, open_ones))}"
        yield Found("limits", False, "Others on this machine may change the limits, or what is remembered.", remedy)
    yield from _unreadable(house)
    own = guards_user(house)
    foreign = [path for path in paths if path.stat().st_uid not in (0, own)]
    if foreign:
        told = ", ".join(f"{path} (user {path.stat().st_uid})" for path in foreign)
        why = f"Not the guard's own user ({own}) nor root has {told}: whose it is may change it."
        yield Found("owner", False, why, f"As root: chown {own} {' '.join(map(str, foreign))}")


def _unreadable(house: House) -> Iterator[Found]:
    """What of the configuration the guard's own user may not read, as far as the rights tell. Doctor may be asked by
    root, who may read all."""
    own = guards_user(house)
    if os.name == "nt" or own == 0:
        return
    files = [path for path in sorted(house.config.glob("*")) if path.suffix in _OF_THE_CONFIGURATION and path.is_file()]
    shut = [path for path in files if not _may(path, house, stat.S_IRUSR, stat.S_IRGRP | stat.S_IROTH, os.R_OK)]
    if shut:
        why = f"The guard's own user ({own}) may not read {', '.join(map(str, shut))}."
        yield Found("readable", False, why, f"As root: chown {own} {' '.join(map(str, shut))}")


def guards_user(house: House) -> int:
    """The number of the user whose guard runs here: its database is his; before there is one, its folder, or the
    home."""
    for path in (house.data / FILE, house.data, house.folder):
        if path.exists():
            return path.stat().st_uid
    return own_user()


def own_user() -> int:
    """The number of the user who asks."""
    if sys.platform == "win32":
        return 0
    else:
        return os.geteuid()


def logs(house: House) -> Found:
    """Whether the logs are written as logging.yaml wants it."""
    try:
        settings = read_log_settings(house.config) if house.config.is_dir() else LogSettings()
    except ConfigError as error:
        many = len(error.problems)
        why = f"{many} thing{'s' if many > 1 else ''} wrong in logging.yaml: the logs are written as usual."
        return Found("logs", False, why, f"Mend these lines, and start the guard again:\n{error}")
    folder = house.folder / settings.folder
    there = next((path for path in (folder, *folder.parents) if os.path.lexists(path)), folder)
    files = [path for path in sorted(folder.glob("*.log")) if not _may_write(path, house)] if folder.is_dir() else []
    if not there.is_dir() or not _may_write(there, house) or files:
        place = ", ".join(map(str, files)) or there
        whose = "" if sys.platform == "win32" else f" by the guard's own user ({guards_user(house)})"
        remedy = "Give the guard's user that right, or name another folder in logging.yaml, and start it again."
        return Found("logs", False, f"{place} cannot be written{whose}: nothing is logged.", remedy)
    return Found("logs", True, f"They are written in {folder}.")


def _may_write(path: Path, house: House) -> bool:
    return _may(path, house, stat.S_IWUSR, _OTHERS_WRITE, os.W_OK | (os.X_OK if path.is_dir() else 0))


def _may(path: Path, house: House, as_owner: int, as_other: int, asked: int) -> bool:
    """Whether the guard's own user has a right, as far as the rights of the file tell. Doctor may be asked by root, who
    may do all."""
    user = guards_user(house)
    if user in (0, own_user()):
        return os.access(path, asked)
    told = path.stat()
    return bool(told.st_mode & (as_owner if told.st_uid == user else as_other))
