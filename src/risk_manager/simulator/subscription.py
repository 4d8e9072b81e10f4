"""Who listens to what, and the methods by which they say so (gateway reference, sections 9.1 and 10.1)."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from risk_manager.simulator.dialogue import MethodError, invocation
from risk_manager.simulator.exchange import Exchange
from risk_manager.simulator.exchange.depth import depth_snapshot

Topic = tuple[str, Hashable]
"""An event name and what it is about: an account id, a user name, a contract id."""

_USER_EVENTS = {
    "Accounts": "GatewayUserAccount",
    "Orders": "GatewayUserOrder",
    "Positions": "GatewayUserPosition",
    "Trades": "GatewayUserTrade",
}
_MARKET_EVENTS = {
    "ContractQuotes": "GatewayQuote",
    "ContractTrades": "GatewayTrade",
    "ContractMarketDepth": "GatewayDepth",
}


class Audience:
    """The connections of one hub by topic."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, dict[Any, None]] = {}

    def join(self, topic: Topic, listener: Any) -> None:
        """Hear a topic from now on; twice is once."""
        self._listeners.setdefault(topic, {})[listener] = None

    def leave(self, topic: Topic, listener: Any) -> None:
        """Hear a topic no more."""
        self._listeners.get(topic, {}).pop(listener, None)

    def leave_all(self, listener: Any) -> None:
        """Hear nothing any more: subscriptions die with their connection."""
        for listeners in self._listeners.values():
            listeners.pop(listener, None)

    def of(self, topic: Topic) -> list[Any]:
        """Who hears the topic."""
        return list(self._listeners.get(topic, ()))


class UserMethods:
    """Subscribe and unsubscribe on the user hub. No snapshot follows (section 17, point 1)."""

    def __init__(self, exchange: Exchange, audience: Audience, listener: Any, user: str) -> None:
        self._exchange, self._audience, self._listener, self._user = exchange, audience, listener, user

    def invoke(self, target: str, arguments: list[Any]) -> list[bytes]:
        """Eight methods; an account id is an int and one of the user's."""
        act, event = _parsed(target, _USER_EVENTS, self._audience)
        act((event, self._topic(event, arguments)), self._listener)
        return []

    def _topic(self, event: str, arguments: list[Any]) -> Hashable:
        if event == "GatewayUserAccount":
            if arguments:
                raise MethodError("Invocation provides too many arguments.")
            return self._user
        if len(arguments) != 1 or type(arguments[0]) is not int:
            raise MethodError("The account id has to be one number.")
        account = self._exchange.ledger.accounts.get(arguments[0])
        if account is None or account.owner.casefold() != self._user:
            raise MethodError("The account was not found.")
        return account.id


class MarketMethods:
    """Subscribe and unsubscribe on the market hub.

    Quotes begin with one full snapshot, depth with the ladder.
    """

    def __init__(self, exchange: Exchange, audience: Audience, listener: Any, clock: Callable[[], datetime]) -> None:
        self._exchange, self._audience, self._listener, self._clock = exchange, audience, listener, clock

    def invoke(self, target: str, arguments: list[Any]) -> list[bytes]:
        """Six methods; a contract that is not in the catalogue is accepted and stays mute."""
        act, event = _parsed(target, _MARKET_EVENTS, self._audience)
        if len(arguments) != 1 or not isinstance(arguments[0], str):
            raise MethodError("The contract id has to be one string.")
        contract_id = arguments[0]
        act((event, contract_id), self._listener)
        if target.startswith("Un") or self._exchange.market(contract_id) is None:
            return []
        return self._snapshot(event, contract_id)

    def _snapshot(self, event: str, contract_id: str) -> list[bytes]:
        market = self._exchange.quote(contract_id)
        if event == "GatewayTrade":
            self._exchange.taped.add(contract_id)
            return []
        if event == "GatewayDepth":
            self._exchange.laddered.add(contract_id)
            return [invocation(event, [contract_id, depth_snapshot(market)])]
        return [invocation(event, [contract_id, market.full_quote(self._clock())])] if market.has_price else []


def _parsed(target: str, events: dict[str, str], audience: Audience) -> tuple[Callable[[Topic, Any], None], str]:
    act, _, subject = target.partition("ubscribe")
    acts = {"S": audience.join, "Uns": audience.leave}
    if act not in acts or subject not in events:
        raise MethodError("HubException: Method does not exist.")
    return acts[act], events[subject]
