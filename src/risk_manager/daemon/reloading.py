"""Other settings while the guard runs: read from the home when its files change, checked as a whole, applied at once.

What does not hold is refused with its reasons, and the running settings stay. The login and the list of accounts are
what the guard has connected with: another one waits until it is started again, and the rest of the files is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from risk_manager.config import ConfigError, Configuration, changed_rules
from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.changes import changes_of_files
from risk_manager.config.home import config_of
from risk_manager.config.logs import LOGGING_FILE
from risk_manager.config.staying import as_far_as_it_runs, waiting
from risk_manager.core.events import Reloaded, ReloadRefused
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from risk_manager.daemon.log_file import LogFile
from risk_manager.ipc.status import RefusedFiles

PAUSE_SECONDS: Final = 0.5
"""Between two looks at the files. A file counts when two looks in a row have found the same: an editor writes in
parts."""

_HANGS_SECONDS: Final = 15.0
"""So long no look takes: of a disk, or of a keyring that is asked for the key."""
_SUFFIXES: Final = (".yaml", ".yml", ".json")
_FOR_A_START: Final = frozenset({Path(ACCOUNTS_FILE).stem, Path(LOGGING_FILE).stem})
"""Files of which another one may wait for the next start."""

_NEXT_START: Final = "It is written, and in force at the next start of the guard."
_MISTAKE: Final = "The files cannot be read, by a mistake of the guard's own. Take back what was written last"
_UNSAVED: Final = "Nothing can be saved now, so nothing is loosened: no reload before writing works again."

Fingerprint = tuple[tuple[str, int, int, int], ...]


class Reload(msgspec.Struct, frozen=True):
    """How a reload ended."""

    is_applied: bool
    says: str
    """One sentence, or one a problem."""
    changed: Mapping[int, tuple[str, ...]] = {}
    """By account: the rules whose settings are others now."""


class Reloading:
    """The configuration of a running guard and the home that it comes from."""

    def __init__(
        self,
        home: Path,
        read: Callable[[], Configuration],
        guard: Guard,
        keeping: Keeping,
        configuration: Configuration,
        read_limits: Callable[[], Configuration] | None = None,
        log_file: LogFile | None = None,
        seen: Fingerprint | None = None,
    ) -> None:
        """`read` gives the configuration of the home and raises ConfigError; it is called in a thread of its own, and
        so is `read_limits`, which looks up no secret. Without a `log_file` nobody is told that another one waits.
        `seen` is the fingerprint of before `configuration` was read; without it that of now."""
        self._home = home
        self._read = read
        self._read_limits = read_limits or read
        self._guard = guard
        self._keeping = keeping
        self._running = configuration
        self._log_file = log_file
        self._last_texts = {**configuration.texts, LOGGING_FILE: log_file.text if log_file is not None else ""}
        """What was last read and told of; it may wait for the next start."""
        self._seen = seen if seen is not None else fingerprint(home)
        self._turn = asyncio.Lock()
        self._looked_at: float | None = None
        """By the loop's clock; None: it has not begun."""
        self.waiting: tuple[str, ...] = ()
        """What of the files is in force at the next start only, a sentence each."""
        self.refused: RefusedFiles | None = None
        """Set while the files do not hold."""

    async def run(self) -> None:
        """Apply what changes in the files, until cancelled."""
        last, loop = self._seen, asyncio.get_running_loop()
        while True:
            self._looked_at = loop.time()
            await asyncio.sleep(PAUSE_SECONDS)
            now = fingerprint(self._home)
            if now != self._seen and now == last:
                await self.reload()
            last = now

    @property
    def is_looking(self) -> bool:
        """False where what changes in the files is not noticed any more: it has ended, or hangs over one of them."""
        looked_at = self._looked_at
        return looked_at is None or asyncio.get_running_loop().time() - looked_at < _HANGS_SECONDS

    async def reload(self) -> Reload:
        """Read the files now and put what they say in force, or say why not."""
        async with self._turn:
            self._seen = fingerprint(self._home)
            if self._guard.state.unsaved:
                self._seen = ()  # tried again until it can be saved
                return Reload(False, _UNSAVED)
            try:
                # Reading takes tens of milliseconds, and a close must not wait for them.
                wanted, troubles, log_text = await asyncio.to_thread(self._look)
                taken = await asyncio.to_thread(as_far_as_it_runs, self._running, wanted)
            except ConfigError as error:
                return self._refused(str(error))
            except Exception as error:  # noqa: BLE001  whatever a file brings about, the next one must be read
                return self._refused(f"{_MISTAKE} ({type(error).__name__}).")
            self.refused = None
            later = (*waiting(self._running, wanted), *troubles)
            last, self._last_texts = self._last_texts, {**wanted.texts, LOGGING_FILE: log_text}
            if not later:
                return self._told_of_what_waits(later, (), self._apply(taken, changes_of_files(last, self._last_texts)))
            edits = changes_of_files(_waiting(last), _waiting(self._last_texts))
            others = changes_of_files(_at_once(last), _at_once(self._last_texts))
            return self._told_of_what_waits(later, edits, self._apply(taken, others))

    def _look(self) -> tuple[Configuration, tuple[str, ...], str]:
        """What the files say, with a login of which nothing is known where only its secret is not there; what cannot be
        taken now, a sentence each; and what logging.yaml says."""
        waits, log_text = self._log_file.look() if self._log_file is not None else (None, "")
        later = (waits,) if waits is not None else ()
        try:
            return self._read(), later, log_text
        except ConfigError as error:
            limits = self._read_limits()  # raises where more is wrong
            trouble = f"The login cannot be used, and no guard would start with it: {error}"
            return replace(limits, login=self._running.login), (trouble, *later), log_text

    def _told_of_what_waits(self, later: tuple[str, ...], edits: tuple[str, ...], ended: Reload) -> Reload:
        is_told, self.waiting = later == self.waiting, later
        if not later:
            return ended
        why = " ".join((*later, _NEXT_START))
        if edits or not is_told:
            edited = f" Edited: {'; '.join(edits)}." if edits else ""
            self._guard.put(ReloadRefused(why=f"{why}{edited}", is_part=True))
        return replace(ended, says=f"{why} {ended.says}" if ended.changed else why)

    def _refused(self, why: str) -> Reload:
        self._guard.put(ReloadRefused(why=why))
        before = self.refused or RefusedFiles(since=self._guard.state.now, why=why)
        self.refused = replace(before, why=why)
        return Reload(False, why)

    def _apply(self, wanted: Configuration, edits: tuple[str, ...]) -> Reload:
        """Put it in force. `edits` are for the record where nothing of it changes what the guard does."""
        before = self._running.settings
        others = [key for key, settings in wanted.settings.items() if settings != before[key]]
        if not others:
            self._running = wanted
            if edits:
                self._keeping.announce(wanted, 1)
                self._guard.put(Reloaded(account=next(iter(before)), edits=edits))
            return Reload(True, "Nothing in the files changes what the guard does.")
        edits = changes_of_files(self._running.texts, wanted.texts)
        reloads = [
            Reloaded(account=key, changed=changed_rules(before[key], wanted.settings[key]), edits=edits)
            for key in others
        ]
        self._keeping.announce(wanted, len(reloads))
        self._running = wanted
        # All of them first: what is due for one account is judged while another is told, and a replay has it so.
        self._guard.settings.update({key: wanted.settings[key] for key in others})
        for event in reloads:
            self._guard.put(event)
        changed = {event.account: event.changed for event in reloads}
        names = sorted({rule for rules in changed.values() for rule in rules})
        return Reload(True, f"The new settings are in force. Changed: {', '.join(names) or 'no rule'}.", changed)


def _waiting(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if Path(name).stem in _FOR_A_START}


def _at_once(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if Path(name).stem not in _FOR_A_START}


def fingerprint(home: Path) -> Fingerprint:
    """What tells whether a configuration file of a home has changed, or who may read it: no content. Nothing for a
    folder that cannot be looked into; then the reload says why."""
    try:
        paths = sorted(path for path in config_of(home).iterdir() if path.suffix in _SUFFIXES)
        told = [(path.name, path.stat()) for path in paths]
    except OSError:
        return ()
    return tuple((name, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for name, one in told)
