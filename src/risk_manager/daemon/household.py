"""The guard with all that belongs to it, for one home; `service.duty` starts it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from risk_manager.config import Configuration, load_home
from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.home import config_of
from risk_manager.config.logs import LOGGING_FILE
from risk_manager.config.notifications import NOTIFICATIONS_FILE
from risk_manager.config.password import HASH_FILE
from risk_manager.config.risk import HOLIDAYS_FILE, RISK_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.core.record import Severity
from risk_manager.daemon import ending, refusing_to_start
from risk_manager.daemon.absence import Absence
from risk_manager.daemon.addressees import Addressees
from risk_manager.daemon.admin.door import AdminDoor
from risk_manager.daemon.announcing import Announcing
from risk_manager.daemon.around import Around
from risk_manager.daemon.asked import before
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.door import Door
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.log_file import LogFile
from risk_manager.daemon.logs import Logs
from risk_manager.daemon.mistakes import Mistakes
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.publishing import Publisher
from risk_manager.daemon.pulse import Pulse, Supervisor
from risk_manager.daemon.reloading import Fingerprint, Reloading
from risk_manager.daemon.rights import close_secrets
from risk_manager.daemon.telling import sentences
from risk_manager.daemon.unguarded import unguarded
from risk_manager.daemon.watch import UnknownAccountError, Watch
from risk_manager.gateway.tasks import end, start
from risk_manager.ipc.admin import SOCKET_FILE
from risk_manager.ipc.status import RefusedFiles
from risk_manager.store import Recovered
from risk_manager.store.opening import FILE

DATA: Final = "data"

_READ: Final = (RISK_FILE, ACCOUNTS_FILE, HOLIDAYS_FILE)
_CRITICAL: Final = "CRITICAL: "
_LOUD: Final = (_CRITICAL, "WARNING: ")
_SETTLED_SECONDS: Final = 60.0
_END: Final = "The guard has ended: {why}. Nobody watches the account now."

Say = Callable[[str, datetime | None], None]


class Household:
    """Made within the event loop, after the lease is held; runs once."""

    def __init__(
        self,
        configuration: Configuration,
        folder: Path,
        keeping: Keeping,
        clock: Clock,
        port: int,
        supervisor: Supervisor,
        say: Say,
        seen: Fingerprint,
    ) -> None:
        """`say` is told every sentence for people, and when it was; None: now. `seen` is the fingerprint of the files
        of before the configuration was read: what has changed since is taken."""
        self._supervisor = supervisor
        self._aloud = say
        self._around = Around(self._say)
        self._folder = folder
        self._mistakes = Mistakes()
        log_file = LogFile(config_of(folder))
        self._logs = self._open_logs(log_file, keeping)
        # Started again and again, and people know it: until it guards they hear what is critical, each thing once.
        self._is_known = refusing_to_start.is_repeated(folder, datetime.now(UTC))
        self._addressees = self._open_addressees(partial(keeping.takes, NOTIFICATIONS_FILE))
        for sentence in close_secrets(folder):
            self._say(sentence)
        self._configuration = configuration
        self._stopped = asyncio.Event()
        self.stopped_by: str | None = None
        """Who has ended it; None: nobody yet."""
        self.is_dismissed = False
        """The admin has ended it: it is not to be started again."""
        found = self._recovered(keeping, configuration, clock.now())
        last_words, booted_at = ending.take(folder / DATA), ending.booted_at()
        absence = Absence(found, configuration.settings, clock.now(), self._announce, last_words, booted_at)
        self._watch = watch = Watch(configuration, clock, found.state)
        watch.guard.listen(absence.heard)
        watch.guard.listen(self._tell)
        watch.guard.listen(Announcing(self._addressees.put, watch.guard.state, watch.guard.settings).heard)
        keeping.attach(watch.guard, configuration)
        asked_before = before(folder / DATA / FILE, configuration.settings)
        self._reloading = self._reloads(keeping, configuration, log_file, seen)
        shown = (self._waiting, self._mute, self._unwatched, self._failing, self._refused, self._told)
        picture = Picture(watch.guard, clock, watch.reconnects, absence, asked_before, *shown)
        self._publisher = Publisher(folder / DATA / "status.json", watch.guard, picture, self._say)
        screens = (watch.guard, watch.gateway.status, watch.is_guarding.is_set, picture)
        self._door = Door(*screens, clock, folder / DATA, port, self._say)
        socket, password = folder / DATA / SOCKET_FILE, folder / "config" / HASH_FILE
        reload, backup, stop = self._reloading.reload, keeping.store.backup, self._dismiss
        self._admin_door = AdminDoor(socket, password, watch.guard, clock, reload, backup, stop)
        self._pulse = Pulse(watch.guard, watch.is_guarding.is_set, supervisor)

    def _recovered(self, keeping: Keeping, configuration: Configuration, now: datetime) -> Recovered:
        """What stood when the last guard ended, after saying what there is to say of it."""
        found = keeping.recover(configuration)
        for warning in keeping.store.warnings:
            self._say(warning)
        keeping.store.on_warning = self._say
        for one in unguarded(found, configuration.settings, now):
            (self._announce if one.is_new else self._say_here)(one.says)
        return found

    def runs_on_last_good(self, why: str) -> None:
        """Have it shown that the files do not hold, for `why`, until they do."""
        self._reloading.refused = RefusedFiles(since=datetime.now(UTC), why=why, is_last_good=True)

    def have_told(self, sentence: str) -> None:
        """Have people who are not here told what was said here before."""
        self._spread(sentence)

    def stop(self, by: str) -> None:
        """End the guard in order. `by` is who wants it: "the admin (user 0)". The first one counts."""
        if self.stopped_by is None:
            self.stopped_by = by
            self._announce(f"The guard is stopped by {by}.")
        self._stopped.set()

    def _dismiss(self, by: str) -> None:
        self.is_dismissed = self.stopped_by is None
        self.stop(by)

    async def run(self) -> None:
        """Guard until it is stopped. Raises what the watch ends with, `UnknownAccountError` for one, and what a step of
        the engine raises."""
        asyncio.get_running_loop().set_exception_handler(self._unheard)
        for account in self._configuration.accounts:
            rules = ", ".join(armed.rule.key for armed in account.settings.rules) or "no rule at all"
            self._say(f"Account {account.id} {account.settings.name}".rstrip() + f": {rules}.")
        watching = start(self._watch.run(), "guard: watch")
        stopping = start(self._stopped.wait(), "guard: stop")
        beating = start(self._pulse.run(), "guard: beat")
        around = self._around.run
        others = [
            start(around(self._publisher.run, "What the guard sees is not published any more"), "guard: publish"),
            start(around(self._door.run, "The door for screens is shut"), "guard: door"),
            start(self._watch_files(), "guard: reload"),
            start(around(self._admit, "The admin door is shut"), "guard: admin door"),
            start(around(self._introduce, "It could not be told to all that the guard guards"), "guard: introduce"),
        ]
        try:
            await asyncio.wait([watching, stopping, beating], return_when=asyncio.FIRST_COMPLETED)
            self._supervisor.stopping()
            await end(stopping, *others)
            for one in (watching, beating):
                if one.done():
                    one.result()
            await end(watching, beating)
            self._announce("The guard has stopped. Nobody watches the account now.", Severity.CRITICAL)
        except Exception as error:
            says = _END.format(why=str(error) or type(error).__name__)
            if refusing_to_start.is_news(self._folder, says, datetime.now(UTC)):  # it is started again and again
                self._addressees.said(says, Severity.CRITICAL)
            raise
        finally:
            await asyncio.to_thread(self._addressees.close)
            if self._logs is not None:
                self._logs.close()

    async def _admit(self) -> None:
        try:
            await self._admin_door.run()
        except OSError as error:  # the guard guards all the same
            why = error.strerror
            self._around.fails(
                f"The admin door cannot be opened ({why}): clear, reload and stop do not work by command."
            )

    async def _watch_files(self) -> None:
        try:
            await self._reloading.run()
        except Exception:  # it goes on, to whoever hears of mistakes
            self._say(f"CRITICAL: Changes of {', '.join(_READ)} are not noticed any more. Start the guard again.")
            raise

    def _unwatched(self) -> tuple[str, ...]:
        told = _READ if not self._reloading.is_looking else ()
        return told if self._addressees.is_looking else (*told, NOTIFICATIONS_FILE)

    async def _introduce(self) -> None:
        await self._watch.is_guarding.wait()
        # What is there now stays: looking through it again and again would hold up a close by tens of milliseconds.
        gc.collect()
        gc.freeze()
        self._is_known = False
        self._announce("Guarding.")
        self._pulse.tell()
        await asyncio.sleep(_SETTLED_SECONDS)
        refusing_to_start.forget(self._folder)

    def _open_addressees(self, in_force: Callable[[str], None]) -> Addressees:
        config, data = config_of(self._folder), self._folder / DATA
        opened = Addressees(
            config, self._say_here, lambda: self._watch.is_guarding.is_set(), data=data, in_force=in_force
        )
        opened.begin()
        return opened

    def _reloads(
        self, keeping: Keeping, configuration: Configuration, log_file: LogFile, seen: Fingerprint
    ) -> Reloading:
        read = partial(load_home, self._folder, known_rules())
        read_limits = partial(read, environment=NO_SECRETS, keyring=NO_SECRETS.get)
        guard = self._watch.guard
        return Reloading(self._folder, read, guard, keeping, configuration, read_limits, log_file, seen)

    def _open_logs(self, file: LogFile, keeping: Keeping) -> Logs | None:
        keeping.takes(LOGGING_FILE, file.text)
        if file.trouble is not None:
            self._aloud(f"{file.trouble}\nThe logs are written as usual until that is mended.", None)
        try:
            return Logs(self._folder, file.settings)
        except OSError as error:
            self._around.failing.append(f"No log can be written in {file.settings.folder} ({error.strerror}).")
            self._aloud(f"CRITICAL: {self._around.failing[-1]}", None)
            return None

    def _tell(self, taken: Taken) -> None:
        for sentence in sentences(taken):
            self._aloud(sentence, taken.at)
        if self._logs is not None:
            self._logs.heard(taken)

    def _say(self, sentence: str) -> None:
        """For the people of this machine; what is loud is for all."""
        self._say_here(sentence)
        if sentence.startswith(_LOUD):
            self._spread(sentence)

    def _announce(self, sentence: str, loudness: Severity | None = None) -> None:
        """For all."""
        self._say_here(sentence)
        self._spread(sentence, loudness)

    def _spread(self, sentence: str, loudness: Severity | None = None) -> None:
        """For those who are not here."""
        is_critical = loudness is Severity.CRITICAL or sentence.startswith(_CRITICAL)
        now = datetime.now(UTC)
        if not self._is_known or (is_critical and refusing_to_start.is_other(self._folder, sentence, now)):
            self._addressees.said(sentence, loudness)

    def _failing(self) -> tuple[str, ...]:
        trouble = self._door.trouble
        return (*self._around.failing, trouble) if trouble else tuple(self._around.failing)

    def _refused(self) -> RefusedFiles | None:
        return self._reloading.refused

    def _waiting(self) -> tuple[str, ...]:
        return self._reloading.waiting

    def _mute(self) -> tuple[str, ...]:
        return self._addressees.troubles

    def _told(self) -> tuple[str, ...]:
        return self._addressees.told

    def _say_here(self, sentence: str) -> None:
        self._aloud(sentence, None)
        if self._logs is not None:
            self._logs.say(sentence)

    def _unheard(self, loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        """What tasks failed with; what is a sentence for the admin is said once, by `run`, and without a traceback."""
        if isinstance(told.get("exception"), UnknownAccountError):
            return
        loop.default_exception_handler(told)
        if self._logs is not None and (mistake := self._mistakes.heard(told)) is not None:
            self._logs.mistake(*mistake)
