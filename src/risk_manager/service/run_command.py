"""`risk-manager run`: the guard in the foreground, until a signal comes. A systemd unit and a container start this."""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter, validators

from risk_manager import home as homes
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import address
from risk_manager.service.systemd.notify import supervising

if TYPE_CHECKING:
    from risk_manager.service.duty import Duty

_PORT = Parameter(validator=validators.Number(gte=0, lte=address.PORT_MAX))
_PATIENCE_SECONDS: Final = 10.0


def run(*, home: Path | None = None, port: Annotated[int | None, _PORT] = None) -> int:
    """Guard the accounts of a home folder until Ctrl+C.

    Parameters
    ----------
    home
        The folder with `config/accounts.yaml` and `config/risk_config.yaml`.
    port
        Where screens and other programs of this machine may ask, read-only: 8765, or what RISK_MANAGER_PORT says; 0 is
        any that is free.
    """
    stop = _Stop()
    stop.listen()
    # Importing it takes a second on a slow machine. A signal that comes meanwhile would end the process without a word,
    # or be lost: in a container nobody else takes it.
    from risk_manager.service.duty import Duty, say

    try:
        port = address.port_named() if port is None else port
    except ValueError as error:
        say(str(error))
        return ExitCode.BAD_INPUT
    folder = homes.folder(home)
    owner = homes.of_another(folder)
    if owner is not None:
        start = homes.how_to_start(folder) if folder == homes.SERVICE_HOME else "start the guard as that user"
        say(f"{folder} belongs to user {owner}, who could not use what a guard of root's would leave there: {start}")
        return ExitCode.REFUSED
    with suppress(RuntimeError, ValueError):  # without a stderr there is nobody to tell
        faulthandler.enable()  # where it stood when the system ends it: files and lines, no values
    supervisor = supervising()
    patience = _PATIENCE_SECONDS if supervisor is not None else 0.0
    chosen = address.PORT if port is None else port
    duty = Duty(folder, chosen, supervisor, patience_seconds=patience)
    stop.end(duty)
    return duty.run()


class _Stop:
    """A signal that ends the guard, also one that comes before there is a guard to end."""

    def __init__(self) -> None:
        self._by = ""
        self._duty: Duty | None = None

    def listen(self) -> None:
        """Take the signals from here on."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)  # Windows has SIGBREAK, the others have SIGHUP
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as after `nohup`
                signal.signal(number, self._taking(f"the signal {name}"))

    def end(self, duty: Duty) -> None:
        """It is this one that they end."""
        self._duty = duty
        if self._by:
            duty.stop(self._by)

    def _taking(self, by: str) -> Callable[[int, FrameType | None], None]:
        def take(_number: int, _frame: FrameType | None) -> None:
            self._by = self._by or by
            if self._duty is not None:
                self._duty.stop(by)

        return take
