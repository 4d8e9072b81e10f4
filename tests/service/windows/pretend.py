"""A Windows machine in memory, which behaves: it keeps what it is given, and refuses what Windows refuses."""

from __future__ import annotations

from risk_manager.service.windows.machine import AUTOMATIC, NAME, NEVER, MachineError, Service

DATA = r"C:\ProgramData"
CLOSED = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
"""As Windows itself protects C:\\Program Files."""
OPEN = "O:S-1-5-21-1-2-3-1001D:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)"
"""As it leaves a user's own folder."""
ROOT = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)"
"""As it leaves a disk: whoever signs in may make folders there, and change what he has made."""
NEW_SERVICE = "D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)"


class PretendMachine:
    """Services and folders, as long as it lives."""

    def __init__(self, *, is_elevated: bool = True, keeps_rights: bool = True) -> None:
        self.keeps_rights = keeps_rights
        self.services: dict[str, Service] = {}
        self.folders = {"C:\\": ROOT, DATA: CLOSED, r"C:\Program Files": CLOSED}
        self.events: set[str] = set()
        self.starts = 0
        self.refuses = ""
        """What it refuses to do, by its name here."""
        self.said = (True, "Guarding 465.")
        """What the guard of its service says of itself."""
        self._is_elevated = is_elevated

    def is_elevated(self) -> bool:
        return self._is_elevated

    def program_data(self) -> str:
        return DATA

    def service(self, name: str) -> Service | None:
        return self.services.get(name)

    def guards(self, home: str) -> tuple[bool, str]:
        assert home == rf"{DATA}\{NAME}"
        return self.said

    def create_service(self, name: str, command: str) -> None:
        self._may("create_service")
        if name in self.services:
            raise MachineError("The specified service already exists (error 1073).")
        self.services[name] = Service(command, AUTOMATIC, "LocalSystem", False, (), False, NEW_SERVICE)

    def change_service(self, name: str, command: str) -> None:
        self._may("change_service")
        self.services[name] = self._there(name)._replace(command=command, start=AUTOMATIC, account="LocalSystem")

    def restart_service(self, name: str, after_ms: tuple[int, ...], forget_seconds: int) -> None:
        self._may("restart_service")
        assert forget_seconds > sum(after_ms) / 1000, "else every failure is the first"
        self.services[name] = self._there(name)._replace(restarts=after_ms, restarts_on_error=True)

    def protect_service(self, name: str, descriptor: str) -> None:
        self._may("protect_service")
        self.services[name] = self._there(name)._replace(descriptor=descriptor)

    def start_service(self, name: str) -> None:
        self._may("start_service")
        if not self._there(name).is_running:
            self.starts += 1
            self.services[name] = self._there(name)._replace(is_running=True)

    def stop_service(self, name: str) -> None:
        self._may("stop_service")
        self.services[name] = self._there(name)._replace(is_running=False)

    def disable_service(self, name: str) -> None:
        self._may("disable_service")
        self.services[name] = self._there(name)._replace(start=NEVER)

    def delete_service(self, name: str) -> None:
        self._may("delete_service")
        if self._there(name).is_running:
            raise MachineError("The service is still there until its process has ended.")
        del self.services[name]

    def descriptor(self, path: str) -> str | None:
        return self.folders.get(path)

    def below(self, path: str) -> list[str]:
        return [one for one in self.folders if one.startswith(f"{path}\\")]

    def make_folder(self, path: str, descriptor: str) -> None:
        self._may("make_folder")
        if path in self.folders:
            raise MachineError("Cannot create a file when that file already exists (error 183).")
        self.folders[path] = descriptor

    def protect_folder(self, path: str, descriptor: str) -> None:
        self._may("protect_folder")
        assert path in self.folders
        self.folders[path] = descriptor

    def register_events(self, name: str) -> None:
        self._may("register_events")
        self.events.add(name)

    def forget_events(self, name: str) -> None:
        self._may("forget_events")
        self.events.discard(name)

    def _there(self, name: str) -> Service:
        if name not in self.services:
            raise MachineError("The specified service does not exist as an installed service (error 1060).")
        return self.services[name]

    def _may(self, what: str) -> None:
        if not self._is_elevated or self.refuses == what:
            raise MachineError("Access is denied (error 5).")
