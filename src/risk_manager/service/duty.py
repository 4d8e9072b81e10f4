"""One guard on duty for a home: what is behind `risk-manager run`, the systemd unit and the Windows service alike."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from risk_manager.config import ConfigError, Configuration, load_home
from risk_manager.config.rule_table import known_rules
from risk_manager.core.record import Severity
from risk_manager.daemon import ending, refusing_to_start
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.household import DATA, Household
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.pulse import Supervisor
from risk_manager.daemon.reloading import Fingerprint, fingerprint
from risk_manager.daemon.watch import UnknownAccountError
from risk_manager.exit_codes import ExitCode
from risk_manager.service.claim import Claim, HeldError
from risk_manager.service.dog import Dog, start_seconds
from risk_manager.store import StoreError, StoreTrouble

_UNTRUSTED: Final = "The guard does not start with a configuration that it cannot trust."
_LAST_GOOD: Final = (
    "CRITICAL: the configuration is broken. The last good one is in force until it is mended and loaded."
)

_NOT_STARTED: Final = "Not guarding: it could not start, and will be started again. The log says why."
_FAILED_SOON: Final = (
    "Not guarding: an error has ended it soon after its start. It waits a little, is started again, and says more then."
)
_SOON_SECONDS: Final = 60.0
"""An error that comes so soon after the start will come again; a later one is met by the next guard at once."""

_COULD_NOT: Final = "The guard could not start: {why}. Nobody watches the account until that is mended."
_SECOND: Final = "A guard was started while another one guards, and has ended: {why}."

Aloud = Callable[[str, datetime | None], None]


class Duty:
    """Runs once. `run` blocks, in whatever thread it is called in; `stop` may be called from any thread."""

    def __init__(
        self,
        home: Path,
        port: int,
        supervisor: Supervisor | None = None,
        aloud: Aloud | None = None,
        patience_seconds: float = 0.0,
    ) -> None:
        """`port` is where screens may ask; 0 is any that is free. Without a `supervisor` nobody outside is told.
        `aloud` is told every sentence for people, and when it was (None: now); without it they go to stderr.
        `patience_seconds`: so long it waits before it ends where it could not begin, or an error has ended it soon
        after its start. For one that is started again and again, so that the gateway is not asked for a login every
        second."""
        self._home = home
        self._port = port
        self._aloud = aloud or say
        self._patience_seconds = patience_seconds
        self._dog = Dog(self._leave_words)
        self._supervisor = _Both(self._dog, supervisor)
        self._stopped_by: str | None = None
        self._is_stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._household: Household | None = None
        self._is_last_good = False
        self._seen: Fingerprint = ()
        """As the files were before they were read."""
        self._trouble: ConfigError | None = None
        """What is wrong with the configuration of the home."""
        self._untold: tuple[str, Severity] | None = None
        """Why it could not start, for people who are not here."""

    def run(self) -> ExitCode:
        """Guard until `stop`, or until it cannot go on. What it raises is a bug; it is written down for the next start.

        The code says how it ended: FINE after `stop`, DISMISSED by the admin, BAD_INPUT or REFUSED with a sentence
        where it cannot begin.
        """
        _keep_memory_to_itself()
        began = time.monotonic()
        try:
            code = self._watched()
        except Exception:
            if time.monotonic() - began < _SOON_SECONDS:
                self._be_patient(_FAILED_SOON)
            raise
        if self._untold is not None:  # after the lease and the dog: it may take seconds
            refusing_to_start.tell(self._home, *self._untold)
        if code not in (ExitCode.FINE, ExitCode.DISMISSED):
            self._be_patient(_NOT_STARTED)
        return code

    def _watched(self) -> ExitCode:
        """Run, from the first instant to the last under the eyes of the dog."""
        seconds = start_seconds(self._home / DATA)
        self._supervisor.starting(seconds)
        self._dog.begin(seconds)
        try:
            return self._run()
        finally:
            self._dog.end()

    def _be_patient(self, sentence: str) -> None:
        if self._patience_seconds:
            self._supervisor.says(sentence)
            self._is_stopped.wait(self._patience_seconds)

    def stop(self, by: str) -> None:
        """End it in order, also before it has begun. `by` is who wants it: "the signal SIGTERM". The first counts."""
        if self._stopped_by is None:
            self._stopped_by = by
        self._is_stopped.set()
        loop, household = self._loop, self._household
        if loop is not None and household is not None:
            with suppress(RuntimeError):  # the loop has ended by itself just now
                loop.call_soon_threadsafe(household.stop, by)

    def _run(self) -> ExitCode:
        configuration = self._configuration()
        if configuration is None and not (self._home / DATA).is_dir():
            self._say(_UNTRUSTED)
            self._have_told(self._trouble)
            return ExitCode.BAD_INPUT
        clock = SystemClock()
        try:
            keeping = Keeping(self._home / DATA, clock)
        except StoreError as error:
            self._say(str(error))
            is_second = error.trouble is StoreTrouble.SECOND_GUARD
            if is_second:
                self._have_told(error, _SECOND, Severity.WARNING)
            else:
                self._have_told(error)
            return ExitCode.REFUSED if is_second else ExitCode.BAD_INPUT
        claim = Claim()
        try:
            configuration = configuration or self._last_good(keeping)
            claim.take(configuration.login.api_url, configuration.settings)
            asyncio.run(self._guard(configuration, keeping, clock, claim.warnings))
        except HeldError as error:
            self._say(str(error))
            self._have_told(error, _SECOND, Severity.WARNING)
            return ExitCode.REFUSED
        except ConfigError as error:
            self._say(str(error))
            self._say(_UNTRUSTED)
            self._have_told(self._trouble or error)
            return ExitCode.BAD_INPUT
        except (UnknownAccountError, StoreError) as error:
            self._say(str(error))
            self._leave_words(str(error).removesuffix("."), is_told=True)
            if self._household is None:  # else that one has had it told
                self._have_told(error)
            return ExitCode.BAD_INPUT
        except Exception as error:
            self._leave_words(f"an error in it has ended it ({type(error).__name__}; the log has more)", is_told=True)
            raise
        finally:
            self._dog.ending()
            keeping.close()
            claim.release()
        return ExitCode.DISMISSED if self._household is not None and self._household.is_dismissed else ExitCode.FINE

    async def _guard(
        self, configuration: Configuration, keeping: Keeping, clock: SystemClock, warnings: list[str]
    ) -> None:
        household = Household(
            configuration, self._home, keeping, clock, self._port, self._supervisor, self._aloud, self._seen
        )
        self._household, self._loop = household, asyncio.get_running_loop()
        if self._is_last_good:  # said here already
            household.have_told(_LAST_GOOD)
            household.runs_on_last_good(str(self._trouble))
        for warning in warnings:
            self._say(warning)
            household.have_told(warning)
        if self._stopped_by is not None:  # before there was anything to end
            household.stop(self._stopped_by)
        await household.run()
        self._leave_words(f"it was stopped by {household.stopped_by}", is_orderly=True)

    def _configuration(self) -> Configuration | None:
        """The configuration of the home; None where it is broken, which is told then."""
        self._seen = fingerprint(self._home)
        try:
            return load_home(self._home, known_rules())
        except ConfigError as error:
            self._say(str(error))
            self._trouble = error
            return None

    def _last_good(self, keeping: Keeping) -> Configuration:
        """The configuration that was last in force. Raises ConfigError where there is none."""
        configuration = keeping.last_good(self._home)
        self._say(_LAST_GOOD)
        self._is_last_good = True
        return configuration

    def _have_told(self, why: Exception | None, form: str = _COULD_NOT, severity: Severity = Severity.CRITICAL) -> None:
        """Have people who are not here told, in the end, that it has not started."""
        self._untold = form.format(why=str(why).rstrip(".")), severity

    def _leave_words(self, why: str, *, is_orderly: bool = False, is_told: bool = False) -> None:
        """Have the next guard know why this one has ended."""
        with suppress(OSError):  # it will say what it can tell without them
            ending.write(self._home / DATA, ending.Ending(datetime.now(UTC), why, is_orderly, is_told))

    def _say(self, sentence: str) -> None:
        self._aloud(sentence, None)


class _Both:
    """The dog within the process, and whoever supervises from outside."""

    def __init__(self, dog: Dog, outside: Supervisor | None) -> None:
        self._dog = dog
        self._outside = outside

    def starting(self, seconds: float) -> None:
        if self._outside is not None:
            self._outside.starting(seconds)

    def ready(self) -> None:
        if self._outside is not None:
            self._outside.ready()

    def beat(self) -> None:
        self._dog.beat()
        if self._outside is not None:
            self._outside.beat()

    def says(self, sentence: str) -> None:
        if self._outside is not None:
            self._outside.says(sentence)

    def stopping(self) -> None:
        self._dog.ending()
        if self._outside is not None:
            self._outside.stopping()


def say(sentence: str, at: datetime | None = None) -> None:
    """A sentence on stderr, with its time where it has one."""
    stamp = f"{at.astimezone():%H:%M:%S} " if at is not None else ""
    print(f"{stamp}{sentence}", file=sys.stderr, flush=True)


def _keep_memory_to_itself() -> None:
    """No image of the memory is left at a crash: the key is in it."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        resource: Any = import_module("resource")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
