"""The way to the admin's door of a guard on Windows: a named pipe, and whose it must be before a password goes in."""

from __future__ import annotations

import hashlib
import ntpath
import sys
from pathlib import Path
from typing import Final

_PREFIX: Final = r"\\.\pipe\risk-manager-admin-"


def pipe_name(place: Path) -> str:
    """The name of the pipe of a home, by the place that its socket would have elsewhere. Names are one list for the
    whole machine, and no two homes share one."""
    spelled = ntpath.normcase(str(place.absolute()))
    return _PREFIX + hashlib.sha256(spelled.encode()).hexdigest()[:32]


if sys.platform == "win32":
    import time
    from contextlib import suppress
    from typing import Any

    import pywintypes
    import win32api
    import win32con
    import win32event
    import win32file
    import win32pipe
    import win32process
    import win32security
    import winerror

    _READ_BYTES: Final = 64 * 1024
    _BUSY_MS: Final = 200
    _IDENTIFY_ONLY: Final = 0x00100000 | 0x00010000
    """Whoever answers may ask who we are, and may not act as us."""

    def is_there(place: Path) -> bool:
        """Whether a guard has its pipe open."""
        try:
            win32pipe.WaitNamedPipe(pipe_name(place), 1)
        except pywintypes.error as error:
            return error.winerror != winerror.ERROR_FILE_NOT_FOUND
        return True

    def say(place: Path, line: bytes, seconds: float) -> bytes:
        """Write a line and read the one that answers it. Raises FileNotFoundError where nobody listens, PermissionError
        where this user may not speak there or the pipe belongs to somebody else, TimeoutError, and OSError."""
        until = time.monotonic() + seconds
        pipe = _opened(pipe_name(place), until)
        try:
            _see_whose(pipe)
            write(pipe, line, until)
            answer = b""
            while not answer.endswith(b"\n"):
                more = read(pipe, until)
                if not more:
                    break
                answer += more
            return answer
        finally:
            pipe.Close()

    def read(pipe: Any, until: float, stop: Any = None) -> bytes:
        """What comes next; empty: the other side has gone, or `stop` was set. Raises TimeoutError, OSError."""
        buffer: Any = win32file.AllocateReadBuffer(_READ_BYTES)
        return bytes(buffer[: _done(pipe, lambda waiting: win32file.ReadFile(pipe, buffer, waiting), until, stop)])

    def write(pipe: Any, line: bytes, until: float) -> None:
        """Write all of it. Raises TimeoutError, OSError."""
        _done(pipe, lambda waiting: win32file.WriteFile(pipe, line, waiting), until, None)

    def _done(pipe: Any, begin: Any, until: float, stop: Any) -> int:
        """Begin something and wait for its end; how many bytes it moved."""
        waiting = pywintypes.OVERLAPPED()
        ended: Any = win32event.CreateEvent(None, True, False, None)
        waiting.hEvent = ended
        try:
            begin(waiting)
            handles = [ended] if stop is None else [ended, stop]
            left = max(0, int((until - time.monotonic()) * 1000))
            which = win32event.WaitForMultipleObjects(handles, False, left)
            if which != win32event.WAIT_OBJECT_0:
                win32file.CancelIo(pipe)
                with suppress(pywintypes.error):  # the buffer is ours again when this has ended
                    win32file.GetOverlappedResult(pipe, waiting, True)
                if which == win32event.WAIT_TIMEOUT:
                    raise TimeoutError
                return 0
            return int(win32file.GetOverlappedResult(pipe, waiting, False))
        except pywintypes.error as error:
            if error.winerror in (
                winerror.ERROR_BROKEN_PIPE,
                winerror.ERROR_PIPE_NOT_CONNECTED,
                winerror.ERROR_NO_DATA,
            ):
                return 0
            raise OSError(error.winerror, error.strerror) from None

    def _opened(name: str, until: float) -> Any:
        while True:
            try:
                return win32file.CreateFile(
                    name,
                    win32con.GENERIC_READ | win32con.GENERIC_WRITE,
                    0,
                    None,
                    win32con.OPEN_EXISTING,
                    win32con.FILE_FLAG_OVERLAPPED | _IDENTIFY_ONLY,
                    None,
                )
            except pywintypes.error as error:
                if error.winerror == winerror.ERROR_FILE_NOT_FOUND:
                    raise FileNotFoundError(name) from None
                if error.winerror == winerror.ERROR_ACCESS_DENIED:
                    raise PermissionError(name) from None
                if error.winerror != winerror.ERROR_PIPE_BUSY:
                    raise OSError(error.winerror, error.strerror) from None
            if time.monotonic() > until:
                raise TimeoutError
            with suppress(pywintypes.error):  # somebody else is served; then it is tried again
                win32pipe.WaitNamedPipe(name, _BUSY_MS)

    def _see_whose(pipe: Any) -> None:
        """A pipe of this name may have been opened by anybody before the guard was started."""
        told = win32security.GetSecurityInfo(
            pipe, win32security.SE_KERNEL_OBJECT, win32security.OWNER_SECURITY_INFORMATION
        )
        whose = told.GetSecurityDescriptorOwner()
        trusted = [
            win32security.CreateWellKnownSid(win32security.WinLocalSystemSid, None),
            win32security.CreateWellKnownSid(win32security.WinBuiltinAdministratorsSid, None),
            own_user(),
        ]
        if whose not in trusted:
            raise PermissionError("it belongs to somebody else")

    def number_of(user: Any) -> int:
        """The last number of a user's identity: 18 for the system, 500 for the first administrator, then 1001."""
        return int(user.GetSubAuthority(user.GetSubAuthorityCount() - 1))

    def own_number() -> int:
        """That of the user of this process."""
        return number_of(own_user())

    def own_user() -> Any:
        """The user of this process, as Windows numbers users."""
        token = win32security.OpenProcessToken(win32process.GetCurrentProcess(), win32con.TOKEN_QUERY)
        try:
            return win32security.GetTokenInformation(token, win32security.TokenUser)[0]
        finally:
            win32api.CloseHandle(token)

else:

    def is_there(place: Path) -> bool:
        """Whether a guard has its door open; a guard that was killed leaves it, too."""
        return place.exists()
