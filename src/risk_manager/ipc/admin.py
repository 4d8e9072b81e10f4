"""What an admin says to a running guard, and what it answers: one line of JSON each, over a door for admins only."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.ipc import pipe

SOCKET_FILE: Final = "admin.sock"
LINE_MAX: Final = 64 * 1024
_ANSWER_SECONDS: Final = 15.0
"""So long a guard is waited for that has opened its door and says nothing."""
_BACKUP_SECONDS: Final = 600.0
TOKEN_ENDED: Final = "The token has ended or is not known. Give the password again."  # noqa: S105
"""What a guard says to a token that does not hold."""


class Login(msgspec.Struct, frozen=True, kw_only=True, tag="login"):
    """The password. The answer brings a token."""

    password: str

    def __repr__(self) -> str:
        return "Login(***)"


class Reload(msgspec.Struct, frozen=True, kw_only=True, tag="reload"):
    """Read the configuration now."""

    token: str
    why: str = ""
    """What has been changed in it; for the record."""


class Clear(msgspec.Struct, frozen=True, kw_only=True, tag="clear"):
    """End the locks of a rule; unless `keep_rule`, it is waived until its next reset."""

    token: str
    account: int
    rule: str
    why: str
    symbol: str | None = None
    """Only its lock of this symbol; None: all of its locks."""
    whole_account: bool = False
    """Only its lock of the whole account: those of symbols stay."""
    keep_rule: bool = False


class Backup(msgspec.Struct, frozen=True, kw_only=True, tag="backup"):
    """Make a backup of the database now. The answer names its file."""

    token: str


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag="stop"):
    """End the guard."""

    token: str
    why: str


class SetPassword(msgspec.Struct, frozen=True, kw_only=True, tag="set_password"):
    """Another password for the admin; every token ends with the old one."""

    token: str
    password: str

    def __repr__(self) -> str:
        return "SetPassword(***)"


Call = Login | Reload | Clear | Backup | Stop | SetPassword


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended."""

    is_done: bool
    says: str
    token: str | None = None
    until: datetime | None = None
    """How long the token holds."""
    file: str | None = None
    """What was made."""

    def __repr__(self) -> str:
        return f"Answer(is_done={self.is_done}, says={self.says!r})"


class AdminDoorError(Exception):
    """The guard cannot be asked. The text is the sentence for the admin."""


async def ask(path: Path, call: Call) -> Answer:
    """Say one thing to the guard whose door is at `path`. Raises AdminDoorError."""
    said, seconds = msgspec.json.encode(call) + b"\n", _BACKUP_SECONDS if isinstance(call, Backup) else _ANSWER_SECONDS
    try:
        line = await _through(path, said, seconds)
    except TimeoutError:
        raise AdminDoorError(
            "The guard runs and does not answer: it hangs, or the machine is very busy. What was asked may still be"
            " done."
        ) from None
    if not line:
        raise AdminDoorError("The guard closed the door without an answer. Its log says why.")
    try:
        return msgspec.json.decode(line, type=Answer)
    except msgspec.MsgspecError:
        raise AdminDoorError("What answers there is not a guard of this version.") from None


if sys.platform == "win32":

    async def _through(path: Path, said: bytes, seconds: float) -> bytes:
        try:
            return await asyncio.to_thread(pipe.say, path, said, seconds)
        except FileNotFoundError:
            raise AdminDoorError("No guard is running for this home, or its door is not open yet.") from None
        except PermissionError:
            raise AdminDoorError(
                "The door of this home is for administrators and the guard's own user. Open the command prompt with a "
                "right click, Run as administrator."
            ) from None
        except TimeoutError:
            raise
        except OSError as error:
            raise AdminDoorError(f"The guard went away while it was asked: {error.strerror}.") from None

else:

    async def _through(path: Path, said: bytes, seconds: float) -> bytes:
        connect = getattr(asyncio, "open_unix_connection")  # noqa: B009  the name is not there on Windows
        try:
            reader, writer = await connect(str(path), limit=LINE_MAX)
        except FileNotFoundError:
            raise AdminDoorError(
                f"No guard is running for this home, or its door is not open yet: there is no {path}."
            ) from None
        except ConnectionRefusedError:
            raise AdminDoorError("The guard of this home has ended without closing its door. Start it again.") from None
        except PermissionError:
            raise AdminDoorError(f"{path} may be used by the guard's own user and by root only.") from None
        except OSError as error:
            raise AdminDoorError(f"{path} cannot be used: {error.strerror}.") from None
        try:
            writer.write(said)
            async with asyncio.timeout(seconds):
                await writer.drain()
                return bytes(await reader.readline())
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            raise AdminDoorError(f"The guard went away while it was asked: {error}.") from None
        finally:
            writer.close()
