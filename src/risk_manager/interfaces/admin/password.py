"""`risk-manager admin password`: set the admin's password, or change it."""

from __future__ import annotations

from pathlib import Path

from risk_manager.config.password import PasswordError, is_set, set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import House, RefusedError, read_password, tell
from risk_manager.ipc.admin import SetPassword


def run(*, home: Path | None = None, password_stdin: bool = False) -> int:
    """Set the admin's password, or change it where there is one.

    Parameters
    ----------
    home
        The guard's home folder.
    password_stdin
        Read from stdin, a line each: the old password where there is one, then the new one.
    """
    house = House(home)
    if not house.config.is_dir():
        tell(f"There is no configuration in {house.config} yet. Begin with risk-manager init.")
        return ExitCode.BAD_INPUT
    try:
        old = read_password("Old password: ", from_stdin=password_stdin) if is_set(house.hash) else None
        token = held(house, old) if old is not None else None
        new = read_password("New password: ", from_stdin=password_stdin)
        if not password_stdin and read_password("Once more: ", from_stdin=False) != new:
            tell("The two are not the same. Nothing has changed.")
            return ExitCode.BAD_INPUT
        put(house, new, token)
    except WrongError as error:
        tell(str(error))
        return ExitCode.REFUSED
    except (PasswordError, RefusedError) as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    except OSError as error:
        tell(f"{house.hash} cannot be written: {error.strerror}. It belongs to the guard's own user.")
        return ExitCode.REFUSED
    tell("The password is set. It is asked for at every change; nobody can show it to you again.")
    return ExitCode.FINE


class WrongError(Exception):
    """The old password is another one."""


def held(house: House, old: str) -> str | None:
    """Hold the old password against the running guard, which records the attempts, and where none runs against its
    file; both count them. The guard's token; None where none runs. Raises WrongError."""
    try:
        return house.let_in(old).token
    except RefusedError as error:
        raise WrongError(f"{error} Nothing has changed.") from None


def put(house: House, new: str, token: str | None) -> None:
    """Have the running guard (`token`) write the new one, and record it; write it here where none runs. Raises
    PasswordError, OSError."""
    if token is None:
        set_password(house.hash, new)
        return
    try:
        answer = house.say(SetPassword(token=token, password=new))
    except RefusedError as error:
        raise PasswordError(str(error)) from None
    if not answer.is_done:
        raise PasswordError(answer.says)
