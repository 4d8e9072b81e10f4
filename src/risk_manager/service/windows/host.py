"""The process that the service manager starts: it tells the manager how it is, and has one guard on duty."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import faulthandler
    import os
    import threading
    from contextlib import suppress
    from pathlib import Path
    from typing import Any, Final

    import pywintypes
    import servicemanager
    import win32service
    import win32serviceutil

    from risk_manager.exit_codes import ExitCode
    from risk_manager.ipc import address
    from risk_manager.service.duty import Duty
    from risk_manager.service.windows.log import CRASH_FILE, Log, Weight
    from risk_manager.service.windows.machine import NAME
    from risk_manager.service.windows.win32 import Win32

    _FAILED: Final = 70
    _IN_ORDER: Final = (ExitCode.FINE, ExitCode.DISMISSED)
    _PATIENCE_SECONDS: Final = 10.0
    _STOP_SECONDS: Final = 20.0
    """So long an end in order is waited for; after it the process ends as in a crash, which loses nothing."""
    _BEAT_SECONDS: Final = 1.0
    _KINDS: Final = {
        Weight.GOOD: servicemanager.EVENTLOG_INFORMATION_TYPE,
        Weight.WARNING: servicemanager.EVENTLOG_WARNING_TYPE,
        Weight.BAD: servicemanager.EVENTLOG_ERROR_TYPE,
    }
    _port: int = address.PORT

    class Service(win32serviceutil.ServiceFramework):
        """One service of this process. The manager calls `SvcDoRun` in one thread and the rest in another."""

        _svc_name_ = NAME
        _svc_display_name_ = NAME

        def __init__(self, words: Any) -> None:
            super().__init__(words)
            home = Path(Win32().program_data()) / NAME
            self._log = Log(home / "logs", _enter)
            _have_stderr(home / "logs" / CRASH_FILE)
            self._duty = Duty(home, _port, None, self._log.say, _PATIENCE_SECONDS)
            self._has_been_stopped = threading.Event()

        def GetAcceptedControls(self) -> int:
            """It can be stopped, and wants to be told early that the machine goes down."""
            accepted = win32service.SERVICE_ACCEPT_STOP | win32service.SERVICE_ACCEPT_SHUTDOWN
            return accepted | win32service.SERVICE_ACCEPT_PRESHUTDOWN

        def SvcDoRun(self) -> None:
            """Guard in a thread of its own: the loop wants one that Python has made. What ends without having been
            stopped ends as a crash, which the manager counts as a failure; an error that is reported it does not."""
            ended: list[int] = []
            guarding = threading.Thread(target=self._guard, args=(ended,), name="guard")
            guarding.start()
            while guarding.is_alive() and not self._has_been_stopped.is_set():
                guarding.join(_BEAT_SECONDS)
            guarding.join(_STOP_SECONDS)
            if guarding.is_alive():
                self._log.say(f"CRITICAL: the guard has not ended within {_STOP_SECONDS:g} s and is ended by force.")
                os._exit(_FAILED)
            if not ended or ended[0] not in _IN_ORDER:
                self._log.say("CRITICAL: the guard has ended by itself. It is started again.")
                os._exit(_FAILED)

        def SvcStop(self) -> None:
            """An administrator stops it."""
            self._end("the service manager")

        def SvcShutdown(self) -> None:
            """The machine goes down."""
            self._end("the machine, which goes down")

        def SvcOtherEx(self, control: int, event_type: int, data: Any) -> None:  # noqa: ARG002
            """The machine is about to go down."""
            if control == win32service.SERVICE_CONTROL_PRESHUTDOWN:
                self._end("the machine, which goes down")

        def _end(self, by: str) -> None:
            self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=int(_STOP_SECONDS + 5) * 1000)
            self._duty.stop(by)
            self._has_been_stopped.set()

        def _guard(self, ended: list[int]) -> None:
            try:
                ended.append(self._duty.run())
            except Exception as error:
                self._log.say(f"CRITICAL: the guard has ended by an error: {type(error).__name__}: {error}")
                raise

    def _have_stderr(path: Path) -> None:
        """A service has no terminal, and Python then no stderr at all."""
        with suppress(OSError):
            sys.stderr = path.open("a", encoding="utf-8", buffering=1)
            faulthandler.enable(sys.stderr)

    def _enter(sentence: str, weight: Weight) -> None:
        said: Any = (sentence,)  # as many as the message has places
        try:
            servicemanager.LogMsg(_KINDS[weight], 1, said)
        except pywintypes.error as error:
            raise OSError(error.winerror, error.strerror) from None

    def main(words: list[str]) -> None:
        """Be the service; `--port N` says where screens may ask. Started by hand it says what it is for."""
        global _port
        if words[:1] == ["--port"]:
            _port = int(words[1])
        manager: Any = servicemanager
        manager.Initialize(NAME, None)
        manager.PrepareToHostSingle(Service)
        try:
            manager.StartServiceCtrlDispatcher()
        except pywintypes.error as error:
            print(f"Only the service manager starts this: sc start {NAME} ({error.strerror}).", file=sys.stderr)
            sys.exit(2)
else:

    def main(words: list[str]) -> None:  # noqa: ARG001
        """There is no service manager here."""
        sys.exit("Only the service manager of Windows starts this.")
