"""Replacing a file as a whole: a reader sees the old one or the new one, never a part. A link stays one: what it leads
to is replaced."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from risk_manager.home import PRIVATE_FILE, belong

_ROOT: Final = 0


class LinkError(OSError):
    """What a link leads to is not to be replaced. The text is the sentence."""


def write(path: Path, text: str) -> None:
    """Replace a file as a whole; its owner and its rights stay. A new one is for the owner of its folder alone, and so
    is one of root's from then on that this owner could not even read. Raises OSError, LinkError."""
    target = target_of(path)
    before = target.stat() if target.exists() else None
    _replace(target, text, before if before is not None and not _is_of_roots_alone(target, before) else None)


def write_private(path: Path, text: str) -> None:
    """Replace a file that the guard keeps for itself: whatever it was, it is for the owner of its folder alone. Raises
    OSError."""
    _replace(path, text, None)


def _replace(target: Path, text: str, before: os.stat_result | None) -> None:
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    # Nobody else may read it at any moment: there may be a key in it.
    place = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(place, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if before is None:
            belong(fresh)
        else:
            _give(fresh, before)
            os.chmod(fresh, stat.S_IMODE(before.st_mode))
        os.replace(fresh, target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def _is_of_roots_alone(target: Path, before: os.stat_result) -> bool:
    """Whether root, who asks, has shut out the owner of the folder: a guard of that user is. On Windows nobody is."""
    if getattr(os, "geteuid", lambda: None)() != _ROOT or before.st_uid != _ROOT:
        return False
    folder = target.parent.stat()
    is_of_its_group = before.st_gid == folder.st_gid and before.st_mode & stat.S_IRGRP
    return folder.st_uid != _ROOT and not (is_of_its_group or before.st_mode & stat.S_IROTH)


def _give(fresh: Path, before: os.stat_result) -> None:
    """To the owner of before, where that is another. It is a call for the privileged, and the guard, which is none, may
    be ended for it: nobody makes it without need. Raises OSError."""
    if sys.platform != "win32":
        made = fresh.stat()
        if (made.st_uid, made.st_gid) == (before.st_uid, before.st_gid):
            return
        if made.st_uid != before.st_uid and os.geteuid() != _ROOT:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(fresh))
        os.chown(fresh, before.st_uid, before.st_gid)


def target_of(path: Path) -> Path:
    """The file itself; of a link, the file that it leads to in the end. Raises LinkError, OSError."""
    if not path.is_symlink():
        return path
    try:
        target = path.resolve(strict=True)
    except (FileNotFoundError, RuntimeError):
        where = os.readlink(path)
        raise LinkError(f"{path} is a link to {where}, where no file is. Make one there, or remove the link.") from None
    if not target.is_file():
        raise LinkError(f"{path} is a link to {target}, which is no plain file. Remove the link.")
    whose, theirs = path.lstat().st_uid, target.stat().st_uid
    if whose not in (_ROOT, theirs, getattr(os, "geteuid", lambda: whose)()):
        raise LinkError(
            f"{path} is a link that user {whose} has made to a file of user {theirs}, {target}: whoever may make links "
            "must not have others' files written. Change that file itself, or remove the link."
        )
    return target
