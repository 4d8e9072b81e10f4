"""`python -m tests.store.struck FOLDER NUMBER`: a start that is killed just before it does the NUMBERth thing to a
file of that folder. It ends by itself where it does fewer."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Final

from risk_manager.store import open_store
from tests.store.scalper import START, settings

ACTS: Final = {"open", "os.link", "os.remove", "os.rename", "sqlite3.connect"}


def main(folder: Path, number: int) -> None:
    left = number

    def heard(event: str, given: tuple[object, ...]) -> None:
        nonlocal left
        if event in ACTS and str(folder) in str(given[0]):
            left -= 1
            if not left:
                os.kill(os.getpid(), getattr(signal, "SIGKILL"))  # noqa: B009  the name is not there on Windows

    sys.addaudithook(heard)
    by_account = {1: settings()}
    store = open_store(folder, now=lambda: START)
    store.recover(by_account, lambda _: by_account)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
