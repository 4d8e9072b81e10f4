"""What installing and uninstalling do, as data, and how an admin would type it at a command prompt. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from risk_manager import descriptors
from risk_manager.service.windows.machine import AUTOMATIC, FORGET_SECONDS, MESSAGES, NAME, PURPOSE, RESTARTS, TITLE

EVENTS: Final = rf"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\{NAME}"


class HaveFolder(NamedTuple):
    """The home, with its descriptor."""

    path: str

    def says(self) -> str:
        """What it does, and why."""
        return f"The home {self.path}: administrators and the system may use it, nobody else may even look."

    def types(self) -> str:
        """The command for the same: a folder that is made has its rights from its first instant, for whoever finds one
        without them there may put something into it; one that is there is given them."""
        rights = "System.Security.AccessControl.DirectorySecurity"
        path = self.path.replace("'", "''")
        return (
            f'powershell.exe -NoProfile -Command "$rights = New-Object {rights}; '
            f"$rights.SetSecurityDescriptorSddlForm('{descriptors.FOLDER}', 'Owner, Access'); "
            f"[void][System.IO.Directory]::CreateDirectory('{path}', $rights); "
            f"[System.IO.Directory]::SetAccessControl('{path}', $rights)\""
        )


class HaveEvents(NamedTuple):
    """A name in the event log."""

    def says(self) -> str:
        """What it does, and why."""
        return f"Have the event log know {NAME}: starts, ends and what is critical are written there, too."

    def types(self) -> str:
        """The commands for the same."""
        return "\n".join(
            (
                f'reg.exe add "{EVENTS}" /v EventMessageFile /t REG_EXPAND_SZ /d "{MESSAGES}" /f',
                f'reg.exe add "{EVENTS}" /v TypesSupported /t REG_DWORD /d 7 /f',
            )
        )


class HaveService(NamedTuple):
    """The service itself."""

    command: str

    def says(self) -> str:
        """What it does, and why."""
        return f"The service {NAME}, which starts with the machine, before anybody has signed in."

    def types(self) -> str:
        """The commands for the same."""
        how = f'binPath= "{_quoted(self.command)}" type= own start= {AUTOMATIC} error= normal obj= LocalSystem'
        return "\n".join(
            (
                f'sc.exe query {NAME} >nul || sc.exe create {NAME} {how} DisplayName= "{TITLE}"',
                f'sc.exe config {NAME} {how} DisplayName= "{TITLE}"',
                f'sc.exe description {NAME} "{PURPOSE}"',
            )
        )


class HaveRestarts(NamedTuple):
    """What happens when it fails."""

    def says(self) -> str:
        """What it does, and why."""
        seconds = [f"{after / 1000:g} s" for after in RESTARTS]
        told = f"{', '.join(seconds[:-1])} and, from then on, {seconds[-1]}"
        return f"Whatever ends it, it is started again: after {told}."

    def types(self) -> str:
        """The commands for the same."""
        actions = "/".join(f"restart/{after}" for after in RESTARTS)
        return f"sc.exe failure {NAME} reset= {FORGET_SECONDS} actions= {actions}\nsc.exe failureflag {NAME} 1"


class HaveGuards(NamedTuple):
    """Who may do what with the service."""

    def says(self) -> str:
        """What it does, and why."""
        return "Everybody may see the service. Only an administrator may start, stop, change or remove it."

    def types(self) -> str:
        """The commands for the same."""
        return f'sc.exe sdset {NAME} "{descriptors.SERVICE}"'


class BeRunning(NamedTuple):
    """Start it; what runs already is started again, as the program that is installed now."""

    def says(self) -> str:
        """What it does, and why."""
        return "Start it now. One that runs already is started again, as the program that is installed now."

    def types(self) -> str:
        """The commands for the same."""
        return f"net.exe stop {NAME} 2>nul\nsc.exe start {NAME}"


class BeDisabled(NamedTuple):
    """Start it no more."""

    def says(self) -> str:
        """What it does, and why."""
        return "Have it start with the machine no more: one that goes down before this is done would have it back."

    def types(self) -> str:
        """The command for the same."""
        return f"sc.exe config {NAME} start= disabled"


class BeStopped(NamedTuple):
    """Stop it."""

    def says(self) -> str:
        """What it does, and why."""
        return "Stop the guard. Nobody watches the accounts then."

    def types(self) -> str:
        """The commands for the same."""
        return f"net.exe stop {NAME} 2>nul"


class BeGone(NamedTuple):
    """Take it away."""

    def says(self) -> str:
        """What it does, and why."""
        return "Take the service away."

    def types(self) -> str:
        """The commands for the same."""
        return f"sc.exe delete {NAME}"


class ForgetEvents(NamedTuple):
    """Take the name out of the event log."""

    def says(self) -> str:
        """What it does, and why."""
        return "Have the event log know it no more. What was logged stays."

    def types(self) -> str:
        """The commands for the same."""
        return f'reg.exe delete "{EVENTS}" /f'


Have = HaveFolder | HaveEvents | HaveService | HaveRestarts | HaveGuards
Act = Have | BeRunning | BeDisabled | BeStopped | BeGone | ForgetEvents


def installing(home: str, command: str) -> tuple[Act, ...]:
    """From a machine without the service, or with an earlier one, to one that guards by itself. The service can be
    stopped and changed by nobody before it runs for the first time."""
    return (
        HaveFolder(home),
        HaveEvents(),
        HaveService(command),
        HaveRestarts(),
        HaveGuards(),
        BeRunning(),
    )


def uninstalling() -> tuple[Act, ...]:
    """From a machine with the service to one without. The home stays as it is."""
    return (BeDisabled(), BeStopped(), BeGone(), ForgetEvents())


def _quoted(command: str) -> str:
    """A command within quotes, as the programs of Windows take their own line apart."""
    return command.replace('"', '\\"')
