"""One guard for an account on this machine, from whatever home: each is claimed by a name that ends with its process.

Linux only: a socket in the abstract namespace, which no folder hides and no killed process leaves behind. Elsewhere a
second guard from the same home is noticed, from another one it is not.
"""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from risk_manager.core.model import AccountId

_HAS_NAMES: Final = sys.platform == "linux"
_PEOPLE_FROM: Final = 1000
"""User ids below it are the system's own: a service's."""
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.05
"""A guard that has just been killed may take a moment to be gone."""
_WHO: Final = struct.Struct("3i")
"""Process, user and group, as Linux tells them."""
_TWICE: Final = "Two guards would close the same position twice."


class HeldError(Exception):
    """Another guard has claimed an account. The text is a sentence."""


class Claim:
    """The accounts of one guard, held until `release` or the end of the process."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self.warnings: list[str] = []
        """Accounts that a guard of another person watches too: this one guards all the same, for who may not end it
        must not be able to keep it away either."""

    def take(self, gateway: str, accounts: Iterable[AccountId]) -> None:
        """Claim the accounts of the gateway at this address. Raises HeldError where another guard has one."""
        for account in accounts if _HAS_NAMES else ():
            self._take(gateway, account)

    def _take(self, gateway: str, account: AccountId) -> None:
        digest = hashlib.sha256(f"{gateway.rstrip('/')} {account}".encode()).hexdigest()
        name = f"\0risk-manager/{digest}"
        for _ in range(_TRIES):
            mine = _bound(name)
            if mine is not None:
                self._sockets.append(mine)
                return
            time.sleep(_PAUSE_SECONDS)
        process, user = _holder(name)
        other = f"process {process} of user {user}, watches account {account} already, from another home. {_TWICE}"
        if process and _me() != user >= _PEOPLE_FROM:
            self.warnings.append(f"CRITICAL: Another guard, {other} This one guards all the same: end that one.")
        elif process:
            raise HeldError(f"Another guard, {other} Stop that one first, or guard the account from one home alone.")

    def release(self) -> None:
        """Let another guard have the accounts."""
        for held in self._sockets:
            held.close()
        self._sockets.clear()


if sys.platform == "linux":

    def _bound(name: str) -> socket.socket | None:
        """The name as a socket of ours; None where somebody else has it, or the system gives none."""
        with suppress(OSError):
            mine = socket.socket(socket.AF_UNIX)
            try:
                mine.bind(name)
                mine.listen(1)
            except OSError:
                mine.close()
                raise
            return mine
        return None

    def _holder(name: str) -> tuple[int, int]:
        """Process and user that hold a name; process 0: nobody does any more, or the system has no such names."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(1.0)
            asking.connect(name)
            process, user, _ = _WHO.unpack(asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _WHO.size))
            return process, user
        return 0, 0

    def _me() -> int:
        return os.getuid()

else:

    def _bound(name: str) -> socket.socket | None:
        del name
        return None

    def _holder(name: str) -> tuple[int, int]:
        del name
        return 0, 0

    def _me() -> int:
        return 0
