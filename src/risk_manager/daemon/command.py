"""`risk-manager run`: the guard in the foreground, until a signal comes."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, validators

from risk_manager import home as homes
from risk_manager.config import ConfigError, Configuration, load_home
from risk_manager.config.password import HASH_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.daemon.absence import Absence
from risk_manager.daemon.admin.door import AdminDoor
from risk_manager.daemon.clock import Clock, SystemClock
from risk_manager.daemon.door import Door
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.publishing import Publisher
from risk_manager.daemon.reloading import Reloading
from risk_manager.daemon.telling import sentences
from risk_manager.daemon.watch import UnknownAccountError, Watch
from risk_manager.exit_codes import ExitCode
from risk_manager.gateway.tasks import end, start
from risk_manager.ipc import address
from risk_manager.ipc.admin import SOCKET_FILE
from risk_manager.store import StoreError, StoreTrouble

DATA = "data"
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
    asyncio.get_running_loop().set_exception_handler(_unheard)
    found = keeping.recover(configuration)
    for warning in keeping.store.warnings:
        _say(warning)
    keeping.store.on_warning = _say
    absence = Absence(found, configuration.settings, clock.now(), _say)
    watch = Watch(configuration, clock, found.state)
    watch.guard.listen(absence.heard)
    watch.guard.listen(tell)
    keeping.attach(watch.guard, configuration)
    publisher = Publisher(folder / DATA / "status.json", watch.guard, clock, watch.reconnects, _say, absence)
    watching = start(watch.run(), "guard: watch")
    publishing = start(publisher.run(), "guard: publish")
    screens = (watch.guard, watch.gateway.status, watch.is_guarding.is_set, publisher.status)
    door = start(Door(*screens, clock, folder / DATA, port, _say).run(), "guard: door")
    read = partial(load_home, folder, known_rules())
    reloader = Reloading(folder, read, watch.guard, keeping, configuration)
    reloading = start(reloader.run(), "guard: reload")
    stopped = asyncio.Event()
    socket, password = folder / DATA / SOCKET_FILE, folder / "config" / HASH_FILE
    admin_door = AdminDoor(socket, password, watch.guard, clock, reloader.reload, stopped.set)
    admitting = start(_open(admin_door), "guard: admin door")
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl+C ends asyncio.run instead
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    for account in configuration.accounts:
        rules = ", ".join(armed.rule.key for armed in account.settings.rules) or "no rule at all"
        _say(f"Account {account.id} {account.name}: {rules}.")
    waiting = start(_introduce(watch), "guard: introduce")
    stopping = start(stopped.wait(), "guard: signal")
    await asyncio.wait([watching, stopping], return_when=asyncio.FIRST_COMPLETED)
    await end(waiting, stopping, publishing, reloading, door, admitting)
    if watching.done():
        watching.result()
    await end(watching)
    _say("The guard has stopped. Nobody watches the account now.")
    return ExitCode.FINE


async def _open(door: AdminDoor) -> None:
    try:
        await door.run()
    except OSError as error:  # the guard guards all the same
        _say(f"The admin door cannot be opened ({error.strerror}): clear, reload and stop do not work by command.")


def _unheard(loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    """What tasks failed with; what is a sentence for the admin is said once, by `run`, and without a traceback."""
    if not isinstance(told.get("exception"), UnknownAccountError):
        loop.default_exception_handler(told)


async def _introduce(watch: Watch) -> None:
    await watch.is_guarding.wait()
    # What is there now stays: looking through it again and again would hold up a close by tens of milliseconds.
    gc.collect()
    gc.freeze()
    _say("Guarding.")


def tell(taken: Taken) -> None:
    """Say on stderr what a step has done."""
    for sentence in sentences(taken):
        _say(sentence, taken.at)


def _say(sentence: str, at: datetime | None = None) -> None:
    stamp = f"{at.astimezone():%H:%M:%S} " if at is not None else ""
    print(f"{stamp}{sentence}", file=sys.stderr, flush=True)
