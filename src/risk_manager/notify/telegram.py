"""Telegram: a message of a bot, as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from risk_manager.core.record import Severity
from risk_manager.notify.answer import Answer, Later, Refused, by_status, seconds
from risk_manager.notify.notice import Notice
from risk_manager.notify.wording import cut, dropped, length, text

TEXT_MAX: Final = 4096
_CHAT: Final = re.compile(r"chat|topic|thread|peer|user|not enough rights|group", re.IGNORECASE)
"""What it speaks of where no message would be taken: `CHAT_WRITE_FORBIDDEN`, `TOPIC_CLOSED`, `PEER_ID_INVALID`."""
_BETWEEN: Final = "\n\n"


class _Parameters(msgspec.Struct):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Reply(msgspec.Struct):
    ok: bool = False
    description: str = ""
    parameters: _Parameters = msgspec.field(default_factory=_Parameters)


def message(notices: Sequence[Notice], left_out: int, chat: str) -> tuple[dict[str, Any], int]:
    """The message for the first of the notices, and how many of them it tells."""
    last = dropped(left_out)
    room = TEXT_MAX - (length(last) + length(_BETWEEN) if last else 0)
    texts = [cut(text(notices[0]), room)]
    for notice in notices[1:]:
        longer = [*texts, text(notice)]
        if length(_BETWEEN.join(longer)) > room:
            break
        texts = longer
    told = {
        "chat_id": int(chat) if chat.lstrip("-").isdecimal() else chat,
        "text": _BETWEEN.join([*texts, last] if last else texts),
        "link_preview_options": {"is_disabled": True},
        "disable_notification": all(one.severity is Severity.INFO for one in notices[: len(texts)]),
    }
    return told, len(texts)


def answered(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """What Telegram means."""
    try:
        reply = msgspec.json.decode(content, type=_Reply, strict=False)
    except msgspec.MsgspecError:
        reply = _Reply(ok=False)
    answer = by_status(status, headers, reply.description[:200])
    moved = reply.parameters.migrate_to_chat_id
    match answer:
        case Later(why=why) if status == 429 and reply.parameters.retry_after is not None:
            return Later(why, seconds(reply.parameters.retry_after))
        case Refused(why=why) if moved is not None:
            return Refused(f"the group has become another chat: write chat_id: {moved} ({why})")
        case Refused(why=why) if status == 403 or _CHAT.search(reply.description):
            return Refused(f"the bot may not write to this chat; say something to it there first ({why})")
    return answer
