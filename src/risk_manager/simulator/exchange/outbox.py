"""What the venue has to say and has not said yet."""

from random import Random
from typing import Any, Literal, TypeAlias

import msgspec

HubName: TypeAlias = Literal["user", "market"]


class HubMessage(msgspec.Struct, frozen=True):
    """One invocation that a hub sends to those who subscribed to it.

    `topic` is what a subscription names: the account id (orders, positions, trades), the owner's user name in
    lower case (accounts), the contract id (market hub). `None` goes to every connection of the hub.
    """

    hub: HubName
    target: str
    topic: int | str | None
    arguments: list[Any]


class Outbox:
    """Messages in the order in which they came to be. The shell, or a test on its own clock, drains it."""

    def __init__(self) -> None:
        self._messages: list[HubMessage] = []

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: HubMessage) -> None:
        """Add one message at the end."""
        self._messages.append(message)

    def drain(self) -> list[HubMessage]:
        """Everything said since the last call; the outbox is empty afterwards."""
        messages, self._messages = self._messages, []
        return messages

    def shuffle_since(self, mark: int, random: Random) -> None:
        """Mix what was put after the outbox held `mark` messages.

        Events of one fill have no promised order.
        """
        tail = self._messages[mark:]
        random.shuffle(tail)
        self._messages[mark:] = tail
