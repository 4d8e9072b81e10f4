"""`logging.yaml`: how the four logs are written. Absent: as the defaults say."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Final

import msgspec

from risk_manager.config.document import only_document, read_source
from risk_manager.config.explain import Declaration, read_struct
from risk_manager.config.home import found
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.tree import Branch, Leaf
from risk_manager.core.settings import Count, Kind

LOGGING_FILE: Final = "logging.yaml"


class Format(enum.Enum):
    """How a line looks."""

    TEXT = "text"
    JSON = "json"


class Level(enum.Enum):
    """From which loudness on something is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The file, field by field."""

    format: Format = Format.TEXT
    level: Level = Level.INFO
    folder: Annotated[str, Kind.TEXT] = "logs"
    """In the home folder, or an absolute path."""
    size_mb: Count = 10
    """A log that has grown to this is put aside and begun anew."""
    keep: Count = 5
    """How many of those that were put aside are kept."""


def read_log_settings(config: Path) -> LogSettings:
    """What the logging.yaml of a configuration folder says, or its .yml or .json; the defaults where there is none.
    Raises ConfigError."""
    return read_log_file(config)[0]


def read_log_file(config: Path) -> tuple[LogSettings, str]:
    """The same, with the text itself; an empty one where there is none. Raises ConfigError."""
    path = found(config, Path(LOGGING_FILE).stem)
    text = read_source(path) if path is not None else ""
    return log_settings_of(text, path.name if path is not None else LOGGING_FILE), text


def log_settings_of(text: str, name: str = LOGGING_FILE) -> LogSettings:
    """What the text of a logging.yaml says; `name` is its own. Raises ConfigError."""
    content = only_document(text, name)
    problems: list[Problem] = []
    tree = Branch({}, content.place) if isinstance(content, Leaf) and content.value is None else content
    read = read_struct(tree, Declaration(LogSettings, "logging"), problems)
    if problems or not isinstance(read, LogSettings):
        raise ConfigError(problems)
    return read
