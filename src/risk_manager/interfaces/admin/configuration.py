"""`risk-manager admin config`: show, check, reload. What changes a file is in `edits.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from risk_manager.config import ConfigError, Problem, load_home
from risk_manager.config.document import read_source
from risk_manager.config.hiding import hidden
from risk_manager.config.logs import read_log_settings
from risk_manager.config.notifications import read_notifications
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import changing
from risk_manager.interfaces.admin.entrance import House, ended, tell
from risk_manager.ipc.admin import Reload


def show(*, home: Path | None = None, json: bool = False) -> int:
    """Print the files of the configuration; what is secret is not shown.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        As JSON, for other programs: the path and the text of each file.
    """
    house = House(home)
    try:
        texts = {str(path): hidden(read_source(path)) for path in changing.files(house)}
    except ConfigError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    if json:
        print_json([{"file": path, "text": text} for path, text in texts.items()])
        return ExitCode.FINE
    for path, text in texts.items():
        print(f"# {path}\n{text}")
    return ExitCode.FINE


def check(file: Path | None = None, *, home: Path | None = None, json: bool = False) -> int:
    """Tell everything that is wrong with the configuration, or with one file as it would be in it.

    Parameters
    ----------
    file
        A file that would replace the one of the same name; without it, the home as it is.
    home
        The guard's home folder.
    json
        As JSON, for other programs: file, line, key and text of each problem.
    """
    house = House(home)
    problems = list(_problems(house)) if file is None else list(_problems_of(house, file))
    if json:
        print_json([{"file": one.file, "line": one.line, "key": one.key, "text": one.text} for one in problems])
    elif problems:
        print("\n".join(map(str, problems)))
    else:
        tell("Nothing is wrong with it.")
    return ExitCode.BAD_INPUT if problems else ExitCode.FINE


def _problems(house: House) -> Iterator[Problem]:
    try:
        load_home(house.folder, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
    except ConfigError as error:
        yield from error.problems
    for read in (read_log_settings, _notifications):
        try:
            read(house.config)
        except ConfigError as error:
            yield from error.problems


def _notifications(config: Path) -> object:
    return read_notifications(config, NO_SECRETS, NO_SECRETS.get)


def _problems_of(house: House, file: Path) -> Iterator[Problem]:
    try:
        changing.check(house, file.name, read_source(file))
    except ConfigError as error:
        yield from error.problems


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


def print_json(data: object) -> None:
    """Data for other programs."""
    print(msgspec.json.format(msgspec.json.encode(data)).decode())
