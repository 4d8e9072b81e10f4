"""What the hub tells of an account before its first read is there: kept, and of it only what is news after the read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from risk_manager.core.events import AnyEvent, OrderSeen, PositionSeen
from risk_manager.core.model import AccountId


class Early:
    """Messages of accounts that nobody guards yet."""

    def __init__(self, accounts: Iterable[AccountId]) -> None:
        """None of `accounts` has been read."""
        self._kept: dict[AccountId, list[tuple[datetime, AnyEvent]]] = {account: [] for account in accounts}

    def keeps(self, event: AnyEvent, now: datetime) -> bool:
        """Keep a message of an account that has not been read; False for any other."""
        kept = self._kept.get(getattr(event, "account", None) or 0)
        if kept is None:
            return False
        kept.append((now, event))
        return True

    def is_over(self, account: AccountId) -> bool:
        """True once the account has been read."""
        return account not in self._kept

    def end(self, account: AccountId, asked_at: datetime) -> list[AnyEvent]:
        """The account has been read, asked for at that time: what has been told since, and is to be taken now.

        What was told before is in the read. Of each position and each order only the last word is left: what was in
        between was over before anybody could act on it, and would look like a close that is done.
        """
        news = [event for at, event in self._kept.pop(account) if at >= asked_at]
        last = {_thing(event): number for number, event in enumerate(news)}
        return [event for number, event in enumerate(news) if not _thing(event) or last[_thing(event)] == number]


def _thing(event: AnyEvent) -> str:
    """What a message has the last word on; empty where each message counts."""
    match event:
        case PositionSeen():
            return f"position {event.contract}"
        case OrderSeen():
            return f"order {event.order}"
        case _:
            return ""
