"""The home folder: where configuration, data and logs of a guard lie."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

VARIABLE = "RISK_MANAGER_HOME"
_ROOT = 0


def folder(given: Path | None = None) -> Path:
    """The folder that is meant: the one given, else that of RISK_MANAGER_HOME, else one in the user's own folder."""
    if given is not None:
        return given
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path.home() / ".risk-manager"


def belong(path: Path) -> None:
    """What root has made in somebody's folder belongs to that somebody, or the guard of that user could not use it.
    For everybody else, on Windows, and on a disk that knows no owners nothing is done."""
    change = getattr(os, "chown", None)
    if change is not None and getattr(os, "geteuid", int)() == _ROOT:
        with suppress(OSError):
            owner = path.parent.stat()
            change(path, owner.st_uid, owner.st_gid)
