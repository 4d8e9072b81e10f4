"""Four logs for people and tools: all of it, what was done to orders and positions, who used a door, what went wrong.

A thread of its own writes them, so that a slow disk holds nothing up; what it cannot write is said once on stderr and
never waited for.
"""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.config.logs import Format, LogSettings
from risk_manager.core.commands import Fetch
from risk_manager.core.events import AdminActed, CommandAccepted, CommandHeld, CommandLost, CommandRefused
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.telling import Said, act, in_words, said
from risk_manager.home import FOR_ITS_GROUP, LOG_FILE, make_folder

DAEMON, ENFORCEMENT, API, ERROR = "daemon", "enforcement", "api", "error"
_MEGABYTE: Final = 1024 * 1024
_QUEUED_MOST: Final = 10_000
"""Lines that may wait for the disk; more are dropped, and the journal has them anyway."""
_Ended = CommandAccepted | CommandRefused | CommandLost | CommandHeld
_HELD: Final = "The guard has not sent the request to"
_ENDED: Final[dict[type, str]] = {
    CommandAccepted: "The broker has taken the request to",
    CommandRefused: "The broker refused to",
    CommandLost: "Nobody knows whether the broker got the request to",
    CommandHeld: _HELD,
}


_LEVELS: Final = {"CRITICAL": logging.CRITICAL, "WARNING": logging.WARNING, "INFO": logging.INFO}


def _levelled(sentence: str, *, is_loud: bool) -> tuple[int, str]:
    """The level that a sentence begins with, and the rest of it: a line says its level once."""
    word, _, rest = sentence.partition(": ")
    if word in _LEVELS and rest:
        return _LEVELS[word], rest
    return (logging.ERROR if is_loud else logging.INFO), sentence


class _Lines(logging.Formatter):
    """One line a record: text, or JSON with what belongs to it."""

    def __init__(self, how: Format) -> None:
        super().__init__()
        self._how = how

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        more: Mapping[str, object] = getattr(record, "more", {})
        text = record.getMessage().replace("\n", " | ")
        if self._how is Format.JSON:
            line = {"at": at, "level": record.levelname.lower(), "log": record.name, "text": text, **more}
            return msgspec.json.encode(line).decode()
        about = "".join(f" [{name} {value}]" for name, value in more.items())
        return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z {record.levelname:<8}{about} {text}"


class _File(RotatingFileHandler):
    """A log that only its owner may write, and at most its group may read."""

    def _open(self) -> TextIOWrapper:
        return open(
            self.baseFilename,
            "a",
            encoding=self.encoding,
            opener=lambda name, flags: os.open(name, flags, LOG_FILE),
        )


class _Dropping(QueueHandler):
    """Drops what does not fit into the queue: nothing may wait for a log."""

    def enqueue(self, record: logging.LogRecord) -> None:
        with suppress(queue.Full):
            self.queue.put_nowait(record)


class Logs:
    """The logs of a running guard. Close them: what is queued is written then."""

    def __init__(self, home: Path, settings: LogSettings) -> None:
        """Open them. Raises OSError where the folder cannot be written."""
        folder = home / settings.folder
        make_folder(folder, FOR_ITS_GROUP)
        waiting: queue.Queue[logging.LogRecord] = queue.Queue(_QUEUED_MOST)
        files = []
        for name in (DAEMON, ENFORCEMENT, API, ERROR):
            file = _File(
                folder / f"{name}.log",
                maxBytes=settings.size_mb * _MEGABYTE,
                backupCount=settings.keep,
                encoding="utf-8",
                delay=True,
            )
            file.setFormatter(_Lines(settings.format))
            file.addFilter(_only(name))
            files.append(file)
        self._queue = _Dropping(waiting)
        self._listener = QueueListener(waiting, *files)
        self._level = getattr(logging, settings.level.name)
        self._listener.start()

    def close(self) -> None:
        """Write what is queued, and let go of the files."""
        self._listener.stop()
        for file in self._listener.handlers:
            file.close()

    def heard(self, taken: Taken) -> None:
        """A step of the guard, as sentences."""
        for one in said(taken):
            level, words = _levelled(one.text, is_loud=one.is_loud)
            self._write(DAEMON, level, taken.at, one._replace(text=words))
            if one.is_loud:
                self._write(ERROR, level, taken.at, one._replace(text=words))
        for command in taken.step.commands:
            if not isinstance(command, Fetch):
                self._write(ENFORCEMENT, logging.INFO, taken.at, Said(act(command), command.account))
        if isinstance(taken.event, _Ended) and not isinstance(taken.event.command, Fetch):
            why = getattr(taken.event, "why", "")
            how = _HELD if isinstance(taken.event, CommandLost) and not taken.event.left else _ENDED[type(taken.event)]
            words = f"{how} {in_words(taken.event.command)}{f': {why}' if why else ''}"
            ended = Said(words, taken.event.account)
            level = logging.INFO if isinstance(taken.event, CommandAccepted) else logging.WARNING
            self._write(ENFORCEMENT, level, taken.at, ended)
        if isinstance(taken.event, AdminActed):
            level = logging.WARNING if taken.event.is_refused else logging.INFO
            how = "refused" if taken.event.is_refused else "done"
            self._write(API, level, taken.at, Said(f"user {taken.event.user}, {how}: {taken.event.what}"))

    def say(self, sentence: str) -> None:
        """Something about the guard itself."""
        is_loud = sentence.startswith("CRITICAL")
        level, words = _levelled(sentence, is_loud=is_loud)
        for name in (DAEMON, ERROR) if is_loud else (DAEMON,):
            self._write(name, level, datetime.now(UTC), Said(words))

    def mistake(self, says: str, where: str) -> None:
        """A mistake of the guard's own: the sentence, and in the log of what went wrong also where it happened."""
        now = datetime.now(UTC)
        self._write(DAEMON, logging.ERROR, now, Said(says))
        self._write(ERROR, logging.ERROR, now, Said(f"{says}\n{where}".rstrip()))

    def _write(self, name: str, level: int, at: datetime, one: Said) -> None:
        if level < self._level:
            return
        record = logging.LogRecord(name, level, "", 0, one.text, None, None)
        record.created = at.timestamp()
        record.more = {key: value for key, value in (("account", one.account), ("rule", one.rule)) if value is not None}
        self._queue.handle(record)


def _only(name: str) -> logging.Filter:
    return logging.Filter(name)
