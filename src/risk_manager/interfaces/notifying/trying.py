"""`risk-manager notify test`: one message to each channel, and what each of them answered."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from risk_manager.config import ConfigError
from risk_manager.config import own_notifications as own
from risk_manager.config.channels import Channel, Event
from risk_manager.config.notifications import Notifications, read_notifications
from risk_manager.core.record import Severity
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import House
from risk_manager.notify.answer import Delivered
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.speaking import speaker

SAYS = "This is a test of this channel (risk-manager notify test). Nothing has happened."
_NOBODY = "Nobody is told: no channel stands in notifications.yaml, and you have none of your own (notify prefs)."


class Tried(msgspec.Struct, frozen=True):
    """What came of one channel."""

    channel: str
    kind: str
    is_good: bool
    says: str


def run(*, home: Path | None = None, json: bool = False) -> int:
    """Send one message to each channel of notifications.yaml and to each of your own, and say what each answered. No
    guard needs to run. The heartbeat is not tried: it would say that a guard is there.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        As JSON, for other programs.
    """
    house = House(home)
    try:
        chosen = _chosen(house)
        mine = own.read_own(chosen.trader_file or own.place())
    except ConfigError as error:
        print(error, file=sys.stderr)
        return ExitCode.BAD_INPUT
    channels = [(one.name, one) for one in chosen.channels] + [(f"{one.name} (your own)", one) for one in mine]
    tried = asyncio.run(_all(channels))
    if json:
        print(msgspec.json.format(msgspec.json.encode(tried)).decode())
    else:
        for one in tried:
            print(f"{'ok ' if one.is_good else 'RED'}  {one.channel}, {one.kind}: {one.says}")
    if not tried:
        print(_NOBODY, file=sys.stderr)
    return ExitCode.FINE if tried and all(one.is_good for one in tried) else ExitCode.DIFFERS


def _chosen(house: House) -> Notifications:
    try:
        return read_notifications(house.config)
    except PermissionError:
        print(f"{house.config} is for the guard's own user: the admin's channels are not tried.", file=sys.stderr)
        return Notifications()


async def _all(channels: list[tuple[str, Channel]]) -> list[Tried]:
    line = Line()
    try:
        return list(await asyncio.gather(*(_one(line, name, channel) for name, channel in channels)))
    finally:
        await line.close()


async def _one(line: Line, name: str, channel: Channel) -> Tried:
    notice = Notice(severity=Severity.INFO, event=Event.GUARD.value, at=datetime.now(UTC), says=SAYS)
    way = speaker(channel.kind.value, channel.secret.reveal(), channel.chat_id, channel.api_url)
    answer, _ = await way.tell(line, [notice], 0)
    is_good = isinstance(answer, Delivered)
    says = "It has taken the message." if is_good else f"It takes nothing: {getattr(answer, 'why', '')}."
    return Tried(name, channel.kind.value, is_good, says)
