"""The trader's own channels and quiet hours: a file in a folder of the trader's own, written by `notify prefs`.

Whoever owns it decides what stands there, and the guard that reads it may be another user with more rights. So it is
read as a stranger's: a plain file of modest size, no link, and no reference is followed out of it.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, Final

import msgspec
import platformdirs

from risk_manager.config.channels import Channel, ChannelKind
from risk_manager.config.document import only_document
from risk_manager.config.notifications import notifications_of
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.risk import VERSION
from risk_manager.config.secret import REFERENCES
from risk_manager.config.tree import plain
from risk_manager.home import PRIVATE_FILE, TRADER_FILE, TRADER_FOLDER

OWN_FILE: Final = "notifications.json"
_BYTES_MAX: Final = 16 * 1024
CHANNELS_MAX: Final = 5
"""More of one trader's would take the guard's time, and tell nobody more."""
_KINDS: Final = ", ".join(kind.value for kind in ChannelKind if kind is not ChannelKind.APPRISE)
_NO_REFERENCE: Final = (
    "stands for something of the guard's, and nothing of that goes out to here. Write the text itself"
)


class _Written(msgspec.Struct):
    channels: dict[str, dict[str, Any]] = {}


LET_IN: Final = f"install -d -m 2750 -o TRADER -g risk-manager {TRADER_FOLDER}"
"""What root types to give the user TRADER a folder that the service can read."""
_REMEDY: Final = (
    "A guard that systemd runs sees nothing of /home. Give the trader a folder that it sees, and take trader_file out "
    f"of notifications.yaml: sudo {LET_IN}"
)


def place() -> Path:
    """The file in the folder that the service's admin has made for the trader, for both of them and for root; for
    everybody else the one of the user that this process runs as."""
    if os.access(TRADER_FOLDER, os.R_OK | os.X_OK):
        return TRADER_FOLDER / OWN_FILE
    return platformdirs.user_data_path("risk-manager", appauthor=False) / OWN_FILE


def read_own(path: Path) -> tuple[Channel, ...]:
    """The channels of a trader's file; none where there is no file. Raises ConfigError, and shows no secret."""
    text = _text(path)
    return own_channels_of(text) if text is not None else ()


def own_channels_of(text: str) -> tuple[Channel, ...]:
    """The channels that the text of such a file says. Raises ConfigError."""
    if _has_reference(plain(only_document(text, OWN_FILE))):  # as it is read: an escaped one is one, too
        raise _refused(f"A reference (${{NAME}}, keyring:NAME, credential:NAME) {_NO_REFERENCE}")
    read = notifications_of(text, {}, lambda _: None, name=OWN_FILE)
    problems = [
        Problem(OWN_FILE, None, key, "This is for the admin's file: a trader's has version and channels")
        for key, value in (("heartbeat", read.heartbeat), ("trader_file", read.trader_file))
        if value is not None
    ]
    problems += [
        Problem(OWN_FILE, None, f"channels.{one.name}.kind", f"apprise is for the admin's file. Write one of {_KINDS}")
        for one in read.channels
        if one.kind is ChannelKind.APPRISE  # it starts programs, with the rights of the guard
    ]
    if (found := len(read.channels)) > CHANNELS_MAX:
        why = f"There are {found} channels, and a trader has {CHANNELS_MAX} at most. Take out the others"
        problems.append(Problem(OWN_FILE, None, "channels", why))
    if problems:
        raise ConfigError(problems)
    return read.channels


def written(path: Path) -> dict[str, dict[str, Any]]:
    """The sections of the channels as they are written, by name; they hold the secrets. Raises ConfigError."""
    text = _text(path)
    if text is None:
        return {}
    own_channels_of(text)
    try:
        return msgspec.json.decode(text, type=_Written).channels
    except msgspec.MsgspecError:
        raise _refused(f"{path} is no JSON: it was changed by hand. Mend it, or put it aside to begin anew") from None


def write_own(path: Path, channels: dict[str, dict[str, Any]]) -> None:
    """Replace the file; only its owner may read it. Raises ConfigError where it would not hold, and OSError."""
    text = msgspec.json.format(msgspec.json.encode({"version": VERSION, "channels": channels})).decode()
    own_channels_of(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    first = TRADER_FILE if path.parent == TRADER_FOLDER else PRIVATE_FILE
    rights = stat.S_IMODE(path.stat().st_mode) if path.exists() else first
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(text.encode())
    fresh.chmod(rights)  # the trader may have let the guard's user read it
    os.replace(fresh, path)


def _text(path: Path) -> str | None:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        number = os.open(path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(f"{path} {_why(error)}") from None
    told = os.fstat(number)
    if not stat.S_ISREG(told.st_mode) or told.st_size > _BYTES_MAX:
        os.close(number)  # a folder can be opened, too
        raise _refused(f"{path} is no plain file of at most {_BYTES_MAX} bytes")
    try:
        with os.fdopen(number, "rb") as file:
            content = file.read(_BYTES_MAX)
    except OSError as error:  # a disk of the network's
        raise _refused(f"{path} {_why(error)}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(f"{path} is no UTF-8 text") from None


def _why(error: OSError) -> str:
    if error.errno == errno.ELOOP:  # not asked of the file: who may not look there cannot tell a link
        return "is a link"
    said = f"cannot be read: {error.strerror}"
    return f"{said}. {_REMEDY}" if isinstance(error, PermissionError) and os.name != "nt" else said


def _has_reference(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_reference, value.values()))
    if isinstance(value, list):
        return any(map(_has_reference, value))
    return isinstance(value, str) and any(one in value for one in REFERENCES)


def _refused(why: str) -> ConfigError:
    return ConfigError([Problem(OWN_FILE, None, "", why)])
