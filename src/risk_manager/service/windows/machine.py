"""What installing asks of Windows, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

NAME: Final = "RiskManager"
"""Of the service, of its folder, and of its entries in the event log."""
TITLE: Final = "Risk Manager"
PURPOSE: Final = "Watches trading accounts and closes them at the limits that were set."
MESSAGES: Final = r"%SystemRoot%\System32\EventCreate.exe"
"""A program of Windows that has a message for every number below 1000, which says what it is given and no more."""
AUTOMATIC: Final = "auto"
DELAYED: Final = "minutes after the machine, when everything else has started"
NEVER: Final = "never, it is disabled"
RESTARTS: Final = (1_000, 5_000, 15_000)
"""After how many milliseconds it is started again: the first, the second, every later time."""
FORGET_SECONDS: Final = 86_400
"""After so long without a failure the next one counts as the first."""


class MachineError(Exception):
    """Windows has refused. The text is the sentence."""


class Service(NamedTuple):
    """A service, as Windows tells of it. None: this Windows does not tell."""

    command: str
    start: str
    """AUTOMATIC, or in words what else there is."""
    account: str
    is_running: bool
    restarts: tuple[int, ...] | None
    """After how many milliseconds it is started again; empty: it is not."""
    restarts_on_error: bool | None
    """Whether also an end that it reports itself is a failure."""
    descriptor: str | None


class Machine(Protocol):
    """A Windows machine. All of it raises MachineError."""

    keeps_rights: bool
    """Whether what it tells of descriptors is what counts: an imitation of Windows takes them and forgets them."""

    def is_elevated(self) -> bool:
        """Whether this process has an administrator's rights now, and not only a user who could have them."""
        ...

    def program_data(self) -> str:
        """The folder for what programs keep for the whole machine. Never asked of the environment: who starts an
        elevated program chooses that."""
        ...

    def service(self, name: str) -> Service | None:
        """The service of this name; None: there is none."""
        ...

    def guards(self, home: str) -> tuple[bool, str]:
        """Whether the guard of this home guards, and its word for that, a sentence."""
        ...

    def create_service(self, name: str, command: str) -> None:
        """Make it: starts with the machine, as the system, in a process of its own."""
        ...

    def change_service(self, name: str, command: str) -> None:
        """Set one that is there to the same, and write what it is for."""
        ...

    def restart_service(self, name: str, after_ms: tuple[int, ...], forget_seconds: int) -> None:
        """Have it started again whenever it fails, also by an error that it reports itself."""
        ...

    def protect_service(self, name: str, descriptor: str) -> None:
        """Set who may do what with it."""
        ...

    def start_service(self, name: str) -> None:
        """Start it where it does not run."""
        ...

    def stop_service(self, name: str) -> None:
        """Stop it where it runs, and wait until it has ended."""
        ...

    def disable_service(self, name: str) -> None:
        """Have it started by nobody and nothing any more, also not with the machine. What runs goes on."""
        ...

    def delete_service(self, name: str) -> None:
        """Take it away."""
        ...

    def descriptor(self, path: str) -> str | None:
        """Whose a file or folder is and who may do what with it; None: it is not there."""
        ...

    def below(self, path: str) -> Iterable[str]:
        """Every file and folder below a folder; nothing where it is none."""
        ...

    def make_folder(self, path: str, descriptor: str) -> None:
        """Make a folder that has its descriptor from its first instant."""
        ...

    def protect_folder(self, path: str, descriptor: str) -> None:
        """Set who may do what with a folder and all that is in it."""
        ...

    def register_events(self, name: str) -> None:
        """Have the event log know the name."""
        ...

    def forget_events(self, name: str) -> None:
        """Have it know the name no more; what was logged stays."""
        ...
