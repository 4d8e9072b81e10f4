"""Numbers that are read off when somebody asks: the line to the broker, locks, the age of prices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from prometheus_client.core import Metric

from risk_manager.core.model import AccountId
from risk_manager.core.state import State
from risk_manager.daemon.measures import counter, gauge
from risk_manager.gateway.status import GatewayStatus, HubStatus


def of_gateway(status: GatewayStatus) -> Iterator[Metric]:
    """The line to the broker."""
    hubs = {"user": status.user_hub, "market": status.market_hub}

    def each(name: str, value: Callable[[HubStatus], float | None]) -> Metric:
        family = gauge(name)
        for hub, one in hubs.items():
            if (number := value(one)) is not None:
                family.add_metric([hub], number)
        return family

    yield each("hub_connected", lambda hub: float(hub.is_connected))
    yield each("hub_silence_seconds", lambda hub: hub.last_message_age_seconds)
    yield counter("hub_reconnects_total", {(hub,): max(0, one.connects - 1) for hub, one in hubs.items()})
    yield counter("hub_unreadable_total", {(hub,): one.unreadable for hub, one in hubs.items()})
    yield gauge("requests_last_minute", status.requests_last_minute)
    yield gauge("token_seconds_left", status.token_seconds_left)
    yield counter("commands_sent_total", {("fast",): status.commands_fast, ("slow",): status.commands_slow})


def of_state(state: State, guarded: Collection[AccountId]) -> Iterator[Metric]:
    """What is believed of the accounts that are guarded."""
    locks, positions = gauge("locks"), gauge("open_contracts")
    for key in guarded:
        account = state.accounts[key]
        for kind in ("hard", "cooldown"):
            locks.add_metric([str(key), kind], sum(lock.kind.value == kind for lock in account.locks))
        positions.add_metric([str(key)], sum(position.size for position in account.positions.values()))
    yield locks
    yield positions
    ages = gauge("quote_age_seconds")
    for contract, holders in state.holders.items():
        if (quote := state.quotes.get(contract)) is not None and any(key in guarded for key in holders):
            ages.add_metric([contract], max(0.0, (state.now - quote.told_at).total_seconds()))
    yield ages
