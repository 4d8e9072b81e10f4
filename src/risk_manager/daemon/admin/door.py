"""A door for the guard's own user and the machine's administrators, and the password besides: a Unix socket, on Windows
a named pipe.

TCP reaches every user of the machine, this door does not: the system says who asks. Every attempt and every act is an
event, so that it is in the journal and on the screens.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.config import attempts
from risk_manager.config.password import PasswordError, matches, set_password
from risk_manager.core import locks
from risk_manager.core.events import AdminActed, Cleared
from risk_manager.core.told_times import named
from risk_manager.daemon.admin import pipe
from risk_manager.daemon.admin.gate import IN_SILENCE, LOGS_IN, WRONG, Gate
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.reloading import Reload as Reloaded
from risk_manager.ipc.admin import LINE_MAX, TOKEN_ENDED, Answer, Backup, Call, Clear, Login, Reload, SetPassword, Stop
from risk_manager.store import StoreError

_PEER: Final = struct.Struct("3i")
_OWNER_ONLY: Final = 0o600
_IDLE_SECONDS: Final = 30.0
_ROOT: Final = 0
_WHY_MOST: Final = 500
_calls = msgspec.json.Decoder(Call)


class AdminDoor:
    """The admin's calls, one after the other."""

    def __init__(
        self,
        path: Path,
        password_file: Path,
        guard: Guard,
        clock: Clock,
        reload: Callable[[], Awaitable[Reloaded]],
        backup: Callable[[], Path],
        stop: Callable[[str], None],
    ) -> None:
        """`backup` makes one, in a thread of its own, and raises StoreError; `stop` ends the guard
        in order, and is told by whom."""
        self._path = path
        self._password_file = password_file
        self._guard = guard
        self._clock = clock
        self._reload = reload
        self._backup = backup
        self._stop = stop
        self._attempts = attempts.beside(password_file)
        self._gate = Gate(attempts.read(self._attempts, clock.now()))
        self._password_seen: tuple[int, int, int] | None = None
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Answer until cancelled. Raises OSError where the door cannot be opened."""
        if sys.platform == "win32":
            await pipe.serve(self._path, self._answer_there)
        else:
            await self._run_socket()

    async def _run_socket(self) -> None:
        self._path.unlink(missing_ok=True)  # of a guard that was killed; the lease says that there is no other one
        place = socket.socket(getattr(socket, "AF_UNIX"))  # noqa: B009  the name is not there on Windows
        place.bind(str(self._path))
        os.chmod(self._path, _OWNER_ONLY)  # before anybody can connect
        serve = getattr(asyncio, "start_unix_server")  # noqa: B009
        server = await serve(self._answer, sock=place, limit=LINE_MAX)
        try:
            await server.serve_forever()
        finally:
            server.close()
            with suppress(FileNotFoundError):
                self._path.unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            user = _user_of(writer.get_extra_info("socket"))
            async with asyncio.timeout(_IDLE_SECONDS):
                line = await reader.readline()
            if line:
                is_known = user in (_ROOT, _own_user())
                writer.write(msgspec.json.encode(await self._answer_to(line, user, is_known=is_known)) + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, OSError):
            pass  # gone, silent, or a line without an end: nobody is left who could read an answer
        finally:
            writer.close()

    async def _answer_there(self, line: bytes, user: int) -> bytes:
        """On Windows: nobody else could have opened the pipe."""
        return msgspec.json.encode(await self._answer_to(line, user, is_known=True)) + b"\n"

    async def _answer_to(self, line: bytes, user: int, *, is_known: bool) -> Answer:
        if not is_known:
            self._acted(user, "knock at the admin door", is_refused=True)
            return Answer(is_done=False, says="Only the guard's own user and root may use this door.")
        try:
            call = _calls.decode(line)
        except msgspec.MsgspecError as error:
            return Answer(is_done=False, says=f"That is no call of this version: {error}.")
        async with self._turn:
            self._look_at_password()
            if isinstance(call, Login):
                return await self._login(call, user)
            if not self._gate.holds(call.token, self._clock.now()):
                self._acted(user, f"{type(call).__name__.lower()} without a token that holds", is_refused=True)
                return Answer(is_done=False, says=TOKEN_ENDED)
            return await self._act(call, user)

    def _look_at_password(self) -> None:
        """Whoever has come in by another password than that of now is out again."""
        try:
            told = self._password_file.stat()
        except OSError:
            seen = None
        else:
            seen = (told.st_ino, told.st_size, told.st_mtime_ns)
        if seen != self._password_seen:
            self._gate.forget()
            self._password_seen = seen

    async def _login(self, call: Login, user: int) -> Answer:
        until = self._gate.silent_until(self._clock.now())
        if until is not None:
            self._acted(user, IN_SILENCE, is_refused=True)
            return Answer(is_done=False, says=f"After wrong passwords none is looked at before {named(until)}.")
        try:
            is_right = await asyncio.to_thread(matches, self._password_file, call.password)
        except PasswordError as error:
            return Answer(is_done=False, says=str(error))
        now = self._clock.now()
        if not is_right:
            until = self._gate.wrong(now)
            attempts.keep(self._attempts, self._gate.attempts)
            silence = f"None is looked at before {named(until)}" if until is not None else None
            self._acted(user, WRONG if silence is None else f"{WRONG} too often. {silence}", is_refused=True)
            more = "" if silence is None else f" {silence}."
            return Answer(is_done=False, says=f"The password is wrong.{more}")
        token = secrets.token_urlsafe(32)
        until = self._gate.right(token, now)
        attempts.keep(self._attempts, self._gate.attempts)
        self._acted(user, LOGS_IN)
        return Answer(is_done=True, says=f"You are in until {named(until)}.", token=token, until=until)

    async def _act(self, call: Reload | Clear | Backup | Stop | SetPassword, user: int) -> Answer:
        match call:
            case Reload():
                self._acted(user, f"reload the configuration{f': {call.why[:_WHY_MOST]}' if call.why else ''}")
                ended = await self._reload()
                return Answer(is_done=ended.is_applied, says=ended.says)
            case Clear():
                return self._clear(call, user)
            case Backup():
                self._acted(user, "make a backup")
                try:
                    made = await asyncio.to_thread(self._backup)
                except StoreError as error:
                    return Answer(is_done=False, says=str(error))
                return Answer(is_done=True, says=f"The backup {made} is made.", file=str(made))
            case SetPassword():
                return await self._set_password(call, user)
            case Stop():
                self._acted(user, f"stop the guard: {call.why}")
                self._stop(f"the admin (user {user}){f': {call.why[:_WHY_MOST]}' if call.why else ''}")
                return Answer(is_done=True, says="The guard stops. Nobody watches the accounts then.")

    async def _set_password(self, call: SetPassword, user: int) -> Answer:
        what = "change the admin password"
        try:
            await asyncio.to_thread(set_password, self._password_file, call.password)
        except PasswordError as error:
            self._acted(user, what, is_refused=True)
            return Answer(is_done=False, says=str(error))
        except OSError as error:
            self._acted(user, what, is_refused=True)
            says = f"{self._password_file} cannot be written: {error.strerror}. It belongs to the guard's own user."
            return Answer(is_done=False, says=says)
        self._look_at_password()
        self._acted(user, what)
        return Answer(is_done=True, says="The password is set. Every session with the old one has ended.")

    def _clear(self, call: Clear, user: int) -> Answer:
        account = self._guard.state.accounts.get(call.account)
        if account is None or call.account not in self._guard.settings:
            return Answer(is_done=False, says=f"There is no account {call.account} under this guard.")
        if not call.why.strip():
            return Answer(is_done=False, says="A clear needs a reason: it is read later, when nobody remembers.")
        if self._guard.state.unsaved:
            return Answer(is_done=False, says="Nothing can be saved now, so nothing is loosened: no clear.")
        if call.symbol is not None and call.whole_account:
            return Answer(is_done=False, says="Name a symbol or the whole account, not both: they are two locks.")
        event = Cleared(
            account=call.account,
            rule=call.rule,
            symbol=call.symbol,
            whole_account=call.whole_account,
            keep_rule=call.keep_rule,
            why=call.why,
        )
        gone = locks.meant(account, event)
        if not gone:
            there = ", ".join(f"{lock.rule} ({lock.symbol or 'account'})" for lock in account.locks) or "none"
            what = f"{call.rule} for {_listed(call.symbol)}" if call.symbol or call.whole_account else call.rule
            return Answer(is_done=False, says=f"No lock of {what} stands there. Standing: {there}.")
        self._acted(user, _in_words(call))
        self._guard.put(event)
        after = self._guard.state.accounts[call.account]
        again = next(iter(locks.meant(after, event)), None)
        if again is not None:
            return Answer(is_done=False, says=f"{call.rule} has locked again at once, for it still holds: {again.why}.")
        symbols = [] if any(lock.symbol is None for lock in gone) else [lock.symbol for lock in gone]
        what = f" for {_listed(*symbols)}" if symbols else ""
        waived = "The rule stays in force." if call.keep_rule else f"The rule is waived{what} until its next reset."
        left = [lock.symbol for lock in after.locks if lock.rule == call.rule]
        still = f" Still locked by it: {_listed(*left)}." if left else ""
        return Answer(is_done=True, says=f"{len(gone)} lock(s) of {call.rule} are cleared. {waived}{still}")

    def _acted(self, user: int, what: str, *, is_refused: bool = False) -> None:
        self._guard.put(AdminActed(user=user, what=what, is_refused=is_refused))


def _in_words(call: Clear) -> str:
    """A clear, for the record."""
    exactly = ", only its lock of the whole account" if call.whole_account else ""
    symbol = f", only its lock of {call.symbol}" if call.symbol is not None else ""
    kept = ", and keep the rule" if call.keep_rule else ""
    return f"clear {call.rule} of account {call.account}{exactly}{symbol}{kept}: {call.why[:_WHY_MOST]}"


def _listed(*symbols: str | None) -> str:
    """`RTY and the whole account`."""
    return " and ".join(dict.fromkeys(one or "the whole account" for one in symbols))


def _user_of(connection: socket.socket) -> int:
    """Who asks, as the kernel says; where it cannot be asked, who may open the file: ourselves."""
    asked = getattr(socket, "SO_PEERCRED", None)
    if asked is None:
        return _own_user()
    return int(_PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, asked, _PEER.size))[1])


def _own_user() -> int:
    return int(getattr(os, "getuid", int)())
