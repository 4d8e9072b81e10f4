"""The store as the guard has it: opened, asked what stood, begun with a state, told of every step, closed.

store = open_store(folder, now=clock.now)
recovered = store.recover(settings, read_settings)
guard = Guard(settings, ..., state=recovered.state)
store.begin(guard.state)
guard.listen(store.heard)
...
store.close()
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from risk_manager import __version__
from risk_manager.core.model import AccountId
from risk_manager.core.state import Lock, State
from risk_manager.home import OPEN_WAY, make_folder
from risk_manager.store import backup, lease, opening, recovery, replacement
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.file import File
from risk_manager.store.handover import Announced, Begin, Configure, Watched
from risk_manager.store.hidden import without_secrets
from risk_manager.store.line import Head
from risk_manager.store.opening import FILE, Opened
from risk_manager.store.pace import Pace, ThreadPace
from risk_manager.store.recovery import AnySettings, ReadSettings, Recovered
from risk_manager.store.retention import Keep
from risk_manager.store.scribe import Heard, Scribe
from risk_manager.store.writer import Writer

CLOSE_SECONDS: Final = 5.0


def open_store(
    folder: Path, *, now: Callable[[], datetime], keep: Keep | None = None, pace: Pace | None = None
) -> Store:
    """Open the store of a data folder, or make one. Raises StoreError: another guard holds it, a newer program has
    written it, or nothing can be read or made.

    A damaged file is set aside and the newest good backup taken, and one that is gone counts as damaged: what
    `recover` finds says so. A file that can be read and not written is opened too: the guard needs what stands in it.
    """
    try:
        make_folder(folder, OPEN_WAY)
    except OSError as error:
        raise StoreError(
            StoreTrouble.CANNOT_WRITE, f"The folder {folder} cannot be made ({error.strerror}). Choose another home."
        ) from error
    held = lease.take(folder, now())
    try:
        opened = opening.open_file(folder, now())
    except OSError as error:
        held.release()
        raise StoreError(StoreTrouble.CANNOT_READ, f"The folder {folder} cannot be used: {error}.") from error
    except BaseException:
        held.release()
        raise
    return Store(folder, opened, held, pace or ThreadPace(), now=now, keep=keep or Keep())


class Store:
    """What is durable, and the way there. All methods are for one thread, the guard's own."""

    def __init__(
        self, folder: Path, opened: Opened, held: lease.Lease, pace: Pace, *, now: Callable[[], datetime], keep: Keep
    ) -> None:
        """Use `open_store`."""
        self._folder = folder
        self._opened = opened
        self._lease = held
        self._pace = pace
        self._now = now
        self._keep = keep
        self._recovered: Recovered | None = None
        self._writer: Writer | None = None
        self._announced: Announced | None = None
        self._count = 0
        self._is_closing = False
        self._lacks_backup = not backup.newest_first(folder / backup.FOLDER)
        self._one_backup = threading.Lock()
        self.warnings: list[str] = [*opened.warnings, *([held.why_not] if held.why_not else [])]
        """Sentences that people must hear loudly: what was found at the opening, and backups that failed."""
        self.on_trouble: Callable[[str | None], None] = _no_trouble_told
        """Called in the writer's thread when writing stops being possible (why), and when it works again (None)."""
        self.on_warning: Callable[[str], None] = _no_warning_told
        """Called in a thread of the store's with what has gone wrong without stopping anything: a backup failed."""
        self.on_saved: Callable[[], None] = _no_save_told
        """Called in the writer's thread after each group that has become durable."""

    # At the start

    def recover(self, settings: AnySettings, read_settings: ReadSettings) -> Recovered:
        """The state at the last durable line. `settings` are those of now; `read_settings` reads texts that were once
        in force, and must give the settings of now for texts that it cannot read any more.

        A journal that is broken in what is replayed counts as a damaged file, also that of a backup.
        """
        found: Recovered | None = None
        while found is None:
            try:
                found = self._recover(settings, read_settings)
            except StoreError as error:
                if error.trouble is not StoreTrouble.DAMAGED:
                    raise
                self._opened = opening.begin_anew(self._opened, str(error), self._now())
                self.warnings += self._opened.warnings
        self._recovered = found
        if found.put_back is not None:
            self.warnings.append(found.put_back.sentence)
        return found

    def last_good_configuration(self) -> Mapping[str, str] | None:
        """The texts that were last in force, by the name of their file and without secrets; None: there are none."""
        return self._opened.meta.texts or None

    def begin(self, state: State) -> None:
        """The guard begins with `state`: the recovered one, or one that takes its place. From here on it is written."""
        found = self._recovered
        scribe = Scribe(self._opened.meta.head, found.texts if found is not None else None)
        file = File(self._folder / FILE, self._opened.for_writing())
        self._writer = Writer(
            file,
            scribe,
            self._pace,
            keep=self._keep,
            now=self._now,
            on_trouble=lambda why: self.on_trouble(why),
            on_saved=self._saved,
            on_damage=self._replace_damaged,
            on_gone=self._tell_gone,
            on_reset=self._back_up_soon,
        )
        was = found.was if found is not None else None
        self._writer.put_own(Begin(state, was, __version__, self._now()))
        self._writer.start()

    # While it guards

    def heard(self, heard: Heard) -> None:
        """Take over a step: the listener for the guard. Costs a few microseconds and never waits."""
        writer = self._writer
        assert writer is not None, "begin() comes first"
        self._count += 1
        if self._announced is None:
            writer.put(heard)
            return
        for what in self._announced.take(heard):
            if isinstance(what, Configure):
                writer.put_own(what)
                self._announced = None
            else:
                writer.put(what)

    def remember_configuration(
        self, texts: Mapping[str, str], secrets: Collection[str] = (), *, reloads: int = 0
    ) -> None:
        """These texts are in force from here on. Call it before the guard hears of the reload.

        `reloads`: so many `Reloaded` are put to the guard next, and the texts become durable together with all of them.
        A guard that is killed in between leaves the old texts, and the next one tells every account of the change.
        `secrets` are never written, nor is a key that stands in a text by itself: `hidden.py`.
        """
        assert self._writer is not None, "begin() comes first"
        configure = Configure(without_secrets(texts, secrets), self._now())
        if reloads and self._announced is not None:
            self._announced = self._announced.followed_by(configure, reloads)
        elif reloads:
            self._announced = Announced(configure, reloads)
        else:
            self._writer.put_own(configure)

    @property
    def heard_count(self) -> int:
        """Steps that were handed over since `begin`."""
        return self._count

    @property
    def saved_count(self) -> int:
        """Of those, the steps that are durable."""
        return self._watched.heard_saved

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written now: then nothing may be loosened (no clear, no reload)."""
        return self._watched.trouble

    @property
    def head(self) -> Head:
        """The newest line that is durable."""
        return self._watched.head

    @property
    def saved_state(self) -> State | None:
        """The state that is durable."""
        return self._watched.state

    def is_saved(self, account: AccountId, lock: Lock) -> bool:
        """True when a lock would stand after a power failure now."""
        state = self._watched.state
        return state is not None and account in state.accounts and lock in state.accounts[account].locks

    def backup(self) -> Path:
        """Make a backup now, and wait for it. Raises StoreError. Also made at each reset of an account's own day."""
        with self._one_backup:
            return backup.make(self._folder / FILE, self._folder / backup.FOLDER, self._now(), self._keep.backups)

    # At the end

    def close(self, timeout_seconds: float = CLOSE_SECONDS) -> bool:
        """Write what there is, mark an orderly end, let go of the folder. False where not all could be written."""
        # Whoever closes last folds the log back into the file; a reader that is still there would keep it.
        self._is_closing = True
        self._pace.finish_aside(timeout_seconds)
        is_written = True
        if self._writer is not None:
            is_written = self._writer.stop(timeout_seconds)
            self._pace.finish_aside(timeout_seconds)
        else:
            self._opened.connection.close()
        self._lease.release()
        return is_written

    # In the writer's thread

    def _saved(self) -> None:
        if self._lacks_backup:  # by its backups a database that is deleted is missed, on its first day too
            self._lacks_backup = False
            self._back_up_soon()
        self.on_saved()

    def _tell_gone(self) -> None:
        self._warn(
            f"CRITICAL: The database {self._folder / FILE} was deleted or moved while the guard was writing it. It is "
            "back with all that it held. Whoever did that may write in the guard's folder, and should not."
        )

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        self.on_warning(text)

    def _back_up_soon(self) -> None:
        """Make a backup without waiting for it. One that is being made is enough."""
        if not self._is_closing:
            self._pace.aside(self._back_up, "backup")

    def _back_up(self) -> None:
        try:
            self.backup()
        except StoreError as error:
            self._warn(str(error))

    def _replace_damaged(self) -> Head:
        path = self._folder / FILE
        replacement.of_damaged(path, "It was found while a guard was writing it.", self._now())
        opened = opening.open_file(self._folder, self._now())
        opened.connection.close()
        return opened.meta.head

    def _recover(self, settings: AnySettings, read_settings: ReadSettings) -> Recovered:
        return recovery.recover(self._opened.connection, self._opened.meta, settings, read_settings)

    @property
    def _watched(self) -> Watched:
        return self._writer.watched if self._writer is not None else Watched(head=self._opened.meta.head)


def _no_trouble_told(_why: str | None) -> None: ...


def _no_warning_told(_why: str) -> None: ...


def _no_save_told() -> None: ...
