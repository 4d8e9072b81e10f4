"""`risk-manager admin config set`, `unset`, `edit`: nothing is written that does not hold as a whole."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from risk_manager.config import ConfigError
from risk_manager.config.document import read_source
from risk_manager.config.editing import Edit, EditError, as_text, has_secret, with_value, without_key
from risk_manager.config.hiding import is_secret
from risk_manager.config.risk import RISK_FILE
from risk_manager.exit_codes import ExitCode
from risk_manager.home import belong
from risk_manager.interfaces.admin import changing
from risk_manager.interfaces.admin.asking import StoppedError, agree, ask, some_text
from risk_manager.interfaces.admin.entrance import House, RefusedError, read_password, tell

_EDITORS: Final = ("notepad",) if os.name == "nt" else ("nano", "vim", "vi")
_OWNER_ONLY: Final = 0o600
_NOT_HERE: Final = (
    "There is a secret in it, and a command line is no place for one: the shell remembers it, and others on this "
    "machine may read it. Nothing is written. Leave the value out: it is asked for and not shown; scripts give it by "
    "--stdin. And take this line out of your shell's history."
)


def set_value(
    key: str,
    value: str | None = None,
    *,
    stdin: bool = False,
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
        As it would stand in the file. Left out, it is asked for. A secret is never given here: a command line can be
        read by others, and is remembered.
    stdin
        Read the value from stdin, one line; with --password-stdin the password is the line before it.
    file
        Which file: risk_config.yaml, accounts.yaml, holidays.yaml, logging.yaml or notifications.yaml.
    home
        The guard's home folder.
    yes
        Write without asking.
    password_stdin
        Read the password from stdin; nothing else is asked then.
    """
    try:
        password = read_password("", from_stdin=True) if stdin and password_stdin else None
        given = _value(key, value, from_stdin=stdin)
    except RefusedError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    except StoppedError:
        tell("Nothing is written.")
        return ExitCode.REFUSED
    edit = lambda name, text: with_value(name, text, key, given)  # noqa: E731
    return _change(House(home), file, edit, yes=yes, from_stdin=password_stdin, password=password)


def _value(key: str, value: str | None, *, from_stdin: bool) -> str:
    """The value as it is to stand in the file: given, or asked for where nobody else sees it. Raises RefusedError,
    StoppedError."""
    is_hidden = is_secret(key.split("."))
    if value is not None:
        if from_stdin:
            raise RefusedError("--stdin reads the value from stdin: leave it out of the command.")
        if has_secret(key, value):
            raise RefusedError(_NOT_HERE)
        return value
    if sys.stdin.isatty():
        given = ask(key, some_text("A value"), secret=is_hidden)
    elif from_stdin:
        given = sys.stdin.readline().strip()
        if not given:
            raise RefusedError("--stdin: stdin has no line with the value.")
    else:
        raise RefusedError("There is no value, and no terminal to ask for it at. Give one, or use --stdin in scripts.")
    return as_text(given) if is_hidden else given


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
    edit = lambda name, text: without_key(name, text, key)  # noqa: E731
    return _change(House(home), file, edit, yes=yes, from_stdin=password_stdin)


def edit(file: str = RISK_FILE, *, home: Path | None = None, yes: bool = False, password_stdin: bool = False) -> int:
    """Edit a copy of a file in your own editor; it takes the file's place when it holds. For scripts there is set.

    Parameters
    ----------
    file
        Which file.
    home
        The guard's home folder.
    yes
        Write without asking.
    password_stdin
        Read the password from stdin; nothing else is asked then.
    """
    with tempfile.TemporaryDirectory(prefix="risk-manager-") as folder:  # its owner's alone
        copied = lambda name, text: _edited(Path(folder) / name, name, text)  # noqa: E731
        house = House(home)
        code = _change(house, file, copied, yes=yes, from_stdin=password_stdin, is_by_hand=not password_stdin)
        if code != ExitCode.FINE:
            _keep_what_was_typed(house, Path(folder))
        return code


def _change(
    house: House,
    name: str,
    edit: Callable[[str, str], Edit],
    *,
    yes: bool,
    from_stdin: bool,
    is_by_hand: bool = False,
    password: str | None = None,
) -> int:
    try:
        change = _holding(house, name, edit, is_by_hand=is_by_hand)
        if not change.is_change:
            tell(f"{change.name} says that already.")
            return ExitCode.FINE
        print("\n".join(change.lines()), flush=True)
        token = house.let_in(password).token if password is not None else house.enter(from_stdin=from_stdin)
        if not (yes or from_stdin) and not agree("Write this", usual=False):
            raise StoppedError
        answer = changing.carried_out(house, change, token, changing.in_words(change))
    except StoppedError:
        tell("Nothing is written.")
        return ExitCode.REFUSED
    except EditError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    except ConfigError as error:
        tell(f"Nothing is written, because it would not hold:\n{error}")
        return ExitCode.BAD_INPUT
    except RefusedError as error:
        tell(str(error))
        return ExitCode.REFUSED
    except OSError as error:
        tell(f"{house.config / name} cannot be written: {error.strerror}. It belongs to the guard's own user.")
        return ExitCode.REFUSED
    tell(answer.says)
    return ExitCode.FINE if answer.is_done else ExitCode.BAD_INPUT


def _holding(house: House, name: str, edit: Callable[[str, str], Edit], *, is_by_hand: bool) -> Edit:
    """The change, once it holds: who edits by hand is told what is wrong and may go on."""
    while True:
        try:
            return changing.proposed(house, name, edit)
        except ConfigError as error:
            if not is_by_hand:
                raise
            tell(f"This would not hold:\n{error}")
            if not agree("Edit again", usual=True):
                raise StoppedError from None


def _edited(copy: Path, name: str, text: str) -> Edit:
    """What is left in the copy when the editor is closed. A copy that is there already is edited further."""
    if not copy.exists():
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
            file.write(text.encode())
    command = [*_editor(), str(copy)]
    try:
        code = subprocess.run(command, check=False).returncode  # noqa: S603  the admin's own editor
    except OSError as error:
        raise EditError(f"The editor {command[0]} cannot be started: {error.strerror}. EDITOR names another.") from None
    if code != 0:
        raise EditError(f"The editor {command[0]} ended with code {code}. Nothing is written.")
    return Edit(name=name, before=text, after=read_source(copy, name))


def _keep_what_was_typed(house: House, folder: Path) -> None:
    """Beside the file, where the guard does not look: nobody types it twice. Nothing, where nothing was typed."""
    for copy in folder.iterdir():
        typed, file = copy.read_bytes(), house.config / copy.name
        if typed == (file.read_bytes() if file.exists() else b""):
            continue
        kept = file.with_name(f"{file.name}.typed")
        try:
            kept.unlink(missing_ok=True)
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as place:
                place.write(typed)
            belong(kept)
        except OSError as error:
            tell(f"What you have typed cannot be kept in {kept}: {error.strerror}.")
        else:
            tell(f"What you have typed is kept in {kept}; the guard does not read it.")


def _editor() -> list[str]:
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        return shlex.split(named, posix=os.name != "nt")
    if not sys.stdin.isatty():
        raise EditError("There is no terminal for an editor. In scripts: risk-manager admin config set KEY VALUE.")
    found = next((path for one in _EDITORS if (path := shutil.which(one))), None)
    if found is None:
        raise EditError("No editor was found. The environment variable EDITOR names yours.")
    return [found]
