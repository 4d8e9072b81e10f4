"""Coming in: the password is asked for, by the running guard where there is one, else held against its file."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from risk_manager import home as homes
from risk_manager.config import attempts
from risk_manager.config.password import HASH_FILE, PasswordError, is_set, matches
from risk_manager.core.told_times import named
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import status as published
from risk_manager.ipc.admin import SOCKET_FILE, AdminDoorError, Answer, Call, Login, ask
from risk_manager.ipc.pipe import is_there
from risk_manager.store import lease

NOT_SET = "No admin password is set yet. Set one: risk-manager admin password"
_OLD_AFTER_SECONDS = 5


class RefusedError(Exception):
    """The admin is not let in, or what was asked is not done. The text is the sentence."""


class House:
    """A home as an admin sees it."""

    def __init__(self, given: Path | None) -> None:
        """`given`: as `--home` names it; None: the usual one."""
        self.folder = homes.folder(given)
        inner = self.folder / "config"
        self.config = inner if os.path.isdir(inner) else self.folder  # False too where we may not look
        self.hash = self.config / HASH_FILE
        self.data = self.folder / "data"
        self.socket = self.data / SOCKET_FILE

    def is_guarded(self) -> bool:
        """Whether a guard runs for this home: it holds the lease. To whom that cannot be told, its door is there, or it
        has published something just now; a guard that was killed leaves those, too."""
        is_held = lease.is_held(self.data)
        if is_held is not None:
            return is_held
        if is_there(self.socket):
            return True
        try:
            told = published.read(self.data / "status.json")
        except (OSError, ValueError):
            return False
        return (datetime.now(UTC) - told.at).total_seconds() <= _OLD_AFTER_SECONDS

    def enter(self, *, from_stdin: bool) -> str | None:
        """Ask for the password. The token of the running guard; None where none runs and the password was right.
        Raises RefusedError."""
        return self.let_in(self._password(from_stdin=from_stdin)).token

    def let_in(self, password: str) -> Answer:
        """Hold a password against the running guard, or against its file where none runs: then there is no token in
        the answer. Raises RefusedError."""
        if self.is_guarded():
            answer = self.say(Login(password=password))
            if answer.token is None:
                raise RefusedError(answer.says)
            return answer
        self._check(password)
        return Answer(is_done=True, says="You are in. No guard is running.")

    def enter_alone(self, *, from_stdin: bool) -> None:
        """Ask for the password and hold it against its file, whether or not a guard runs. Raises RefusedError."""
        self._check(self._password(from_stdin=from_stdin))

    def _password(self, *, from_stdin: bool) -> str:
        try:
            is_there = is_set(self.hash)
        except PermissionError:
            raise RefusedError(f"{self.config} may be used by the guard's own user and by root only.") from None
        if not is_there:
            raise RefusedError(NOT_SET)
        return read_password("Admin password: ", from_stdin=from_stdin)

    def _check(self, password: str) -> None:
        """Counted before it is looked at, and one process after the other: neither a kill nor many at once are more
        tries. Raises RefusedError."""
        place = attempts.beside(self.hash)
        with lease.in_turn(self.hash.with_suffix(".lock")):
            now = datetime.now(UTC)
            before = attempts.read(place, now)
            until = before.silence(now)
            if until is not None:
                raise RefusedError(f"After wrong passwords none is looked at before {named(until)}.")
            after = before.and_one(now)
            attempts.keep(place, after)
            try:
                is_right = matches(self.hash, password)
            except PasswordError as error:
                attempts.keep(place, before)
                raise RefusedError(str(error)) from None
            if is_right:
                attempts.keep(place, attempts.NO_ATTEMPTS)
                return
        until = after.silence(now)
        more = f" None is looked at before {named(until)}." if until is not None else ""
        raise RefusedError(f"The password is wrong.{more}")

    def act(self, call: Callable[[str], Call], *, from_stdin: bool) -> Answer | None:
        """Ask for the password, and have the running guard do what `call` makes of its token. None where no guard runs
        and the password was right. Raises RefusedError."""
        token = self.enter(from_stdin=from_stdin)
        return None if token is None else self.say(call(token))

    def say(self, call: Call) -> Answer:
        """Say one thing to the running guard. Raises RefusedError where it cannot be asked."""
        try:
            return asyncio.run(ask(self.socket, call))
        except AdminDoorError as error:
            raise RefusedError(str(error)) from None


def ended(
    house: House,
    call: Callable[[str], Call],
    *,
    from_stdin: bool,
    nobody: str,
    undone: ExitCode = ExitCode.REFUSED,
) -> ExitCode:
    """Have the running guard do something and tell how it ended. `nobody` is told where no guard runs; `undone` is the
    exit code where the guard has not done it."""
    try:
        answer = house.act(call, from_stdin=from_stdin)
    except RefusedError as error:
        tell(str(error))
        return ExitCode.REFUSED
    if answer is None:
        tell(nobody)
        return ExitCode.NOT_RUNNING
    tell(answer.says)
    return ExitCode.FINE if answer.is_done else undone


def read_password(prompt: str, *, from_stdin: bool) -> str:
    """A password: typed and not echoed, or the next line of stdin. Raises RefusedError where there is neither."""
    if from_stdin:
        line = sys.stdin.readline()
        if not line:
            raise RefusedError("--password-stdin: stdin has no line with the password.")
        return line.rstrip("\r\n")
    if not sys.stdin.isatty():
        raise RefusedError("There is no terminal to type the password at. Use --password-stdin in scripts.")
    return getpass.getpass(prompt)


def tell(sentence: str) -> None:
    """Talk goes to stderr: stdout is data."""
    print(sentence, file=sys.stderr)
