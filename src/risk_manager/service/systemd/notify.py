"""What systemd is told: ready, alive, what is going on, stopping. One datagram each, as sd_notify(3) describes."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

_VARIABLE: Final = "NOTIFY_SOCKET"
_SECOND_WALL_SECONDS: Final = 10.0


class Systemd:
    """A supervisor that listens on a datagram socket."""

    def __init__(self, place: str) -> None:
        """`place` is a path, or an abstract name that begins with `@`."""
        self._place = f"\0{place[1:]}" if place.startswith("@") else place
        self._socket = socket.socket(getattr(socket, "AF_UNIX"), socket.SOCK_DGRAM)  # noqa: B009  not on Windows
        self._socket.setblocking(False)
        self._is_ready = self._has_said_so = False

    def close(self) -> None:
        """Say nothing more."""
        self._socket.close()

    def starting(self, seconds: float) -> None:
        """The start may take so long. The guard's own watchdog comes first: it says where it stood."""
        self._tell(f"EXTEND_TIMEOUT_USEC={round((seconds + _SECOND_WALL_SECONDS) * 1_000_000)}")

    def ready(self) -> None:
        """The unit is active, and its watchdog begins to count."""
        self._is_ready = True
        self._has_said_so = self._tell("READY=1")

    def beat(self) -> None:
        """The watchdog counts anew."""
        if self._is_ready and not self._has_said_so:  # it was lost, and without it no beat counts
            self.ready()
        self._tell("WATCHDOG=1")

    def says(self, sentence: str) -> None:
        """What `systemctl status` shows."""
        self._tell(f"STATUS={' '.join(sentence.split())}")

    def stopping(self) -> None:
        """The unit goes down."""
        self._tell("STOPPING=1\nSTATUS=Nobody watches the account.")

    def _tell(self, text: str) -> bool:
        """False where it is lost, as when nobody listens just now: nothing of it may hold the guard up."""
        with suppress(OSError):
            self._socket.sendto(text.encode(), self._place)
            return True
        return False


def supervising(environment: Mapping[str, str] = os.environ) -> Systemd | None:
    """The systemd that has started this process and waits for its words; None: another one has, or none."""
    place = environment.get(_VARIABLE, "")
    return Systemd(place) if place.startswith(("@", "/")) else None
