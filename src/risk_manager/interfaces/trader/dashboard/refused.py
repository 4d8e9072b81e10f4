"""What the trader is told where the configuration files do not hold."""

from __future__ import annotations

from datetime import tzinfo

from risk_manager.interfaces.trader.dashboard import times
from risk_manager.ipc.status import GuardStatus


def sentence(status: GuardStatus, zone: tzinfo | None) -> str:
    """One line; empty where what the files say is in force. `zone` is the trader's own, None that of the machine."""
    files = status.refused_files
    if files is None:
        return ""
    since = times.both(files.since, status.at, zone)
    kept = "the last that held are in force" if files.is_last_good else "those of before stay in force"
    return f"The limits in the files are refused since {since}: {kept}. risk-manager doctor says why."
