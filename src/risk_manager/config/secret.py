"""Texts that nobody may read over our shoulder: where they come from, and a type that does not show them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from risk_manager.config.reading import Reading, wrong

_ENVIRONMENT: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
KEYRING: Final = "keyring:"
"""How a reference to the keyring begins; a name follows."""
_CREDENTIAL: Final = "credential:"
REFERENCES: Final = ("${", KEYRING, _CREDENTIAL)
"""What begins so names a secret and is none."""
_CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
_CREDENTIALS: Final = "/etc/credstore"
"""Where systemd takes them from, which root alone can read; what it hands to a service lies elsewhere."""
_SERVICE: Final = "risk-manager"
_RIGHT: Final = (
    "Write ${NAME} for an environment variable, keyring:NAME, credential:NAME for one that systemd hands over, or the "
    "text itself in quotation marks"
)

Keyring = Callable[[str], str | None]
"""From a name to its secret; None where there is none."""


class Secret:
    """A text that shows itself only when it is asked by name. Equal to another with the same text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text. Hand it to what needs it and to nothing that logs."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not written down")


class NotFoundError(Exception):
    """A secret is not where the configuration says: why, in a sentence that does not show it."""


def resolve(text: str, environment: Mapping[str, str] = os.environ, keyring: Keyring | None = None) -> Secret:
    """The secret that a text means. Raises NotFoundError."""
    match = _ENVIRONMENT.fullmatch(text.strip())
    if match is not None:
        value = environment.get(match[1], "")
        if not value.strip():
            raise NotFoundError(f"the environment variable {match[1]} is not set")
        return Secret(value.strip())
    if text.startswith(KEYRING):
        name = text.removeprefix(KEYRING).strip()
        value = (keyring or system_keyring)(name) or ""
        if not value:
            raise NotFoundError(f"the keyring has nothing under {name} of {_SERVICE}")
        return Secret(value)
    if text.startswith(_CREDENTIAL):
        return Secret(_handed_over(text.removeprefix(_CREDENTIAL).strip(), environment))
    if "${" in text:
        raise NotFoundError(f"a reference to the environment is the whole value. {_RIGHT}")
    return Secret(text)


def _handed_over(name: str, environment: Mapping[str, str]) -> str:
    """The credential that systemd hands to a service; for root, who asks on a terminal, the one that it would."""
    if environment is NO_SECRETS:
        return environment[name]
    folder = environment.get(_CREDENTIALS_VARIABLE) or _CREDENTIALS
    if not name or "/" in name or name.startswith("."):
        raise NotFoundError("a credential is named like a file without a folder, as risk-manager.api_key")
    try:
        value = Path(folder, name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NotFoundError(
            f"there is no credential {name} that can be read in {folder}. It lies in {_CREDENTIALS}, and "
            "LoadCredential= in the unit of the service names it"
        ) from None
    if not value:
        raise NotFoundError(f"the credential {name} is empty")
    return value


class _Anything(Mapping[str, str]):
    def __getitem__(self, name: str) -> str:
        return f"no need of {name}"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


NO_SECRETS: Final = _Anything()
"""An environment in which every variable is there, for whoever needs a configuration and no login: the key may be gone
by then, or was never written down. Its `get` is a keyring of the same kind."""


def system_keyring(name: str) -> str | None:
    """What the system's keyring has under this name. Raises NotFoundError where there is no keyring."""
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        raise NotFoundError("the package keyring is not installed. Install risk-manager[keyring]") from None
    try:
        found = keyring.get_password(_SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise NotFoundError(f"the keyring cannot be asked: {type(error).__name__}") from None
    return found if isinstance(found, str) else None


def keep_in_keyring(name: str, text: str) -> None:
    """Put a secret into the system's keyring, and read it back: a keyring may take what it does not keep. Raises
    NotFoundError where it cannot be done."""
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        raise NotFoundError("the package keyring is not installed. Install risk-manager[keyring]") from None
    try:
        keyring.set_password(_SERVICE, name, text)
    except keyring.errors.KeyringError as error:
        raise NotFoundError(f"the keyring takes nothing: {type(error).__name__}") from None
    if system_keyring(name) != text:
        raise NotFoundError("the keyring does not give back what it was given")


def _private(value: Any) -> str:
    """A text, never shown in a refusal."""
    if isinstance(value, str) and value.strip():
        return value
    raise wrong(f"{'Nothing stands here' if value in (None, '') else 'This is not a text'}. {_RIGHT}")


PRIVATE: Final = Reading(_private, {"type": "string"}, _RIGHT)
