"""`risk-manager admin logs`: the newest lines of a log, and what comes next."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from cyclopts import Parameter, validators

from risk_manager.config import ConfigError
from risk_manager.config.logs import LogSettings, read_log_settings
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import House, tell

Which = Literal["daemon", "enforcement", "api", "error"]
NAMES: Final[tuple[Which, ...]] = ("daemon", "enforcement", "api", "error")
_LOOK_SECONDS: Final = 0.25


def run(
    *,
    which: Which = "daemon",
    lines: Annotated[int, Parameter(name=["--lines", "-n"], validator=validators.Number(gte=0, lte=1_000_000))] = 40,
    follow: bool = False,
    home: Path | None = None,
    json: bool = False,
) -> int:
    """Show the newest lines of a log.

    Parameters
    ----------
    which
        daemon: all of it. enforcement: what was asked of the broker. api: who used the admin's door. error: what went
        wrong.
    lines
        How many.
    follow
        Go on with what comes, until Ctrl+C.
    home
        The guard's home folder.
    json
        A JSON object a line, for other programs.
    """
    path = place(House(home), which)
    if not path.exists() and not follow:
        tell(f"There is no {path}: nothing has been written to it yet.")
        return ExitCode.NOT_RUNNING
    tail = Tail(path)
    for line in tail.newest(lines):
        _print(which, line, json=json)
    while follow:
        time.sleep(_LOOK_SECONDS)
        for line in tail.more():
            _print(which, line, json=json)
    return ExitCode.FINE


def place(house: House, which: Which) -> Path:
    """Where this log is."""
    try:
        settings = read_log_settings(house.config)
    except ConfigError:
        settings = LogSettings()  # so does the guard
    return house.folder / settings.folder / f"{which}.log"


class Tail:
    """The end of a file that others write to and put aside. It is open only while it is read: on Windows an open file
    cannot be put aside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._read = 0
        self._rest = b""

    def newest(self, most: int) -> list[str]:
        """The newest lines, from files that were put aside too; `more` goes on behind them."""
        found: deque[str] = deque(self.more(), maxlen=most)
        number = 1
        while len(found) < most and (older := self._path.with_name(f"{self._path.name}.{number}")).exists():
            lines = older.read_text(encoding="utf-8", errors="replace").splitlines()
            found.extendleft(reversed(lines[-(most - len(found)) :]))
            number += 1
        return list(found)

    def more(self) -> Iterator[str]:
        """The lines that have come since."""
        try:
            now = self._path.stat()
        except OSError:
            return
        if self._file is not None and (self._file != now.st_ino or now.st_size < self._read):
            yield from self._left_behind()
            self._read, self._rest = 0, b""
        self._file = now.st_ino
        yield from self._lines(self._path)

    def _left_behind(self) -> Iterator[str]:
        """What was written to the file after the last look and before it was put aside."""
        aside = self._path.with_name(f"{self._path.name}.1")
        if aside.exists() and aside.stat().st_ino == self._file:
            yield from self._lines(aside)

    def _lines(self, path: Path) -> Iterator[str]:
        try:
            with path.open("rb") as file:
                file.seek(self._read)
                content = file.read()
        except OSError:
            return
        self._read += len(content)
        *whole, self._rest = (self._rest + content).split(b"\n")
        yield from (line.decode(errors="replace").rstrip("\r") for line in whole)


def _print(which: str, line: str, *, json: bool) -> None:
    if json and not line.startswith("{"):
        line = msgspec.json.encode({"log": which, "line": line}).decode()
    print(line, flush=True)
