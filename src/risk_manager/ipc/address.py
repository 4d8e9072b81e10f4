"""Where the door of a home's guard is: a small file beside the published state, there while the door is open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

HOST: Final = "127.0.0.1"
PORT: Final = 8765
VARIABLE: Final = "RISK_MANAGER_PORT"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The open door of one run of a guard."""

    port: int
    run: str
    """The run that its snapshots name: behind the same port there may be the guard of another home by now."""


def path_in(data: Path) -> Path:
    """The file, in the data folder of a home."""
    return data / "door.json"


def write(path: Path, address: Address) -> None:
    """Replace the file. Raises OSError where that is not possible."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(address))
    os.replace(fresh, path)


def read(path: Path) -> Address | None:
    """The address that was written last; None where there is none or it cannot be read. Nobody may be there."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Address)
    except (OSError, msgspec.MsgspecError):
        return None
