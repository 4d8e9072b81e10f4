"""What the guard of a home says of itself, by what it publishes: for a service manager that keeps no words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.daemon.pulse import GUARDING, sentence
from risk_manager.ipc import status as published
from risk_manager.ipc.admin import SOCKET_FILE
from risk_manager.ipc.pipe import is_there

_OLD_SECONDS: Final = 5
_NOT_YET: Final = "It has not said yet whether it guards."


def word(home: Path, now: datetime) -> tuple[bool, str]:
    """Whether it guards at `now`, and its word for that, a sentence. It is not believed to guard where it says
    nothing, has said its last word, speaks no more, or has its admin's door shut."""
    data = home / "data"
    try:
        told = published.read(data / "status.json")
    except FileNotFoundError:
        return False, _NOT_YET
    except (OSError, msgspec.MsgspecError) as error:
        return False, f"What it has published cannot be read, so that nobody can tell whether it guards: {error}."
    if told.has_ended:  # that was the guard before this one
        return False, _NOT_YET
    age = (now - told.at).total_seconds()
    if age < -_OLD_SECONDS:
        return (
            False,
            f"What it has published is of a time {-age:.0f} s ahead: the clock was set back, and nobody knows.",
        )
    if age > _OLD_SECONDS:
        return False, f"It has said nothing for {age:.0f} s: it hangs, cannot publish, or cannot begin."
    if not is_there(data / SOCKET_FILE):
        return False, "Its admin's door is not there: it begins, it ends, or its admin cannot reach it."
    hubs = (("user", told.connection.user_hub), ("market", told.connection.market_hub))
    are_read = not any(account.is_asleep for account in told.accounts)
    said = sentence([hub for hub, is_up in hubs if not is_up], [one.id for one in told.accounts], are_read=are_read)
    return said.startswith(GUARDING), said
