"""A channel as it is written, and as it is used: where messages go, which of them, and when not."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from risk_manager.config.problem import Problem
from risk_manager.config.reading import Reading, shown, wrong
from risk_manager.config.secret import NO_SECRETS, PRIVATE, Keyring, NotFoundError, Secret, resolve
from risk_manager.config.tree import Branch, place_of
from risk_manager.core.record import Severity
from risk_manager.core.settings import Duration, WallTime, ZoneName

TELEGRAM_URL: Final = "https://api.telegram.org"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME: Final = re.compile(r"[\w-]{1,40}")
_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+", re.ASCII)
_CHAT_RIGHT: Final = 'A chat is its number, for example "123456789", or the name of a channel, "@my_channel"'
_URL_RIGHT: Final = "An address is written with https"


class ChannelKind(enum.Enum):
    """What a channel speaks."""

    DISCORD = "discord"
    TELEGRAM = "telegram"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


class Event(enum.Enum):
    """What a message is about."""

    BREACH = "breach"
    LOCK = "lock"
    UNLOCK = "unlock"
    ALERT = "alert"
    RESET = "reset"
    SETTINGS = "settings"
    GUARD = "guard"


EVENTS_IN_WORDS: Final[Mapping[Event, str]] = {
    Event.BREACH: "a rule's limit is reached, and what the guard does about it",
    Event.LOCK: "a lock begins without a breach, for example at a session's end",
    Event.UNLOCK: "a lock ends: you may trade again",
    Event.ALERT: "what the guard warns of: a lost connection, old prices, an order that the broker refuses",
    Event.RESET: "a trading day begins",
    Event.SETTINGS: "settings were changed or refused, an admin has come in or has done something",
    Event.GUARD: "the guard has started or stopped, and what happened while nobody watched",
}

NEEDS: Final[Mapping[ChannelKind, tuple[str, ...]]] = {
    ChannelKind.DISCORD: ("webhook_url",),
    ChannelKind.TELEGRAM: ("bot_token", "chat_id"),
    ChannelKind.WEBHOOK: ("webhook_url",),
    ChannelKind.APPRISE: ("apprise_url",),
}
"""What leads there; the first is the secret."""
_OWN_SERVER: Final = "api_url"
"""What telegram may have besides."""
_LEADING: Final = tuple(dict.fromkeys((*(field for needs in NEEDS.values() for field in needs), _OWN_SERVER)))


def _chat(value: Any) -> str:
    """A chat of Telegram: its number, or a channel's name."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if re.fullmatch(r"-?\d{1,20}|@\w{1,64}", text, re.ASCII):
        return text
    raise wrong(f"{shown(value)} is no chat. {_CHAT_RIGHT}")


def _server(value: Any) -> str:
    """The address of a Telegram server of one's own."""
    if isinstance(value, str) and _is_safe(value.strip()):
        return value.strip().rstrip("/")
    raise wrong(f"{shown(value)} is no address that can be used. {_URL_RIGHT}; on this machine with http too")


class QuietHours(msgspec.Struct, frozen=True, kw_only=True):
    """When a channel rests. What is critical comes all the same; the rest comes when they are over."""

    start: WallTime
    end: WallTime
    """Before the start: they run past midnight."""
    timezone: ZoneName | None = None
    """Without it, the zone of the machine that the guard runs on."""

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("end: is the same as start; leave quiet_hours out for none")


class ChannelSection(msgspec.Struct, frozen=True, kw_only=True):
    """One channel, field by field."""

    kind: ChannelKind
    webhook_url: Annotated[str, PRIVATE] | None = None
    """Of discord and webhook: the whole address. It is a secret."""
    bot_token: Annotated[str, PRIVATE] | None = None
    """Of telegram: what @BotFather has given. It is a secret."""
    chat_id: Annotated[str, Reading(_chat, {"type": ["string", "integer"]}, _CHAT_RIGHT)] | None = None
    """Of telegram: where the bot writes to."""
    api_url: Annotated[str, Reading(_server, {"type": "string"}, _URL_RIGHT)] | None = None
    """Of telegram: a server of your own, if it is not Telegram's."""
    apprise_url: Annotated[str, PRIVATE] | None = None
    """Of apprise: an address of any of its services. It is a secret; the package apprise must be installed."""
    severity: Severity = Severity.INFO
    """This loud and louder; what is critical comes always."""
    events: tuple[Event, ...] = ()
    """Only these; empty: all. What is critical comes always."""
    quiet_hours: QuietHours | None = None

    def __post_init__(self) -> None:
        needs = NEEDS[self.kind]
        for field in needs:
            if getattr(self, field) is None:
                raise ValueError(f"a {self.kind.value} channel needs {' and '.join(needs)}; {field} is missing")
        allowed = (*needs, _OWN_SERVER) if self.kind is ChannelKind.TELEGRAM else needs
        for field in _LEADING:
            if getattr(self, field) is not None and field not in allowed:
                raise ValueError(f"{field}: a {self.kind.value} channel has none, it has {' and '.join(needs)}")


class HeartbeatSection(msgspec.Struct, frozen=True, kw_only=True):
    """The dead man's switch."""

    ping_url: Annotated[str, PRIVATE]
    """What the service gives you to ask for. It is a secret: who knows it can keep the switch silent."""
    every_seconds: Duration = Decimal(60)
    """How often; set the service to be patient for a few times as long."""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages go, and which."""

    name: str
    kind: ChannelKind
    secret: Secret
    """The address, or the bot's token."""
    chat_id: str = ""
    api_url: str = TELEGRAM_URL
    severity: Severity = Severity.INFO
    events: tuple[Event, ...] = ()
    quiet_hours: QuietHours | None = None


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """Where the guard shows that it is there, and how often."""

    ping_url: Secret
    every_seconds: float


def is_channel_name(name: str) -> bool:
    """Whether a channel can be called so."""
    return _NAME.fullmatch(name) is not None


def channel_of(
    name: str,
    told: ChannelSection,
    tree: Branch,
    environment: Mapping[str, str],
    keyring: Keyring | None,
    problems: list[Problem],
) -> Channel | None:
    """The channel with its secret fetched; None, with what is wrong added to `problems`, where it is not there."""
    field = NEEDS[told.kind][0]
    path = ("channels", name, field)
    secret = _fetched(getattr(told, field), path, tree, environment, keyring, problems)
    if secret is None:
        return None
    return Channel(
        name=name,
        kind=told.kind,
        secret=secret,
        chat_id=told.chat_id or "",
        api_url=told.api_url or TELEGRAM_URL,
        severity=told.severity,
        events=told.events,
        quiet_hours=told.quiet_hours,
    )


def heartbeat_of(
    told: HeartbeatSection,
    tree: Branch,
    environment: Mapping[str, str],
    keyring: Keyring | None,
    problems: list[Problem],
) -> Heartbeat | None:
    """The same for the dead man's switch."""
    path = ("heartbeat", "ping_url")
    secret = _fetched(told.ping_url, path, tree, environment, keyring, problems)
    return Heartbeat(ping_url=secret, every_seconds=float(told.every_seconds)) if secret is not None else None


def _fetched(
    written: str,
    path: tuple[str, ...],
    tree: Branch,
    environment: Mapping[str, str],
    keyring: Keyring | None,
    problems: list[Problem],
) -> Secret | None:
    try:
        secret = resolve(written, environment, keyring)
        if environment is not NO_SECRETS:
            _check(path[-1], secret.reveal())
    except NotFoundError as error:
        place, key = place_of(tree, path)
        problems.append(Problem(place.file, place.line, ".".join(key), str(error)))
        return None
    return secret


def _check(field: str, text: str) -> None:
    """Raises NotFoundError, with a sentence that does not show it, where a secret cannot be what it should be."""
    if field == "bot_token":
        if not _TOKEN.fullmatch(text):
            raise NotFoundError(
                "this is no bot token. @BotFather gives one, and it looks like 123456:letters-and-digits"
            )
    elif field != "apprise_url" and not _is_safe(text):
        raise NotFoundError(f"this is no address that can be used. {_URL_RIGHT}; on this machine with http too")


def _is_safe(address: str) -> bool:
    """Whether it is a web address, and what goes there cannot be read on the way."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL))
