"""Where the door of a home's guard is: a small file beside the published state, there while the door is open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

HOST: Final = "127.0.0.1"
PORT: Final = 8765
PORT_MAX: Final = 65535
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


def port_named(environment: Mapping[str, str] = os.environ) -> int | None:
    """The port of RISK_MANAGER_PORT; None where it is not set. Raises ValueError with the sentence."""
    named = environment.get(VARIABLE, "").strip()
    if not named:
        return None
    if not (named.isascii() and named.isdigit() and int(named) <= PORT_MAX):
        raise ValueError(
            f"{VARIABLE} is {named!r}: a port is a whole number from 0 to {PORT_MAX}, 0 for any that is free."
        )
    return int(named)
