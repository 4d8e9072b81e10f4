"""`risk-manager admin config`: show, check, set, unset, reload. Nothing is written that does not hold as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from risk_manager.config import ConfigError, load_home, load_texts
from risk_manager.config.document import read_source
from risk_manager.config.editing import Edit, EditError, with_value, without_key, write
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import House, RefusedError, ended, tell
from risk_manager.ipc.admin import Reload

RISK_FILE = "risk_config.yaml"
_FILES = ("risk_config", "accounts", "holidays")


def show(*, home: Path | None = None) -> int:
    """Print the files of the configuration; what is secret is not shown.

    Parameters
    ----------
    home
        The guard's home folder.
    """
    house = House(home)
    for path in _files(house):
        print(f"# {path}")
        print(Edit(name=path.name, before="", after=read_source(path)).shown, end="\n")
    return ExitCode.FINE


def check(file: Path | None = None, *, home: Path | None = None) -> int:
    """Tell everything that is wrong with the configuration, or with one file as it would be in it.

    Parameters
    ----------
    file
        A file that would replace the one of the same name; without it, the home as it is.
    home
        The guard's home folder.
    """
    house = House(home)
    try:
        if file is None:
            load_home(house.folder, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
        else:
            _check(house, file.name, read_source(file))
    except ConfigError as error:
        print(error)
        return ExitCode.BAD_INPUT
    tell("Nothing is wrong with it.")
    return ExitCode.FINE


def set_value(
    key: str,
    value: str,
    *,
    file: str = RISK_FILE,
    home: Path | None = None,
    yes: bool = False,
    password_stdin: bool = False,
) -> int:
    """Change one value: checked as a whole, shown, written, and in force at once.

    Parameters
    ----------
    key
        For example daily_realized_loss.limit
    value
        As it would stand in the file.
    file
        Which file: risk_config.yaml, accounts.yaml or holidays.yaml.
    home
        The guard's home folder.
    yes
        Write without asking.
    password_stdin
        Read the password from stdin; nothing else is asked then.
    """
    what = f"set {key} to {'***' if 'api_key' in key else value}"
    return _edit(
        House(home), file, lambda text: with_value(file, text, key, value), what, yes=yes, from_stdin=password_stdin
    )


def unset(
    key: str, *, file: str = RISK_FILE, home: Path | None = None, yes: bool = False, password_stdin: bool = False
) -> int:
    """Take a key out, with all that is under it.

    Parameters
    ----------
    key
        For example max_contracts.micro_weight
    file
        Which file.
    home
        The guard's home folder.
    yes
        Write without asking.
    password_stdin
        Read the password from stdin; nothing else is asked then.
    """
    edit = lambda text: without_key(file, text, key)  # noqa: E731
    return _edit(House(home), file, edit, f"take {key} out", yes=yes, from_stdin=password_stdin)


def reload(*, home: Path | None = None, password_stdin: bool = False) -> int:
    """Have the running guard read its files now; it does so by itself within a second.

    Parameters
    ----------
    home
        The guard's home folder.
    password_stdin
        Read the password from stdin.
    """
    return ended(
        House(home),
        lambda token: Reload(token=token),
        from_stdin=password_stdin,
        nobody="No guard is running for this home. The files are read at its start.",
        undone=ExitCode.BAD_INPUT,
    )


def _edit(house: House, name: str, edit: Callable[[str], Edit], what: str, *, yes: bool, from_stdin: bool) -> int:
    path = house.config / name
    try:
        change = edit(read_source(path) if path.exists() else "")
        if not change.is_change:
            tell(f"{name} says that already.")
            return ExitCode.FINE
        _check(house, name, change.after)
    except EditError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    except ConfigError as error:
        tell(f"Nothing is written, because it would not hold:\n{error}")
        return ExitCode.BAD_INPUT
    print("\n".join(change.lines()))
    try:
        token = house.enter(from_stdin=from_stdin)
        if not (yes or from_stdin) and input("Write this? [y/N] ").strip().lower() not in ("y", "yes"):
            tell("Nothing is written.")
            return ExitCode.REFUSED
        write(path, change.after)
        if token is None:
            tell(f"{name} is written. No guard is running; it is in force at the next start.")
            return ExitCode.FINE
        answer = house.say(Reload(token=token, why=what))
    except RefusedError as error:
        tell(str(error))
        return ExitCode.REFUSED
    except OSError as error:
        tell(f"{path} cannot be written: {error.strerror}. It belongs to the guard's own user.")
        return ExitCode.REFUSED
    tell(answer.says)
    return ExitCode.FINE if answer.is_done else ExitCode.BAD_INPUT


def _check(house: House, name: str, text: str) -> None:
    """Raises ConfigError with all that is wrong with the home if this file were in it."""
    stem = Path(name).stem
    texts = {path.name: read_source(path) for path in _files(house) if path.stem != stem}
    load_texts({**texts, name: text}, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)


def _files(house: House) -> list[Path]:
    found = [house.config / f"{stem}{suffix}" for stem in _FILES for suffix in (".yaml", ".yml", ".json")]
    return [path for path in found if path.exists()]
