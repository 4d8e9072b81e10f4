"""The admin's door on Windows: a named pipe that only administrators, the system and the guard's own user can open."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio
    import threading
    import time
    from collections.abc import Awaitable, Callable
    from contextlib import suppress
    from pathlib import Path
    from typing import Any, Final

    import pywintypes
    import win32api
    import win32con
    import win32event
    import win32file
    import win32pipe
    import win32security
    import winerror

    from risk_manager import descriptors
    from risk_manager.ipc.admin import LINE_MAX
    from risk_manager.ipc.pipe import number_of, own_user, pipe_name, read, write

    Answer = Callable[[bytes, int], Awaitable[bytes]]
    """Given a line and the last number of the user's own identity; the line that answers."""

    _IDLE_SECONDS: Final = 30.0
    _FAREWELL_SECONDS: Final = 5.0
    _NO_OTHER: Final = 0x00080000
    """Fails where somebody has opened a pipe of this name before us."""
    _NOT_FROM_AFAR: Final = 0x00000008

    async def serve(place: Path, answer: Answer) -> None:
        """Answer one admin after the other, until cancelled. Raises OSError where the pipe cannot be opened."""
        pipe = _opened(pipe_name(place))
        stop: Any = win32event.CreateEvent(None, True, False, None)
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def listen() -> None:
            try:
                while _met(pipe, stop):
                    with suppress(OSError, TimeoutError):  # gone, or silent: nobody is left who could read an answer
                        _converse(pipe, stop, loop, answer)
                    win32pipe.DisconnectNamedPipe(pipe)
            finally:
                win32api.CloseHandle(pipe)
                with suppress(RuntimeError):  # the loop has ended first
                    loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=listen, name="admin door", daemon=True).start()
        try:
            await ended.wait()
        finally:
            win32event.SetEvent(stop)

    def _opened(name: str) -> Any:
        attributes = win32security.SECURITY_ATTRIBUTES()
        attributes.SECURITY_DESCRIPTOR = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            descriptors.pipe(win32security.ConvertSidToStringSid(own_user())), win32security.SDDL_REVISION_1
        )
        try:
            return win32pipe.CreateNamedPipe(
                name,
                win32con.PIPE_ACCESS_DUPLEX | win32con.FILE_FLAG_OVERLAPPED | _NO_OTHER,
                win32con.PIPE_TYPE_BYTE | win32con.PIPE_WAIT | _NOT_FROM_AFAR,
                1,
                LINE_MAX,
                LINE_MAX,
                0,
                attributes,
            )
        except pywintypes.error as error:
            raise OSError(error.winerror, f"{error.strerror}, pipe {name}") from None

    def _met(pipe: Any, stop: Any) -> bool:
        """Wait for the next admin. False: the guard ends."""
        waiting = pywintypes.OVERLAPPED()
        came: Any = win32event.CreateEvent(None, True, False, None)
        waiting.hEvent = came
        try:
            begun = win32pipe.ConnectNamedPipe(pipe, waiting)
        except pywintypes.error as error:
            if error.winerror != winerror.ERROR_NO_DATA:  # came and went
                raise
            return True
        if begun == winerror.ERROR_PIPE_CONNECTED:
            return True
        if win32event.WaitForMultipleObjects([came, stop], False, win32event.INFINITE) == win32event.WAIT_OBJECT_0:
            return True
        win32file.CancelIo(pipe)
        return False

    def _converse(pipe: Any, stop: Any, loop: asyncio.AbstractEventLoop, answer: Answer) -> None:
        until = time.monotonic() + _IDLE_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            more = read(pipe, until, stop)
            line += more
            if not more or len(line) > LINE_MAX:
                return
        said = asyncio.run_coroutine_threadsafe(_said(answer, line, _user_of(pipe)), loop).result()
        write(pipe, said, time.monotonic() + _IDLE_SECONDS)
        read(pipe, time.monotonic() + _FAREWELL_SECONDS, stop)  # until they have read it and gone

    async def _said(answer: Answer, line: bytes, user: int) -> bytes:
        return await answer(line, user)

    def _user_of(pipe: Any) -> int:
        """Who asks."""
        win32security.ImpersonateNamedPipeClient(pipe)
        try:
            thread: Any = win32api.GetCurrentThread()
            token = win32security.OpenThreadToken(thread, win32con.TOKEN_QUERY, True)
            whose: Any = win32security.GetTokenInformation(token, win32security.TokenUser)[0]
        finally:
            win32security.RevertToSelf()
        return number_of(whose)
