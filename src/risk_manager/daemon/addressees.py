"""Who is told: the admin's file and the trader's own, put in force while the guard runs, and the notifier behind them.

The trader's file lies in the trader's folder, and what looking there costs is the trader's to decide: nobody waits.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from msgspec.structs import replace

from risk_manager.config import ConfigError
from risk_manager.config import own_notifications as own
from risk_manager.config.channels import Channel, Event
from risk_manager.config.notifications import NOTIFICATIONS_FILE, Notifications, read_notifications
from risk_manager.core.record import Severity
from risk_manager.daemon.file_watch import FileWatch
from risk_manager.ipc.status import OWN
from risk_manager.notify.channel import Plan
from risk_manager.notify.heartbeat import Beat
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.notifier import Notifier
from risk_manager.notify.speaking import speaker
from risk_manager.notify.taste import Rest, Taste
from risk_manager.notify.untold import FILE, Untold

T = TypeVar("T")
_FIRST_LOOK_SECONDS: Final = 0.5
_CLOSE_SECONDS: Final = 2.0
_LOUDNESS: Final = {"CRITICAL": Severity.CRITICAL, "WARNING": Severity.WARNING}


class Addressees:
    """All who are told. Made in the guard's loop."""

    def __init__(
        self,
        config: Path,
        say: Callable[[str], None],
        is_guarding: Callable[[], bool],
        environment: Mapping[str, str] = os.environ,
        make_line: Callable[[], Line] = Line,
        data: Path | None = None,
        in_force: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`say` puts a sentence where people of this machine look; whatever it is told is told here, too. `data` is
        where what nobody took is kept for the next guard; without it an end loses it. `in_force` is told the text of
        the admin's file whenever another one is in force; an empty one: nothing is."""
        self._say = say
        self._config = config
        self._in_force = in_force
        self._home = asyncio.get_running_loop()
        self._notifier = Notifier(
            self._report, is_guarding, make_line, untold=Untold(data / FILE) if data is not None else None
        )
        self._chosen = Notifications()
        self._own: tuple[Channel, ...] = ()
        self._own_in_trouble: set[str] = set()
        """The trader's channels whose trouble the log has, since the trader's file was read last."""
        self._own_trouble: str | None = None
        read = partial(read_notifications, config, environment)
        self._files = FileWatch("notifications", self._prints, read, partial(self._later, self._taken))
        self._own_file = FileWatch(
            "the trader's notifications",
            lambda: _print(self._own_place()),
            lambda: own.read_own(self._own_place()),
            partial(self._later, self._own_taken),
        )

    @property
    def troubles(self) -> tuple[str, ...]:
        """Which channels take nothing now and why, and why the trader's own file is not read, a sentence each."""
        own_trouble = (self._own_trouble,) if self._own_trouble is not None else ()
        return (*(f"{name}: {why}." for name, why in sorted(self._notifier.troubles.items())), *own_trouble)

    @property
    def told(self) -> tuple[str, ...]:
        """The names of all channels in force; those of the trader begin with OWN."""
        return tuple(one.name for one in (*self._chosen.channels, *self._own_ones()))

    @property
    def is_looking(self) -> bool:
        """Whether a change of the admin's file is noticed."""
        return self._files.is_looking

    def begin(self) -> None:
        """Read the files, and begin to tell. What does not hold is said, and the rest goes on."""
        self._notifier.start()
        chosen = self._files.begin(_FIRST_LOOK_SECONDS)
        if isinstance(chosen, ConfigError):
            self._say(f"CRITICAL: {NOTIFICATIONS_FILE} does not hold, so it has nobody told:\n{chosen}")
            self._in_force("")
        elif chosen is not None:
            self._chosen = chosen
            self._in_force(chosen.text.reveal())
        channels = self._own_file.begin(_FIRST_LOOK_SECONDS)
        if isinstance(channels, ConfigError):
            self._own_trouble = _own_trouble(channels)
            self._say(f"WARNING: the trader's own notifications do not hold, so nobody is told by them:\n{channels}")
        elif channels is not None:
            self._own = channels
        self._choose()

    def put(self, notice: Notice) -> None:
        """Have people told; never waited for."""
        self._notifier.put(notice)

    def said(self, sentence: str, loudness: Severity | None = None) -> None:
        """Have a sentence about the guard itself told: as loud as its first word says, where nothing else is said."""
        word, _, rest = sentence.partition(": ")
        is_marked = word in _LOUDNESS and bool(rest)
        self.put(
            Notice(
                severity=loudness or (_LOUDNESS[word] if is_marked else Severity.INFO),
                event=Event.GUARD.value,
                at=datetime.now(UTC),
                says=rest if is_marked else sentence,
            )
        )

    def close(self) -> None:
        """Tell what waits, for a short while, and end."""
        self._files.end()
        self._own_file.end()
        self._notifier.close(_CLOSE_SECONDS)

    # The files

    def _prints(self) -> object:
        return [_print(path.resolve()) for path in sorted(self._config.glob(f"{Path(NOTIFICATIONS_FILE).stem}.*"))]

    def _own_place(self) -> Path:
        return self._chosen.trader_file or own.place()

    def _later(self, taken: Callable[[T], None], told: T) -> None:
        with suppress(RuntimeError):  # the guard has ended
            self._home.call_soon_threadsafe(taken, told)

    def _taken(self, told: Notifications | ConfigError) -> None:
        if isinstance(told, ConfigError):
            self._refused(NOTIFICATIONS_FILE, told)
            return
        self._chosen = told
        self._choose()
        self._in_force(told.text.reveal())
        self._note(f"{NOTIFICATIONS_FILE} is in force. Told are: {_listed(told.channels)}.")

    def _own_taken(self, told: tuple[Channel, ...] | ConfigError) -> None:
        self._own_trouble = _own_trouble(told) if isinstance(told, ConfigError) else None
        if isinstance(told, ConfigError):
            self._refused("The trader's own file", told)
        elif told or self._own:
            self._own = told
            self._own_in_trouble.clear()
            self._choose()
            self._note(f"The trader's own notifications are in force. Told are: {_listed(told)}.")

    def _refused(self, what: str, error: ConfigError) -> None:
        self._note(f"WARNING: {what} does not hold, so who is told stays as it was:\n{error}")

    def _choose(self) -> None:
        mine = [plan_of(one, is_own=True) for one in self._own_ones()]
        heart = self._chosen.heartbeat
        beat = Beat(heart.ping_url.reveal(), heart.every_seconds) if heart is not None else None
        self._notifier.choose([*map(plan_of, self._chosen.channels), *mine], beat)

    def _own_ones(self) -> tuple[Channel, ...]:
        return tuple(replace(one, name=f"{OWN}{one.name}") for one in self._own)

    def _report(self, name: str, sentence: str, is_well: bool) -> None:
        """That a channel takes nothing is told on the others; of the trader's own, on the trader's only."""
        if name.startswith(OWN):
            self._report_own(name, sentence, is_well)
            return
        self._note(sentence if is_well else f"WARNING: {sentence}", Event.ALERT, name)

    def _report_own(self, name: str, sentence: str, is_well: bool) -> None:
        if not is_well and name not in self._own_in_trouble:
            self._own_in_trouble.add(name)
            self._say(f"WARNING: {sentence}")
        severity, at = Severity.INFO if is_well else Severity.WARNING, datetime.now(UTC)
        event = Event.ALERT.value
        self.put(Notice(severity=severity, event=event, at=at, says=sentence, not_to=name, is_for_own=True))

    def _note(self, sentence: str, event: Event = Event.SETTINGS, not_to: str = "") -> None:
        self._say(sentence)
        word, _, rest = sentence.partition(": ")
        severity, says = (Severity.WARNING, rest) if word == "WARNING" else (Severity.INFO, sentence)
        self.put(Notice(severity=severity, event=event.value, at=datetime.now(UTC), says=says, not_to=not_to))


def plan_of(channel: Channel, *, is_own: bool = False) -> Plan:
    """A channel of the files as the notifier takes it; `is_own`: it is of the trader's file."""
    hours = channel.quiet_hours
    rest = Rest(hours.start, hours.end, hours.timezone) if hours is not None else None
    return Plan(
        name=channel.name,
        kind=channel.kind.value,
        speaker=speaker(channel.kind.value, channel.secret.reveal(), channel.chat_id, channel.api_url),
        taste=Taste(channel.severity, frozenset(one.value for one in channel.events), rest),
        mark=channel,
        is_own=is_own,
    )


def _own_trouble(error: ConfigError) -> str:
    said = " ".join(str(error).split())
    return f"The trader's own file does not hold: {said}"


def _print(path: Path) -> tuple[str, ...]:
    """What is another one when the file, its rights or the way to it are others."""
    try:
        told = path.lstat()
    except OSError as error:
        return str(path), str(error.errno)
    return str(path), f"{told.st_size} {told.st_mtime_ns} {told.st_ctime_ns}"


def _listed(channels: tuple[Channel, ...]) -> str:
    return ", ".join(one.name for one in channels) or "nobody"
