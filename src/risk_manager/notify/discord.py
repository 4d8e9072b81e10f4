"""Discord: a message of a webhook, one embed a notice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from risk_manager.core.record import Severity
from risk_manager.notify.answer import Answer, Delivered, Later, Refused, by_status, seconds
from risk_manager.notify.notice import Notice
from risk_manager.notify.wording import body, cut, dropped, length, title

CONTENT_MAX, EMBEDS_MAX, TITLE_MAX, TEXT_MAX, ALL_MAX = 2000, 10, 256, 4096, 6000
"""Discord's own limits; `ALL_MAX` is for the embeds of a message together."""
_COLOURS: Final = {Severity.CRITICAL: 0xD92D20, Severity.WARNING: 0xF79009, Severity.INFO: 0x667085}
_MARKS: Final = re.compile(r"([\\*_~`|>#\[\]])")
_NAME: Final = "Risk guard"


class _Trouble(msgspec.Struct):
    message: str = ""
    retry_after: float | None = None


def message(notices: Sequence[Notice], left_out: int) -> tuple[dict[str, Any], int]:
    """The message for the first of the notices, and how many of them it tells."""
    embeds: list[dict[str, Any]] = []
    size = 0
    for notice in notices[:EMBEDS_MAX]:
        embed = _embed(notice)
        size += length(embed["title"]) + length(embed["description"])
        if embeds and size > ALL_MAX:
            break
        embeds.append(embed)
    loudest = notices[0]
    words = f"{title(loudest)}: {loudest.says}" if len(embeds) == 1 else f"{len(embeds)} messages of the guard"
    content = "\n".join(one for one in (_plain(words), dropped(left_out)) if one)
    told = {
        "username": _NAME,
        "content": cut(content, CONTENT_MAX),
        "embeds": embeds,
        "allowed_mentions": {"parse": []},  # a name of an account that looks like @everyone calls nobody
    }
    return told, len(embeds)


def _embed(notice: Notice) -> dict[str, Any]:
    heading = cut(_plain(title(notice)), TITLE_MAX)
    return {
        "title": heading,
        "description": cut("\n".join(map(_plain, body(notice)[:-1])), TEXT_MAX),  # Discord shows the time by itself
        "color": _COLOURS[notice.severity],
        "timestamp": notice.at.isoformat(),
    }


def _plain(words: str) -> str:
    """Text in which nothing is taken for a mark of Discord's."""
    return _MARKS.sub(r"\\\1", words)


def answered(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """What Discord means."""
    try:
        trouble = msgspec.json.decode(content, type=_Trouble, strict=False)
    except msgspec.MsgspecError:
        trouble = _Trouble()
    answer = by_status(status, headers, trouble.message[:200])
    match answer:
        case Delivered() if headers.get("X-RateLimit-Remaining") == "0":
            return Delivered(seconds(headers.get("X-RateLimit-Reset-After", "")) or 0.0)
        case Later(why=why) if status == 429 and trouble.retry_after is not None:
            return Later(why, seconds(trouble.retry_after))
        case Refused(why=why) if status == 404:
            return Refused(f"the webhook is not there any more ({why})")
    return answer
