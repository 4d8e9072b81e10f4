"""Where the door of a home's guard is: a small file beside the published state, there while the door is open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from risk_manager.ipc import for_everyone

HOST: Final = "127.0.0.1"
PORT: Final = 8765
PORT_MAX: Final = 65535
VARIABLE: Final = "RISK_MANAGER_PORT"


class NoDoorError(Exception):
    """There is nobody to ask; the text is a sentence."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The open door of one run of a guard."""

    port: int
    run: str
    """The run that its answers name: behind the same port there may be the guard of another home by now. Empty: any."""


def path_in(data: Path) -> Path:
    """The file, in the data folder of a home."""
    return data / "door.json"


def write(path: Path, address: Address) -> None:
    """Replace the file; everyone may read it. Raises OSError where that is not possible."""
    for_everyone.replace(path, msgspec.json.encode(address))


def read(path: Path) -> Address | None:
    """The address that was written last; None where there is none or it cannot be read. Nobody may be there."""
    try:
        return msgspec.json.decode(for_everyone.read(path), type=Address)
    except (OSError, msgspec.MsgspecError):
        return None


def port_named(environment: Mapping[str, str] = os.environ) -> int | None:
    """The port of RISK_MANAGER_PORT; None where it is not set. Raises ValueError with the sentence."""
    named = environment.get(VARIABLE, "").strip()
    if not named:
        return None
    if not (named.isascii() and named.isdigit() and int(named) <= PORT_MAX):
        raise ValueError(f"{VARIABLE} is {named!r}. A port is a whole number up to {PORT_MAX}; 0: any that is free.")
    return int(named)


def find(data: Path, port: int | None = None) -> Address:
    """The door of the home with this data folder: where its guard says, else (the folder may be closed to us) at
    RISK_MANAGER_PORT; with a `port`, there. Raises NoDoorError."""
    if port is not None:
        return Address(port=port, run="")
    found = read(path_in(data))
    if found is not None:
        return found
    try:
        named = port_named()
    except ValueError as error:
        raise NoDoorError(str(error)) from error
    if not named:
        raise NoDoorError("The guard is not running here, or it has no door.")
    return Address(port=named, run="")


def away(error: Exception, where: Address) -> str:
    """Why the door does not answer, as a sentence."""
    match error:
        case TimeoutError():
            return "The guard's door has been silent for too long: it hangs, or the machine is very busy."
        case aiohttp.WSServerHandshakeError(status=503):
            return "Too many programs listen to the guard already: close one."
        case aiohttp.WSServerHandshakeError():
            return f"What answers at {HOST}:{where.port} is not the door of a guard (HTTP {error.status})."
        case aiohttp.ClientConnectorError():
            return f"Nobody answers at {HOST}:{where.port}: the guard is not running, or its door is closed."
        case _:
            return "The guard's door was closed while it was asked."


def check(asked: Address, run: str) -> None:
    """Raises NoDoorError where somebody else has answered: a guard that was killed leaves its address behind."""
    if asked.run and run != asked.run:
        raise NoDoorError("The guard of another home is behind the door of this one's.")
