"""The admin's password: a bcrypt hash in a file of its own, nothing else, never the password."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import bcrypt

from risk_manager.config.replacing import write_private
from risk_manager.home import unreadable

HASH_FILE: Final = "admin_password.hash"
SHORTEST: Final = 10
_LONGEST_BYTES: Final = 72
"""bcrypt looks at no more, so a longer one would be weaker than it looks."""


class PasswordError(Exception):
    """A password that is not accepted, or a file that cannot be used. The text is the sentence for the admin."""


def why_not(password: str) -> str | None:
    """Why a new password is not accepted; None where it is."""
    if len(password) < SHORTEST:
        return f"The password has {len(password)} characters. It needs {SHORTEST} at least: three words do."
    if len(password.encode()) > _LONGEST_BYTES:
        return f"The password has more than {_LONGEST_BYTES} bytes. Take a shorter one."
    if len(set(password)) < SHORTEST // 2:
        return "The password repeats a few characters. Take one that is harder to guess."
    if not password.isprintable():
        return "The password has characters that cannot be typed at every terminal. Leave them out."
    return None


def is_set(path: Path) -> bool:
    """Whether there is a password."""
    return path.exists()


def set_password(path: Path, password: str, *, rounds: int = 12) -> None:
    """Write the hash, readable for its owner only. Raises PasswordError with the reason, and OSError."""
    why = why_not(password)
    if why is not None:
        raise PasswordError(why)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds))
    write_private(path, f"{hashed.decode()}\n")


def matches(path: Path, password: str) -> bool:
    """Whether this is the password. It takes a fifth of a second, by design. Raises PasswordError where there is none
    or the file does not hold a hash."""
    try:
        hashed = path.read_bytes().strip()
    except FileNotFoundError:
        raise PasswordError("No admin password is set yet: risk-manager admin password") from None
    except OSError as error:
        raise PasswordError(f"{unreadable(path, error)}.") from None
    given = password.encode()
    if len(given) > _LONGEST_BYTES:
        return False
    try:
        return bcrypt.checkpw(given, hashed)
    except ValueError:
        raise PasswordError(f"{path.name} does not hold a hash. Remove it and set the password again.") from None
