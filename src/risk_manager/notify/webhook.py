"""A webhook of one's own: JSON for programs, with a text for those that only show one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from risk_manager.notify.answer import Answer, by_status
from risk_manager.notify.notice import Notice
from risk_manager.notify.wording import dropped, text

NOTICES_MAX: Final = 50


def message(notices: Sequence[Notice], left_out: int) -> tuple[dict[str, Any], int]:
    """The message for the first of the notices, and how many of them it tells."""
    told = notices[:NOTICES_MAX]
    return {
        "version": 1,
        "text": "\n\n".join(one for one in (*map(text, told), dropped(left_out)) if one),
        "left_out": left_out,
        "notices": [_plain(one) for one in told],
    }, len(told)


def _plain(notice: Notice) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(notice)
    for ours in ("not_to", "is_for_own", "is_left_over"):
        told.pop(ours)
    return told


def answered(status: int, headers: Mapping[str, str], content: bytes) -> Answer:  # noqa: ARG001  who knows whose words
    """What the status means; what else is answered is not looked at."""
    return by_status(status, headers, "")
