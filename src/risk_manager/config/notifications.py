"""`notifications.yaml`: who is told what, and whom silence tells that the guard is gone. Absent: nobody is told.

A trader's own channels stand in a file of the trader's own, in the same words. Nothing in that one is looked up in the
environment or the keyring: those are the guard's, and a reference would carry them out to an address of the trader's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.config.channels import (
    Channel,
    ChannelSection,
    Heartbeat,
    HeartbeatSection,
    channel_of,
    heartbeat_of,
    is_channel_name,
)
from risk_manager.config.document import only_document, read_source
from risk_manager.config.explain import Declaration, read_struct, section
from risk_manager.config.hiding import shown_way
from risk_manager.config.home import found
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.risk import VERSION, check_version, require_version
from risk_manager.config.secret import Keyring, Secret
from risk_manager.config.tree import place_of
from risk_manager.core.settings import Text

NOTIFICATIONS_FILE: Final = "notifications.yaml"


class NotificationsFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file, field by field."""

    version: int = VERSION
    """`1`; it must be there."""
    channels: dict[Text, ChannelSection] = {}
    """By a name of your choice; messages of doctor and the log call it so."""
    heartbeat: HeartbeatSection | None = None
    """A dead man's switch: an address that is asked for again and again while the guard decides. When it is not, the
    service behind it tells you."""
    trader_file: Text | None = None
    """Where the trader's own file lies (`risk-manager notify prefs` says it), if the trader is another user than the
    guard; without it, that of the guard's own user, or under systemd the one in `/var/lib/risk-manager/trader`."""


class Notifications(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says, with its secrets fetched."""

    channels: tuple[Channel, ...] = ()
    heartbeat: Heartbeat | None = None
    trader_file: Path | None = None
    text: Secret = Secret("")
    """The file itself."""


def read_notifications(
    config: Path, environment: Mapping[str, str] = os.environ, keyring: Keyring | None = None
) -> Notifications:
    """What the notifications file of a configuration folder says; nobody and nothing where there is none. Raises
    ConfigError."""
    path = found(config, Path(NOTIFICATIONS_FILE).stem)
    if path is None:
        return Notifications()
    return notifications_of(read_source(path), environment, keyring, name=path.name)


def notifications_of(
    text: str,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring | None = None,
    name: str = NOTIFICATIONS_FILE,
) -> Notifications:
    """What the text of a notifications file says. Raises ConfigError with all problems; none of them shows a secret."""
    content = only_document(text, name)
    problems: list[Problem] = []
    require_version(content, problems, "silence a channel")
    tree = section(content, "", problems)
    if tree is None:
        raise ConfigError(problems)
    check_version(tree, problems)
    read = read_struct(tree, Declaration(NotificationsFile, "notifications"), problems)
    if not isinstance(read, NotificationsFile):
        raise ConfigError(problems)
    channels = []
    for one, told in read.channels.items():
        if not is_channel_name(one):
            place, key = place_of(tree, ("channels", one))
            problems.append(
                Problem(
                    place.file, place.line, ".".join(shown_way(key)), "A name is letters, digits, - and _, 40 at most"
                )
            )
            continue
        channels.append(channel_of(one, told, tree, environment, keyring, problems))
    heartbeat = heartbeat_of(read.heartbeat, tree, environment, keyring, problems) if read.heartbeat else None
    if problems:
        raise ConfigError(problems)
    return Notifications(
        channels=tuple(one for one in channels if one is not None),
        heartbeat=heartbeat,
        trader_file=Path(read.trader_file) if read.trader_file is not None else None,
        text=Secret(text),
    )
