"""A change of a configuration file: held against the whole before it is written, written as a whole, put in force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from risk_manager.config import ConfigError, Problem, load_texts
from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.changes import changes
from risk_manager.config.document import read_source
from risk_manager.config.editing import Edit, EditError
from risk_manager.config.logs import LOGGING_FILE, log_settings_of
from risk_manager.config.notifications import NOTIFICATIONS_FILE, notifications_of
from risk_manager.config.replacing import LinkError, write
from risk_manager.config.risk import RISK_FILE, VERSION
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.interfaces.admin import own_limits
from risk_manager.interfaces.admin.entrance import House, RefusedError
from risk_manager.ipc.admin import Answer, Reload

STEMS: Final = ("risk_config", "accounts", "holidays", "logging", "notifications")
"""The files of the configuration, without what their names end with."""
_WITH_VERSION: Final = frozenset({"risk_config", "notifications"})
"""What says its version; one that is not there yet is begun with it."""
_TAKEN: Final = {
    Path(NOTIFICATIONS_FILE).stem: "The running guard takes it within a second or two.",
    Path(LOGGING_FILE).stem: "The running guard goes on writing its logs as before, until it is started again.",
}
"""When a guard that runs takes what a reload does not read."""
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
        log_settings_of(text, name)
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
    text = text_of(path)
    begun = text if text.strip() or path.stem not in _WITH_VERSION else f"version: {VERSION}\n"
    change = edit(path.name, begun)
    change = Edit(name=change.name, before=text, after=text if change.after == begun else change.after)
    if change.is_change:
        check(house, path.name, change.after)
    return change


def carried_out(house: House, change: Edit, token: str | None, what: str) -> Answer:
    """Write it, and have the running guard (`token`) take it; what that refuses is taken back. Raises EditError,
    ConfigError, RefusedError."""
    path = file_named(house, change.name)
    if text_of(path) != change.before:
        raise EditError(f"{path.name} has been changed by somebody else meanwhile. Nothing is written; begin again.")
    was_there = path.exists()
    check(house, path.name, change.after)  # the other files may be others by now
    try:
        write(path, change.after)
    except LinkError as error:
        raise RefusedError(f"Nothing is written. {error}") from None
    except OSError as error:
        raise RefusedError(_unwritten(path, error)) from None
    if token is None:
        return Answer(
            is_done=True,
            says=f"{path.name} is written. No guard is running; it is in force at the next start."
            f"{_not_reached(house, change)}",
        )
    try:
        answer = house.say(Reload(token=token, why=what))  # it is on the record by that, whatever the file
    except RefusedError as error:
        raise RefusedError(f"{path.name} is written. Whether the guard has taken it is not known. {error}") from None
    if not answer.is_done:
        return replace(answer, says=f"{answer.says}\n{_put_back(path, change, was_there=was_there)}")
    taken = _TAKEN.get(path.stem)
    answer = Answer(is_done=True, says=f"{path.name} is written. {taken}") if taken else answer
    return replace(answer, says=f"{answer.says}{_not_reached(house, change)}")


def _not_reached(house: House, change: Edit) -> str:
    """What of accounts keeps its own value; empty where nothing does."""
    if Path(change.name).stem != Path(RISK_FILE).stem:
        return ""
    try:
        kept = own_limits.kept(change.before, change.after, text_of(file_named(house, ACCOUNTS_FILE)))
    except ConfigError:  # it cannot be read any more: the change is written all the same
        return ""
    return f" {kept}" if kept else ""


def _put_back(path: Path, change: Edit, *, was_there: bool) -> str:
    """The file as it was, which the guard has refused to give up; what became of it."""
    try:
        if text_of(path) != change.after:
            return f"{path.name} has been changed by somebody else meanwhile: that stays."
        if was_there:
            write(path, change.before)
        else:
            path.unlink()
    except (OSError, ConfigError) as error:
        return f"{path.name} still says what was refused, and it cannot be put back: {error}"
    return f"{path.name} is as it was before." if was_there else f"{path.name} is taken away again: it was not there."


def _unwritten(path: Path, error: OSError) -> str:
    if path.is_symlink():
        return f"{path} is a link to {path.resolve()}, and that cannot be written: {error.strerror}. Change it there."
    return f"{path} cannot be written: {error.strerror}. It belongs to the guard's own user."


def in_words(change: Edit) -> str:
    """What an edit changes, for the record."""
    return f"edit {change.name} ({'; '.join(changes(change.before, change.after)) or 'no value'})"
