"""`risk-manager run`: the guard in the foreground, until a signal comes."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, validators

from risk_manager import home as homes
from risk_manager.config import ConfigError, Configuration, load_home
from risk_manager.config.rule_table import known_rules
from risk_manager.daemon.clock import Clock, SystemClock
from risk_manager.daemon.household import DATA, Household
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.watch import UnknownAccountError
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import address
from risk_manager.store import StoreError, StoreTrouble

_PORT = Parameter(validator=validators.Number(gte=0, lte=address.PORT_MAX))


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
    folder = homes.folder(home)
    try:
        port = address.port_named() if port is None else port
    except ValueError as error:
        _say(str(error))
        return ExitCode.BAD_INPUT
    configuration = _configuration(folder)
    if configuration is None and not (folder / DATA).is_dir():
        _say("The guard does not start with a configuration that it cannot trust.")
        return ExitCode.BAD_INPUT
    _keep_memory_to_itself()
    clock = SystemClock()
    try:
        keeping = Keeping(folder / DATA, clock)
    except StoreError as error:
        _say(str(error))
        return ExitCode.REFUSED if error.trouble is StoreTrouble.SECOND_GUARD else ExitCode.BAD_INPUT
    try:
        configuration = configuration or _last_good(folder, keeping)
        return asyncio.run(_guard(configuration, folder, keeping, clock, address.PORT if port is None else port))
    except ConfigError as error:
        _say(str(error))
        _say("The guard does not start with a configuration that it cannot trust.")
        return ExitCode.BAD_INPUT
    except (UnknownAccountError, StoreError) as error:
        _say(str(error))
        return ExitCode.BAD_INPUT
    finally:
        keeping.close()


def _configuration(folder: Path) -> Configuration | None:
    """The configuration of the home; None where it is broken, which is told then."""
    try:
        return load_home(folder, known_rules())
    except ConfigError as error:
        _say(str(error))
        return None


def _last_good(folder: Path, keeping: Keeping) -> Configuration:
    """The configuration that was last in force. Raises ConfigError where there is none."""
    configuration = keeping.last_good(folder)
    _say("CRITICAL: the configuration is broken. The last good one is in force until it is mended and loaded.")
    return configuration


async def _guard(configuration: Configuration, folder: Path, keeping: Keeping, clock: Clock, port: int) -> int:
    household = Household(configuration, folder, keeping, clock, port, _say)
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl+C ends asyncio.run instead
            asyncio.get_running_loop().add_signal_handler(number, household.stopped.set)
    await household.run()
    return ExitCode.FINE


def _keep_memory_to_itself() -> None:
    """No image of the memory is left at a crash: the key is in it."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        resource: Any = import_module("resource")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(sentence: str, at: datetime | None = None) -> None:
    stamp = f"{at.astimezone():%H:%M:%S} " if at is not None else ""
    print(f"{stamp}{sentence}", file=sys.stderr, flush=True)
