"""The home folder: where configuration, data and logs of a guard lie, and who may read what.

What is published is for everyone on the machine, and so is the way to it; all else is for the guard's own user. Windows
has lists instead of these rights: there nothing is changed by them.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

VARIABLE = "RISK_MANAGER_HOME"
SERVICE_HOME = Path("/var/lib/risk-manager")
"""Where a guard lives that systemd keeps running."""
TRADER_FOLDER = SERVICE_HOME / "trader"
"""Where such a guard, which sees nothing of /home, reads what the trader has written. Root makes it, for one trader."""

OPEN_WAY = 0o711
"""A folder with something published in it: everyone may pass through, its user alone may look around."""
CLOSED = 0o700
"""A folder of secrets, or of copies of the database."""
FOR_ITS_GROUP = 0o750
"""The folder of the logs: an operator's group may be given it."""
PUBLISHED_FILE, PRIVATE_FILE, LOG_FILE, TRADER_FILE = 0o644, 0o600, 0o640, 0o640
_OTHERS = 0o077
_ROOT = 0


def folder(given: Path | None = None) -> Path:
    """The folder that is meant: the one given, else that of RISK_MANAGER_HOME, else the one of the service where it is
    installed, else one in the user's own folder."""
    if given is not None:
        return given
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    return SERVICE_HOME if SERVICE_HOME.is_dir() else Path.home() / ".risk-manager"


def option(given: Path) -> str:
    """What stands behind a command that is meant for this home: ` --home ...`; empty for the one without it."""
    return f" --home {shlex.quote(str(given))}" if given != folder() else ""


def how_to_start(given: Path) -> str:
    """The command that starts the guard of this home."""
    return "sudo systemctl start risk-manager" if given == SERVICE_HOME else f"risk-manager run{option(given)}"


def of_another(given: Path) -> int | None:
    """The user of a home, where root would start a guard in it that leaves files which this user cannot use. None: root
    is not asked, there is no home yet, or it is root's own."""
    if getattr(os, "geteuid", lambda: None)() != _ROOT or not given.is_dir():
        return None
    return given.stat().st_uid or None


def belong(path: Path) -> None:
    """What root has made in somebody's folder belongs to that somebody, or the guard of that user could not use it.
    For everybody else, on Windows, and on a disk that knows no owners nothing is done."""
    change = getattr(os, "chown", None)
    if change is not None and getattr(os, "geteuid", int)() == _ROOT:
        with suppress(OSError):
            owner = path.parent.stat()
            change(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def unreadable(path: Path, error: OSError) -> str:
    """Why a file cannot be read, without a full stop; with the way out, where it belongs to somebody else than its
    folder: root has written it for a guard of another user."""
    why = f"{path} cannot be read: {error.strerror or error}"
    try:
        file, folder = path.stat(), path.parent.stat()
    except OSError:
        return why
    if not isinstance(error, PermissionError) or file.st_uid == folder.st_uid:
        return why
    mend = f"chown {folder.st_uid} {shlex.quote(str(path))}"
    return f"{why}. It belongs to user {file.st_uid}, and its folder to user {folder.st_uid}. As root: {mend}"


def make_folder(path: Path, rights: int) -> None:
    """Make a folder with these rights, whatever the umask; one that is there stays as it is. Folders on the way to it
    can be passed through by everyone. What root makes in somebody's folder is that somebody's. Raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent, OPEN_WAY)
    try:
        path.mkdir(mode=CLOSED)
    except FileExistsError:
        if path.is_dir():  # somebody else has been quicker
            return
        raise
    path.chmod(rights)
    belong(path)


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, for somebody else to write into. Raises OSError where it cannot
    be made or is there: a file that is open already must not be touched."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))


def close_to_others(path: Path) -> bool:
    """Take from everybody but the owner what they may do with a file. True where that changed something. Raises OSError
    where the file is not there, or not ours. A link is left alone: it may lead to what is none of our business."""
    rights = path.stat().st_mode & 0o777
    if os.name == "nt" or path.is_symlink() or not rights & _OTHERS:
        return False
    path.chmod(rights & ~_OTHERS)
    return True
