"""The machine itself, by the typed calls of Windows: no command line is built, so none can be quoted wrongly."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import contextlib
    import ctypes
    import os
    import time
    from collections.abc import Iterator
    from datetime import UTC, datetime
    from pathlib import Path
    from typing import Any, Final

    import pywintypes
    import win32api
    import win32con
    import win32file
    import win32process
    import win32security
    import win32service
    import winerror
    from win32com.shell import shell, shellcon

    from risk_manager.service.windows.machine import (
        AUTOMATIC,
        DELAYED,
        MESSAGES,
        NEVER,
        PURPOSE,
        TITLE,
        MachineError,
        Service,
    )

    _SDDL: Final = win32security.SDDL_REVISION_1
    _WHOLE: Final = win32security.OWNER_SECURITY_INFORMATION | win32security.DACL_SECURITY_INFORMATION
    _PROTECTED: Final = win32security.PROTECTED_DACL_SECURITY_INFORMATION
    _STARTS: Final = {
        win32service.SERVICE_AUTO_START: AUTOMATIC,
        win32service.SERVICE_DEMAND_START: "by hand",
        win32service.SERVICE_DISABLED: NEVER,
    }
    _HEARS: Final = (win32service.SERVICE_RUNNING, win32service.SERVICE_PAUSED)
    """In no other state does a service hear that it is to stop: one that is still starting is waited for."""
    _STOP_SECONDS: Final = 30
    _LOOK_SECONDS: Final = 0.1
    _NOT_TOLD: Final = (winerror.ERROR_INVALID_LEVEL, winerror.ERROR_CALL_NOT_IMPLEMENTED)
    _THIS_THREAD: Final[Any] = None
    _MACHINE: Final[Any] = win32con.HKEY_LOCAL_MACHINE
    _EVENTS: Final = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"

    class Win32:
        """This machine."""

        def __init__(self) -> None:
            # An imitation of Windows says so by this name, and keeps no rights.
            self.keeps_rights = not hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")

        def is_elevated(self) -> bool:
            """Whether this process has an administrator's rights now."""
            with _refusals("asking whose this process is"):
                token = win32security.OpenProcessToken(win32process.GetCurrentProcess(), win32con.TOKEN_QUERY)
                is_raised = win32security.GetTokenInformation(token, win32security.TokenElevation)
                administrators = win32security.CreateWellKnownSid(win32security.WinBuiltinAdministratorsSid, None)
                return bool(is_raised) and bool(win32security.CheckTokenMembership(_THIS_THREAD, administrators))

        def program_data(self) -> str:
            """The folder for what programs keep for the whole machine."""
            with _refusals("asking for the folder of all programs' data"):
                return str(shell.SHGetKnownFolderPath(shellcon.FOLDERID_ProgramData, 0, 0))

        def service(self, name: str) -> Service | None:
            """The service of this name."""
            try:
                with _open(name, win32service.SERVICE_QUERY_CONFIG | win32service.SERVICE_QUERY_STATUS) as one:
                    how = win32service.QueryServiceConfig(one)
                    state = win32service.QueryServiceStatus(one)[1]
                    is_late = _told(one, win32service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO)
                    failures = _told(one, win32service.SERVICE_CONFIG_FAILURE_ACTIONS)
                    on_error = _told(one, win32service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG)
            except MachineError as error:
                if _code(error) == winerror.ERROR_SERVICE_DOES_NOT_EXIST:
                    return None
                raise
            starts = _STARTS.get(how[1], f"number {how[1]}")
            return Service(
                command=how[3],
                start=DELAYED if is_late and starts == AUTOMATIC else starts,
                account=how[7],
                is_running=state == win32service.SERVICE_RUNNING,
                restarts=None if failures is None else _restarts(failures),
                restarts_on_error=None if on_error is None else bool(on_error),
                descriptor=_service_descriptor(name),
            )

        def guards(self, home: str) -> tuple[bool, str]:
            """Whether the guard of this home guards, in its own words."""
            # Importing it takes seconds on a slow machine, and the process of the service begins with this module.
            from risk_manager.service.word import word

            return word(Path(home), datetime.now(UTC))

        def create_service(self, name: str, command: str) -> None:
            """Make it."""
            with _manager(win32service.SC_MANAGER_CREATE_SERVICE) as manager, _refusals(f"making the service {name}"):
                made = win32service.CreateService(
                    manager,
                    name,
                    TITLE,
                    win32service.SERVICE_ALL_ACCESS,
                    win32service.SERVICE_WIN32_OWN_PROCESS,
                    win32service.SERVICE_AUTO_START,
                    win32service.SERVICE_ERROR_NORMAL,
                    command,
                    None,
                    False,
                    None,
                    None,
                    None,
                )
                win32service.CloseServiceHandle(made)

        def change_service(self, name: str, command: str) -> None:
            """Set one that is there to the same."""
            with _open(name, win32service.SERVICE_CHANGE_CONFIG) as one, _refusals(f"setting up the service {name}"):
                win32service.ChangeServiceConfig(
                    one,
                    win32service.SERVICE_WIN32_OWN_PROCESS,
                    win32service.SERVICE_AUTO_START,
                    win32service.SERVICE_ERROR_NORMAL,
                    command,
                    None,
                    False,
                    None,
                    "LocalSystem",
                    None,
                    TITLE,
                )
                win32service.ChangeServiceConfig2(one, win32service.SERVICE_CONFIG_DESCRIPTION, PURPOSE)
                _set(one, win32service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, False)

        def restart_service(self, name: str, after_ms: tuple[int, ...], forget_seconds: int) -> None:
            """Have it started again whenever it fails."""
            rights = win32service.SERVICE_CHANGE_CONFIG | win32service.SERVICE_START
            actions: Any = {
                "ResetPeriod": forget_seconds,
                "RebootMsg": "",
                "Command": "",
                "Actions": [(win32service.SC_ACTION_RESTART, after) for after in after_ms],
            }
            with _open(name, rights) as one, _refusals(f"having the service {name} started again"):
                win32service.ChangeServiceConfig2(one, win32service.SERVICE_CONFIG_FAILURE_ACTIONS, actions)
                _set(one, win32service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, True)

        def protect_service(self, name: str, descriptor: str) -> None:
            """Set who may do what with it."""
            with _open(name, win32con.WRITE_DAC) as one, _refusals(f"protecting the service {name}"):
                wanted = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(descriptor, _SDDL)
                win32service.SetServiceObjectSecurity(one, win32security.DACL_SECURITY_INFORMATION, wanted)

        def start_service(self, name: str) -> None:
            """Start it where it does not run."""
            with _open(name, win32service.SERVICE_START) as one:
                try:
                    win32service.StartService(one, None)
                except pywintypes.error as error:
                    if error.winerror != winerror.ERROR_SERVICE_ALREADY_RUNNING:
                        raise _refused(f"starting the service {name}", error) from None

        def stop_service(self, name: str) -> None:
            """Stop it where it runs, and wait until it has ended."""
            with _open(name, win32service.SERVICE_STOP | win32service.SERVICE_QUERY_STATUS) as one:
                until = time.monotonic() + _STOP_SECONDS
                is_asked = False
                while (state := win32service.QueryServiceStatus(one)[1]) != win32service.SERVICE_STOPPED:
                    if time.monotonic() > until:
                        raise MachineError(
                            f"The service {name} has not ended within {_STOP_SECONDS} s. End its process."
                        )
                    if not is_asked and state in _HEARS:
                        is_asked = _is_asked_to_stop(one, name)
                    time.sleep(_LOOK_SECONDS)

        def disable_service(self, name: str) -> None:
            """Have it started by nobody and nothing any more."""
            kept = win32service.SERVICE_NO_CHANGE
            how = (kept, win32service.SERVICE_DISABLED, kept, None, None, False, None, None, None, None)
            with _open(name, win32service.SERVICE_CHANGE_CONFIG) as one, _refusals(f"disabling the service {name}"):
                win32service.ChangeServiceConfig(one, *how)

        def delete_service(self, name: str) -> None:
            """Take it away."""
            with _open(name, win32con.DELETE) as one, _refusals(f"taking the service {name} away"):
                win32service.DeleteService(one)

        def descriptor(self, path: str) -> str | None:
            """Whose a file or folder is, and who may do what with it."""
            try:
                told = win32security.GetNamedSecurityInfo(path, win32security.SE_FILE_OBJECT, _WHOLE)
            except pywintypes.error as error:
                if error.winerror in (winerror.ERROR_FILE_NOT_FOUND, winerror.ERROR_PATH_NOT_FOUND):
                    return None
                raise _refused(f"asking who may use {path}", error) from None
            return _as_text(told, _WHOLE)

        def below(self, path: str) -> Iterator[str]:
            """Every file and folder below a folder."""

            def refuse(error: OSError) -> None:
                raise MachineError(f"{error.filename} cannot be looked into: {error.strerror}.")

            if os.path.isdir(path):
                for folder, folders, files in os.walk(path, onerror=refuse):
                    yield from (os.path.join(folder, name) for name in (*folders, *files))

        def make_folder(self, path: str, descriptor: str) -> None:
            """Make a folder that has its descriptor from its first instant."""
            with _refusals(f"making {path}"):
                win32file.CreateDirectory(path, _attributes(descriptor))

        def protect_folder(self, path: str, descriptor: str) -> None:
            """Set who may do what with a folder and all that is in it."""
            with _refusals(f"protecting {path}"):
                wanted = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(descriptor, _SDDL)
                win32security.SetNamedSecurityInfo(
                    path,
                    win32security.SE_FILE_OBJECT,
                    _WHOLE | _PROTECTED,
                    wanted.GetSecurityDescriptorOwner(),
                    None,
                    wanted.GetSecurityDescriptorDacl(),
                    None,
                )

        def register_events(self, name: str) -> None:
            """Have the event log know the name."""
            with _refusals(f"having the event log know {name}"):
                key = win32api.RegCreateKey(_MACHINE, rf"{_EVENTS}\{name}")
                win32api.RegSetValueEx(key, "EventMessageFile", 0, win32con.REG_EXPAND_SZ, MESSAGES)
                win32api.RegSetValueEx(key, "TypesSupported", 0, win32con.REG_DWORD, 7)
                win32api.RegCloseKey(key)

        def forget_events(self, name: str) -> None:
            """Have it know the name no more."""
            try:
                win32api.RegDeleteKey(_MACHINE, rf"{_EVENTS}\{name}")
            except pywintypes.error as error:
                if error.winerror != winerror.ERROR_FILE_NOT_FOUND:
                    raise _refused(f"having the event log forget {name}", error) from None

    def _is_asked_to_stop(service: Any, name: str) -> bool:
        """False where it cannot be asked just now: it has begun to start or to stop meanwhile."""
        try:
            win32service.ControlService(service, win32service.SERVICE_CONTROL_STOP)
        except pywintypes.error as error:
            if error.winerror == winerror.ERROR_SERVICE_CANNOT_ACCEPT_CTRL:
                return False
            if error.winerror != winerror.ERROR_SERVICE_NOT_ACTIVE:
                raise _refused(f"stopping the service {name}", error) from None
        return True

    def _restarts(failures: Any) -> tuple[int, ...]:
        return tuple(after for kind, after in failures["Actions"] if kind == win32service.SC_ACTION_RESTART)

    def _set(service: Any, level: int, is_so: bool) -> None:
        """Set it where this Windows has it."""
        try:
            win32service.ChangeServiceConfig2(service, level, is_so)
        except pywintypes.error as error:
            if error.winerror not in _NOT_TOLD:
                raise

    def _told(service: Any, level: int) -> Any:
        """What a service is set to; None: this Windows does not tell."""
        try:
            return win32service.QueryServiceConfig2(service, level)
        except pywintypes.error as error:
            if error.winerror in _NOT_TOLD:
                return None
            raise

    def _service_descriptor(name: str) -> str | None:
        try:
            with _open(name, win32con.READ_CONTROL) as one:
                told = win32service.QueryServiceObjectSecurity(one, win32security.DACL_SECURITY_INFORMATION)
        except MachineError:
            return None
        return _as_text(told, win32security.DACL_SECURITY_INFORMATION)

    def _as_text(told: Any, parts: int) -> str:
        text = win32security.ConvertSecurityDescriptorToStringSecurityDescriptor(told, _SDDL, parts)
        return str(text)

    def _attributes(descriptor: str) -> Any:
        attributes = win32security.SECURITY_ATTRIBUTES()
        attributes.SECURITY_DESCRIPTOR = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            descriptor, _SDDL
        )
        return attributes

    @contextlib.contextmanager
    def _manager(rights: int) -> Iterator[Any]:
        with _refusals("asking the service manager"):
            manager = win32service.OpenSCManager(None, None, rights | win32service.SC_MANAGER_CONNECT)
        try:
            yield manager
        finally:
            win32service.CloseServiceHandle(manager)

    @contextlib.contextmanager
    def _open(name: str, rights: int) -> Iterator[Any]:
        with _manager(win32service.SC_MANAGER_CONNECT) as manager:
            with _refusals(f"opening the service {name}"):
                one = win32service.OpenService(manager, name, rights)
            try:
                yield one
            finally:
                win32service.CloseServiceHandle(one)

    @contextlib.contextmanager
    def _refusals(doing: str) -> Iterator[None]:
        try:
            yield
        except pywintypes.error as error:
            raise _refused(doing, error) from error

    def _refused(doing: str, error: pywintypes.error) -> MachineError:
        what = str(error.strerror or "it gives no reason").strip().rstrip(".")
        return MachineError(f"Windows has refused {doing}: {what} (error {error.winerror}).")

    def _code(error: MachineError) -> int | None:
        cause = error.__cause__
        return cause.winerror if isinstance(cause, pywintypes.error) else None
