"""The ways to speak: from notices to the answer of whoever was told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

import msgspec
from yarl import URL

from risk_manager.notify import apprise, discord, telegram, webhook
from risk_manager.notify.answer import Answer, Later, Refused
from risk_manager.notify.line import Line, UnreachableError
from risk_manager.notify.notice import Notice

_HIDDEN: Final = "***"
_TELLING: Final = 12
"""A shorter part of an address is a word of its service: `sendMessage`, `webhooks`."""
Message = tuple[dict[str, Any], int]


class Speaker(Protocol):
    """One channel's way to speak."""

    async def tell(self, line: Line, notices: Sequence[Notice], left_out: int) -> tuple[Answer, int]:
        """Tell as many of the notices (the first ones; there is at least one) as fit into a message, and that so many
        were left out before. The answer, and how many were told. Never raises."""
        ...


class Posting:
    """Speaks by posting JSON to an address."""

    def __init__(
        self,
        url: str,
        secret: str,
        message: Callable[[Sequence[Notice], int], Message],
        answered: Callable[[int, Mapping[str, str], bytes], Answer],
    ) -> None:
        """`secret` is taken out of whatever the service answers, and so are the parts of `url` that tell it."""
        self._url = url
        self._secrets = (secret, *_telling_parts(url))
        self._message = message
        self._answered = answered

    async def tell(self, line: Line, notices: Sequence[Notice], left_out: int) -> tuple[Answer, int]:
        """As the protocol says."""
        body, count = self._message(notices, left_out)
        try:
            answer = self._answered(*await line.post(self._url, body))
        except UnreachableError as error:
            return Later(str(error)), count
        if isinstance(answer, Later | Refused):
            why = answer.why
            for secret in self._secrets:
                why = why.replace(secret, _HIDDEN)
            answer = msgspec.structs.replace(answer, why=why)
        return answer, count

    def __repr__(self) -> str:
        return "Posting(***)"


def _telling_parts(url: str) -> list[str]:
    """What of an address may be its secret alone: the long parts of its path and its query, longest first."""
    address = URL(url)
    parts = [part for part in (*address.parts, *address.query.values()) if len(part) >= _TELLING]
    return sorted(parts, key=len, reverse=True)


def speaker(kind: str, secret: str, chat: str = "", api_url: str = "") -> Speaker:
    """The way to speak of a channel: `kind` is discord, telegram, webhook or apprise, `secret` the address or the
    token. `chat` and `api_url` are telegram's."""
    match kind:
        case "discord":
            url = str(URL(secret).update_query(wait="true"))
            return Posting(url, secret, discord.message, discord.answered)
        case "telegram":
            url = f"{api_url}/bot{secret}/sendMessage"
            return Posting(url, secret, partial(telegram.message, chat=chat), telegram.answered)
        case "webhook":
            return Posting(secret, secret, webhook.message, webhook.answered)
        case "apprise":
            return apprise.Apprise(secret)
    raise ValueError(f"{kind} is no way to speak")
