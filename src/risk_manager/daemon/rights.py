"""What is secret in a home is closed to others before the guard begins, however it came there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.notifications import NOTIFICATIONS_FILE
from risk_manager.config.password import HASH_FILE
from risk_manager.home import close_to_others

SECRET_FILES: Final = (f"{Path(ACCOUNTS_FILE).stem}.*", f"{Path(NOTIFICATIONS_FILE).stem}.*", HASH_FILE)


def close_secrets(home: Path) -> Iterator[str]:
    """Close the files with keys and passwords of a home to everybody but their owner. A sentence for each that
    was open, or that belongs to somebody else and stays so."""
    config = home / "config" if (home / "config").is_dir() else home
    for path in sorted(chain(*map(config.glob, SECRET_FILES))):
        try:
            if close_to_others(path):
                yield f"{path} could be read by others on this machine. Now only its owner may."
        except FileNotFoundError:
            continue  # an editor's, and gone
        except OSError as error:
            why = f"it cannot be closed: {error.strerror}"
            yield f"WARNING: {path} can be read by others on this machine, and {why}. As its owner: chmod 600 {path}"
