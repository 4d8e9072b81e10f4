"""`risk-manager notify prefs`: the trader's own channels. The admin's are the admin's, and what is critical comes
always: neither can be silenced here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from risk_manager.config import ConfigError
from risk_manager.config import own_notifications as own
from risk_manager.config.channels import NEEDS, Channel, ChannelKind, QuietHours
from risk_manager.core.record import Severity
from risk_manager.exit_codes import ExitCode
from risk_manager.home import SERVICE_HOME, TRADER_FOLDER
from risk_manager.interfaces.admin.configuration import print_json
from risk_manager.interfaces.admin.entrance import RefusedError, read_password

Section = dict[str, Any]
Wishes = tuple[str | None, str | None, str | None, str | None]
"""Severity, events, quiet hours, time zone; None: as it is."""
_ALWAYS = "What is critical comes always. The admin's channels are told besides, whatever stands here."
_ELSEWHERE = "A guard that runs as another user needs it as trader_file in notifications.yaml."
_UNDER_SYSTEMD = (
    f"The guard that systemd runs cannot see it. Its admin makes you a folder that it sees: sudo {own.LET_IN}"
)
_LOUDER = {
    Severity.INFO: "everything",
    Severity.WARNING: "warnings and what is critical",
    Severity.CRITICAL: "what is critical",
}


class _MistakenError(Exception):
    """What was asked makes no sense. The text is the sentence."""


def run(
    *,
    add: str | None = None,
    kind: Literal["discord", "telegram", "webhook"] = "discord",
    chat_id: str | None = None,
    remove: str | None = None,
    channel: str | None = None,
    severity: Literal["info", "warning", "critical"] | None = None,
    events: str | None = None,
    quiet: str | None = None,
    timezone: str | None = None,
    secret_stdin: Annotated[bool, Parameter(negative="")] = False,
    json: bool = False,
) -> int:
    """Show your own channels, or change them; a running guard takes that within a second or two.

    Parameters
    ----------
    add
        A name for a new channel. Its address or token is asked for, and is not shown.
    kind
        What the new channel speaks.
    chat_id
        Of a new telegram channel: where the bot writes to.
    remove
        The channel to take out.
    channel
        The channel that the following are for; without it, all of yours.
    severity
        This loud and louder.
    events
        Only these, with commas: breach, lock, unlock, alert, reset, settings, guard; or all.
    quiet
        From when to when nothing but what is critical comes, for example 22:00-07:00; or off.
    timezone
        Of the quiet hours, for example America/Chicago; without it, the zone of the guard's machine.
    secret_stdin
        Read the address or the token from stdin.
    json
        Show them as JSON, for other programs; no secret is in it.
    """
    fresh, wishes = (add, kind, chat_id) if add is not None else None, (severity, events, quiet, timezone)
    try:
        path, channels = _changed(fresh, remove, channel, wishes, from_stdin=secret_stdin)
    except (_MistakenError, ConfigError, RefusedError) as error:
        print(error, file=sys.stderr)
        return ExitCode.REFUSED if isinstance(error, RefusedError) else ExitCode.BAD_INPUT
    _show(path, channels, as_json=json)
    return ExitCode.FINE


def _show(path: Path, channels: tuple[Channel, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(path), "channels": [_plain(one) for one in channels]})
    else:
        print("\n".join(lines(path, channels)))


def _changed(
    fresh: tuple[str, str, str | None] | None,
    remove: str | None,
    channel: str | None,
    wishes: Wishes,
    *,
    from_stdin: bool,
) -> tuple[Path, tuple[Channel, ...]]:
    """The file and what stands in it, after what was asked. Raises _MistakenError, ConfigError, RefusedError."""
    path = own.place()
    sections = own.written(path)
    if fresh is not None or remove is not None or any(one is not None for one in wishes):
        if remove is not None:
            _remove(sections, remove)
        if fresh is not None:
            _add(sections, *fresh, from_stdin=from_stdin)
            channel = channel or fresh[0]
        _choose(sections, channel, *wishes)
        try:
            own.write_own(path, sections)
        except OSError as error:
            raise RefusedError(f"{path} cannot be written: {error.strerror}.") from None
    return path, own.read_own(path)


def lines(path: Path, channels: tuple[Channel, ...]) -> list[str]:
    """The channels as text."""
    text = [f"{one.name}, {one.kind.value}: {_in_words(one)}" for one in channels]
    text = text or ["You have no channel of your own. risk-manager notify prefs --add NAME --kind telegram makes one."]
    where = f"They stand in {path}."
    if path.parent != TRADER_FOLDER:
        where += f" {_UNDER_SYSTEMD if SERVICE_HOME.is_dir() else _ELSEWHERE}"
    return [*text, _ALWAYS, where]


def _remove(sections: dict[str, Section], name: str) -> None:
    if name not in sections:
        raise _MistakenError(f"You have no channel {name}. You have: {', '.join(sections) or 'none'}.")
    del sections[name]


def _add(sections: dict[str, Section], add: str, kind: str, chat_id: str | None, *, from_stdin: bool) -> None:
    if add in sections:
        raise _MistakenError(f"You have a channel {add} already. Remove it first, or choose another name.")
    if (kind == "telegram") != (chat_id is not None):
        raise _MistakenError("A telegram channel needs --chat-id, and no other kind has one.")
    if not (from_stdin or sys.stdin.isatty()):
        raise RefusedError("There is no terminal to type it at. In scripts: --secret-stdin")
    what = "Bot token: " if kind == "telegram" else "Address of the webhook: "
    sections[add] = {"kind": kind, NEEDS[ChannelKind(kind)][0]: read_password(what, from_stdin=from_stdin)}
    if chat_id is not None:
        sections[add]["chat_id"] = chat_id


def _choose(
    sections: dict[str, Section],
    name: str | None,
    severity: str | None,
    events: str | None,
    quiet: str | None,
    timezone: str | None,
) -> None:
    if name is not None and name not in sections:
        raise _MistakenError(f"You have no channel {name}. You have: {', '.join(sections) or 'none'}.")
    wishes = (severity, events, quiet, timezone)
    if not sections and any(one is not None for one in wishes):
        raise _MistakenError("You have no channel of your own to say that of. Make one: --add NAME --kind KIND")
    for one in [sections[name]] if name is not None else list(sections.values()):
        if severity is not None:
            one["severity"] = severity
        if events is not None:
            one["events"] = [] if events == "all" else [word.strip() for word in events.split(",")]
        if quiet == "off":
            one.pop("quiet_hours", None)
        elif quiet is not None:
            one["quiet_hours"] = {**one.get("quiet_hours", {}), **_hours(quiet)}  # the zone stays
        if timezone is not None:
            if "quiet_hours" not in one:
                raise _MistakenError("--timezone is that of quiet hours: --quiet 22:00-07:00")
            one["quiet_hours"]["timezone"] = timezone


def _hours(text: str) -> Section:
    start, dash, end = text.partition("-")
    if not dash:
        raise _MistakenError(f'"{text}" are no quiet hours. Write --quiet 22:00-07:00, or --quiet off.')
    return {"start": start.strip(), "end": end.strip()}


def _in_words(channel: Channel) -> str:
    text = _LOUDER[channel.severity]
    if channel.events:
        text += f" about {', '.join(one.value for one in channel.events)}"
    return f"{text}; {_rest(channel.quiet_hours)}"


def _rest(hours: QuietHours | None) -> str:
    if hours is None:
        return "no quiet hours"
    return f"quiet from {hours.start:%H:%M} to {hours.end:%H:%M} ({hours.timezone or 'zone of the guard'})"


def _plain(channel: Channel) -> Section:
    hours = channel.quiet_hours
    return {
        "name": channel.name,
        "kind": channel.kind.value,
        "severity": channel.severity.value,
        "events": [one.value for one in channel.events],
        "quiet_hours": {"start": f"{hours.start}", "end": f"{hours.end}", "timezone": hours.timezone}
        if hours
        else None,
    }
