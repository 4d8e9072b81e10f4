"""Where a journal lies, and what the configurations of its time mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from risk_manager import home as homes
from risk_manager.config import NO_SECRETS, ConfigError, Configuration, load_home, settings_of
from risk_manager.config.rule_table import known_rules
from risk_manager.core.model import AccountId
from risk_manager.core.settings import Settings

DATABASE: Final = Path("data") / "state.db"


def database(home: Path | None) -> Path:
    """The database of a home folder."""
    return homes.folder(home) / DATABASE


def print_json(told: Mapping[str, object]) -> None:
    """An answer for other programs."""
    print(msgspec.json.format(msgspec.json.encode(told)).decode())


def read(texts: Mapping[str, str]) -> Mapping[AccountId, Settings]:
    """What the texts of a configuration mean. Raises ConfigError where this version cannot read them any more."""
    return settings_of(texts, known_rules())


def settings_of_home(home: Path | None) -> Mapping[AccountId, Settings]:
    """The settings that a home folder has now; none where they cannot be read."""
    try:
        return configuration(homes.folder(home)).settings
    except ConfigError:
        return {}


def configuration(folder: Path) -> Configuration:
    """The configuration of a folder, without its secrets. Raises ConfigError."""
    return load_home(folder, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
