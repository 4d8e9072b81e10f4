"""The writer: takes in what the guard hands over, and makes it durable in groups, in a thread of its own (`pace.py`).

A hand-over is one append. Everything else (comparing states, encoding, hashing, the disk) happens here, at most 50 ms
later and at once for locks, waivers and enforcement. What cannot be written stays in memory, in order, and is tried
again without end.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from itertools import islice
from typing import Any, Final

from risk_manager.store import lease, meta
from risk_manager.store import line as lines
from risk_manager.store.connection import error_name, is_damage
from risk_manager.store.errors import StoreError
from risk_manager.store.file import File
from risk_manager.store.handover import Begin, Configure, Watched
from risk_manager.store.pace import Pace
from risk_manager.store.retention import Keep, prune
from risk_manager.store.scribe import Entry, Heard, Scribe, is_urgent

HEARTBEAT_SECONDS: Final = 10.0
PRUNE_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 0.25
_RETRY_MOST_SECONDS: Final = 5.0
_TOGETHER: Final = 2_000
"""Entries that go into one transaction at most."""


class Writer:
    """Owns the file while a guard runs."""

    def __init__(
        self,
        file: File,
        scribe: Scribe,
        pace: Pace,
        *,
        keep: Keep,
        now: Callable[[], datetime],
        on_trouble: Callable[[str | None], None],
        on_saved: Callable[[], None],
        on_damage: Callable[[], lines.Head],
        on_gone: Callable[[], None],
        on_reset: Callable[[], None],
    ) -> None:
        """The callbacks are called in the writer's thread. `on_damage` sets a damaged file aside while the guard runs
        and returns the end of the chain in the one that takes its place. `on_gone`: the file had been deleted or moved,
        and is back with all that it held."""
        self.watched = Watched(head=scribe.head)
        self._file = file
        self._scribe = scribe
        self._pace = pace
        self._keep = keep
        self._now = now
        self._on_trouble = on_trouble
        self._on_saved = on_saved
        self._on_damage = on_damage
        self._on_gone = on_gone
        self._on_reset = on_reset
        self._waiting: deque[Any] = deque()
        self._entries: deque[Entry] = deque()
        self._extra: deque[tuple[Callable[[sqlite3.Connection], Any], Future[Any]]] = deque()
        self._retry_at = 0.0
        self._retry_pause = _RETRY_SECONDS
        self._beat_at = 0.0
        self._prune_at = pace.monotonic() + PRUNE_SECONDS

    # The guard's side

    def start(self) -> None:
        """Begin to write."""
        self._pace.begin(lambda: self._watched_over(self._turn), lambda: self._watched_over(self._end))

    def put(self, heard: Heard) -> None:
        """Take over a step. Costs an append, and a wake-up where it is urgent."""
        self._waiting.append(heard)
        self._pace.hurry(is_urgent=is_urgent(heard.step, heard.event))

    def put_own(self, what: Begin | Configure) -> None:
        """Take over what is no step, in its place among them."""
        self._waiting.append(what)
        self._pace.hurry(is_urgent=True)

    def ask(self, work: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        """Have something done with the connection, between two groups."""
        future: Future[Any] = Future()
        self._extra.append((work, future))
        self._pace.hurry(is_urgent=True)
        return future

    def stop(self, timeout_seconds: float) -> bool:
        """Write what there is, and end. False where that did not work out in time: the rest is lost."""
        return self._pace.finish(timeout_seconds) and not self._entries

    # The writer's own side

    def _watched_over(self, turn: Callable[[], None]) -> None:
        try:
            turn()
        except BaseException as error:
            # A bug: the thread is gone. The guard goes on from memory and must hear of it.
            self.watched.trouble = f"The writer of the database has ended with {type(error).__name__}: {error}"
            self._on_trouble(self.watched.trouble)
            raise

    def _turn(self) -> None:
        self._take_in()
        now = self._pace.monotonic()
        if now < self._retry_at:
            return
        if self._entries or now >= self._beat_at:
            self._save(now)
        if not self._entries:
            self.watched.heard_saved = self._scribe.heard
        while self._extra and self.watched.trouble is None:
            work, future = self._extra.popleft()
            try:
                future.set_result(work(self._file.connection()))
            except sqlite3.Error as error:
                future.set_exception(error)
        if now >= self._prune_at and self.watched.trouble is None:
            self._prune(now)

    def _take_in(self) -> None:
        waiting = self._waiting
        while waiting:
            one = waiting.popleft()
            entry: Entry | None
            if isinstance(one, Begin):
                entry = self._scribe.begin(one.state, one.was, one.version, one.at)
                entry.statements.extend([meta.put_clean(is_clean=False), meta.put_holder(lease.here())])
            elif isinstance(one, Configure):
                entry = self._scribe.configure(one.texts, one.at, one.steps)
                entry.statements.append(meta.put_texts(one.texts))
            else:
                entry = self._scribe.hear(one)
            if entry is not None:
                self._entries.append(entry)
            self._pace.breathe(len(waiting))

    def _save(self, now: float) -> None:
        """Write what there is, in transactions of a bearable size, the oldest first."""
        try:
            if now >= self._beat_at and not self._is_in_place(now):
                return
            if self.watched.trouble is not None:
                self._skip_written()
            while True:
                group = list(islice(self._entries, _TOGETHER))
                statements = [statement for entry in group for statement in entry.statements]
                if group:
                    statements.append(meta.put_head(group[-1].head))
                if now >= self._beat_at:
                    statements.append(meta.put_heartbeat(self._now()))
                self._file.write(statements, self._pace.breathe)
                self._saved(group, now)
                if not self._entries:
                    return
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError):
            raise  # Not the disk but a bug, or another writer: trying again would never end.
        except sqlite3.Error as error:
            self._failed(error, now)

    def _is_in_place(self, now: float) -> bool:
        """Put a file back that has lost its name. False where that does not work."""
        if self._file.is_in_place():
            return True
        try:
            self._file.put_back()
        except (OSError, sqlite3.Error) as error:
            self._wait(f"it was deleted or moved, and cannot be put back: {error}", now)
            return False
        self._on_gone()
        return True

    def _skip_written(self) -> None:
        """A commit that was reported as failed may be on the disk all the same."""
        head = meta.read(self._file.connection()).head
        while self._entries and self._entries[0].head.seq <= head.seq:
            assert self._entries[0].head.seq < head.seq or self._entries[0].head == head
            self._saved([self._entries[0]], 0.0)

    def _saved(self, group: list[Entry], now: float) -> None:
        for _ in group:
            self._entries.popleft()
        self._beat_at = max(self._beat_at, now + HEARTBEAT_SECONDS) if now >= self._beat_at else self._beat_at
        if group:
            last = group[-1]
            # The count last: who sees it in the other thread finds the rest there.
            self.watched.state, self.watched.head, self.watched.heard_saved = last.state, last.head, last.heard
        self._retry_pause, self._retry_at = _RETRY_SECONDS, 0.0
        self._scribe.samples = True
        if self.watched.trouble is not None and not self._entries:
            self.watched.trouble = None
            self._on_trouble(None)
        if group:
            self._on_saved()
        if any(entry.is_reset for entry in group):
            self._on_reset()

    def _failed(self, error: sqlite3.Error, now: float) -> None:
        why = f"{error} ({error_name(error)})"
        self._file.roll_back()
        if is_damage(error) and self._scribe.state is not None:
            try:
                self._begin_anew(error)
                return
            except (StoreError, OSError) as trouble:
                why = f"{why}, and nothing can take its place: {trouble}"
        self._file.close()
        self._wait(why, now)

    def _wait(self, why: str, now: float) -> None:
        """Nothing can be written now: say so once, and try again later."""
        self._retry_at = now + self._retry_pause
        self._retry_pause = min(_RETRY_MOST_SECONDS, self._retry_pause * 2)
        self._scribe.samples = False
        if self.watched.trouble is None:
            self.watched.trouble = (
                f"The database {self._file.path} cannot be written: {why}. What is in force goes on from memory, "
                "nothing is loosened, and writing is tried again."
            )
            self._on_trouble(self.watched.trouble)

    def _begin_anew(self, error: sqlite3.Error) -> None:
        """The file is damaged under our hands: another takes its place, and the state in memory is written to it."""
        assert self._scribe.state is not None
        self._file.close()
        self._scribe.head = self._on_damage()
        self._on_trouble(f"The database {self._file.path} is damaged: {error}. It is set aside and begun anew.")
        self._entries.clear()
        self._entries.append(self._scribe.begin(self._scribe.state, None, "", self._now()))

    def _prune(self, now: float) -> None:
        def bite() -> bool:
            connection = self._file.connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                is_more = prune(connection, self._keep, self._now())
                connection.execute("COMMIT")
            except BaseException:
                self._file.roll_back()
                raise
            return is_more

        try:
            is_more = bite()
        except sqlite3.Error as error:
            self._failed(error, now)
            is_more = False
        self._prune_at = now + (1.0 if is_more else PRUNE_SECONDS)

    def _end(self) -> None:
        self._take_in()
        if self._scribe.state is not None:
            entry = self._scribe.keep_state()
            if entry is not None:
                self._entries.append(entry)
            stopped = self._scribe.note(lines.STOPPED, {}, self._now())
            stopped.statements.append(meta.put_clean(is_clean=True))
            self._entries.append(stopped)
        self._beat_at = 0.0
        self._save(self._pace.monotonic())
        for _, future in self._extra:
            future.cancel()
        self._file.close()
