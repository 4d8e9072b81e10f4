"""The home folder: where configuration, data and logs of a guard lie."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "RISK_MANAGER_HOME"


def folder(given: Path | None = None) -> Path:
    """The folder that is meant: the one given, else that of RISK_MANAGER_HOME, else one in the user's own folder."""
    if given is not None:
        return given
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path.home() / ".risk-manager"
