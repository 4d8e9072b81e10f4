"""A change of a configuration file: held against the whole before it is written, written as a whole, put in force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from risk_manager.config import ConfigError, Problem, load_texts
from risk_manager.config.changes import changes
from risk_manager.config.document import read_source
from risk_manager.config.editing import Edit, EditError, write
from risk_manager.config.logs import LOGGING_FILE, log_settings_of
from risk_manager.config.notifications import NOTIFICATIONS_FILE, notifications_of
from risk_manager.config.risk import RISK_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.interfaces.admin.entrance import House
from risk_manager.ipc.admin import Answer, Reload

STEMS: Final = ("risk_config", "accounts", "holidays", "logging", "notifications")
"""The files of the configuration, without what their names end with."""
_SUFFIXES: Final = (".yaml", ".yml", ".json")


def files(house: House) -> list[Path]:
    """The files that are there."""
    found = [house.config / f"{stem}{suffix}" for stem in STEMS for suffix in _SUFFIXES]
    return [path for path in found if path.exists()]


def file_named(house: House, name: str = RISK_FILE) -> Path:
    """The file that is meant: the one that is there under this name, with whatever ending. Raises EditError."""
    stem = Path(name).stem
    if stem not in STEMS or name not in (stem, *(stem + suffix for suffix in _SUFFIXES)):
        known = ", ".join(f"{one}.yaml" for one in STEMS)
        raise EditError(f"{name} is no file of the configuration. There are {known}.")
    there = [path for path in files(house) if path.stem == stem]
    return there[0] if there else house.config / f"{stem}.yaml"


def text_of(path: Path) -> str:
    """What a file says; nothing where it is not there yet. Raises ConfigError where it cannot be read."""
    return read_source(path) if path.exists() else ""


def check(house: House, name: str, text: str) -> None:
    """Raises ConfigError with all that is wrong with the home if this file were in it."""
    stem = Path(name).stem
    if stem == Path(LOGGING_FILE).stem:
        log_settings_of(text)
        return
    if stem == Path(NOTIFICATIONS_FILE).stem:
        notifications_of(text, NO_SECRETS, NO_SECRETS.get, name)
        return
    if stem not in STEMS:
        known = ", ".join(f"{one}.yaml" for one in STEMS)
        raise ConfigError([Problem(name, None, "", f"This is no file of the configuration. There are {known}")])
    texts = {path.name: read_source(path) for path in files(house) if path.stem != stem}
    load_texts({**texts, name: text}, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)


def proposed(house: House, name: str, edit: Callable[[str, str], Edit]) -> Edit:
    """The change that `edit` makes of a file's name and text; it holds. Raises EditError, ConfigError."""
    path = file_named(house, name)
    change = edit(path.name, text_of(path))
    if change.is_change:
        check(house, path.name, change.after)
    return change


def carried_out(house: House, change: Edit, token: str | None, what: str) -> Answer:
    """Write it, and have the running guard (`token`) take it. Raises EditError, ConfigError, OSError, RefusedError."""
    path = file_named(house, change.name)
    if text_of(path) != change.before:
        raise EditError(f"{path.name} has been changed by somebody else meanwhile. Nothing is written; begin again.")
    check(house, path.name, change.after)  # the other files may be others by now
    write(path, change.after)
    if token is None:
        return Answer(
            is_done=True, says=f"{path.name} is written. No guard is running; it is in force at the next start."
        )
    answer = house.say(Reload(token=token, why=what))  # it is on the record by that, whatever the file
    if answer.is_done and path.stem == Path(NOTIFICATIONS_FILE).stem:
        return Answer(is_done=True, says=f"{path.name} is written. The running guard takes it within a second or two.")
    return answer


def in_words(change: Edit) -> str:
    """What an edit changes, for the record."""
    return f"edit {change.name} ({'; '.join(changes(change.before, change.after)) or 'no value'})"
