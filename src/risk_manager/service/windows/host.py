"""The process that the service manager starts: it tells the manager how it is, and has one guard on duty."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import faulthandler
    import os
    import threading
    from contextlib import suppress
    from pathlib import Path
    from typing import TYPE_CHECKING, Any, Final

    import pywintypes
    import servicemanager
    import win32evtlog
    import win32service
    import win32serviceutil

    from risk_manager.exit_codes import ExitCode
    from risk_manager.ipc import address
    from risk_manager.service.windows.log import CRASH_FILE, Log, Weight
    from risk_manager.service.windows.machine import MESSAGES, NAME
    from risk_manager.service.windows.win32 import Win32

    if TYPE_CHECKING:
        from risk_manager.service.duty import Duty

    _FAILED: Final = 70
    _IN_ORDER: Final = (ExitCode.FINE, ExitCode.DISMISSED)
    _PATIENCE_SECONDS: Final = 10.0
    _STOP_SECONDS: Final = 20.0
    """So long an end in order is waited for; after it the process ends as in a crash, which loses nothing."""
    _BEAT_SECONDS: Final = 1.0
    _KINDS: Final = {
        Weight.GOOD: win32evtlog.EVENTLOG_INFORMATION_TYPE,
        Weight.WARNING: win32evtlog.EVENTLOG_WARNING_TYPE,
        Weight.BAD: win32evtlog.EVENTLOG_ERROR_TYPE,
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
            self._home = home
            self._duty: Duty | None = None
            self._stopped_by = ""
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
            if self._has_been_stopped.is_set():
                if guarding.is_alive():
                    self._log.say(
                        f"CRITICAL: the guard has not ended within {_STOP_SECONDS:g} s: it is ended by force."
                    )
                    self.ReportServiceStatus(win32service.SERVICE_STOPPED)
                    os._exit(_FAILED)
            elif not ended or ended[0] not in _IN_ORDER:
                self._log.say("CRITICAL: the guard has ended by itself. It is started again.")
                os._exit(_FAILED)
            self._log.close()

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
            self._stopped_by = by
            self._has_been_stopped.set()
            if self._duty is not None:
                self._duty.stop(by)

        def _guard(self, ended: list[int]) -> None:
            # Importing it takes seconds on a slow machine, and the manager waits for no process that long.
            from risk_manager.service.duty import Duty

            try:
                self._duty = duty = Duty(self._home, _port, None, self._log.say, _PATIENCE_SECONDS)
                if self._has_been_stopped.is_set():
                    duty.stop(self._stopped_by)
                ended.append(duty.run())
            except Exception as error:
                self._log.say(
                    f"CRITICAL: the guard has ended by an error: {type(error).__name__}. {CRASH_FILE} has more."
                )
                raise

    def _have_stderr(path: Path) -> None:
        """A service has no terminal, and Python then no stderr at all."""
        with suppress(OSError):
            sys.stderr = path.open("a", encoding="utf-8", buffering=1)
            faulthandler.enable(sys.stderr)

    def _enter(sentence: str, weight: Weight) -> None:
        try:
            source: Any = win32evtlog.RegisterEventSource(None, NAME)
            try:
                win32evtlog.ReportEvent(source, _KINDS[weight], 0, 1, None, (sentence,), None)
            finally:
                win32evtlog.DeregisterEventSource(source)
        except pywintypes.error as error:
            raise OSError(error.winerror, error.strerror) from None

    def main(words: list[str]) -> None:
        """Be the service; `--port N` says where screens may ask. Started by hand it says what it is for."""
        global _port
        if words[:1] == ["--port"]:
            _port = int(words[1])
        manager: Any = servicemanager
        manager.Initialize(NAME, MESSAGES)
        manager.PrepareToHostSingle(Service)
        try:
            manager.StartServiceCtrlDispatcher()
        except pywintypes.error as error:
            print(f"Only the service manager starts this: sc.exe start {NAME} ({error.strerror}).", file=sys.stderr)
            sys.exit(2)
else:

    def main(words: list[str]) -> None:  # noqa: ARG001
        """There is no service manager here."""
        sys.exit("Only the service manager of Windows starts this.")
