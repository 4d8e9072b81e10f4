"""Numbers that are read off when somebody asks: the line to the broker, locks, the age of prices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from risk_manager.core.model import AccountId
from risk_manager.core.state import State
from risk_manager.gateway.status import GatewayStatus, HubStatus


def of_gateway(status: GatewayStatus) -> Iterator[Metric]:
    """The line to the broker."""
    hubs = {"user": status.user_hub, "market": status.market_hub}

    def each(name: str, says: str, value: Callable[[HubStatus], float | None]) -> Metric:
        gauge = GaugeMetricFamily(f"risk_manager_hub_{name}", says, labels=["hub"])
        for hub, one in hubs.items():
            if (number := value(one)) is not None:
                gauge.add_metric([hub], number)
        return gauge

    yield each("connected", "1 while connected and subscribed", lambda hub: float(hub.is_connected))
    yield each("silence_seconds", "Since the last word of any kind", lambda hub: hub.last_message_age_seconds)
    again = {(hub,): max(0, one.connects - 1) for hub, one in hubs.items()}
    yield counter("hub_reconnects", "Times a hub was connected anew", ["hub"], again)
    unreadable = {(hub,): one.unreadable for hub, one in hubs.items()}
    yield counter("hub_unreadable", "Messages that could not be read", ["hub"], unreadable)
    yield GaugeMetricFamily(
        "risk_manager_requests_last_minute", "Of the 200 that the gateway allows", value=status.requests_last_minute
    )
    if status.token_seconds_left is not None:
        yield GaugeMetricFamily(
            "risk_manager_token_seconds_left", "Until the token ends", value=status.token_seconds_left
        )
    ways = {("fast",): status.commands_fast, ("slow",): status.commands_slow}
    yield counter("commands_sent", "Commands by the connection that they took", ["way"], ways)


def of_state(state: State, guarded: Collection[AccountId]) -> Iterator[Metric]:
    """What is believed of the accounts that are guarded."""
    locks = GaugeMetricFamily("risk_manager_locks", "Locks that stand", labels=["account", "kind"])
    positions = GaugeMetricFamily("risk_manager_open_contracts", "Contracts held, without sign", labels=["account"])
    for key in guarded:
        account = state.accounts[key]
        for kind in ("hard", "cooldown"):
            locks.add_metric([str(key), kind], sum(lock.kind.value == kind for lock in account.locks))
        positions.add_metric([str(key)], sum(position.size for position in account.positions.values()))
    yield locks
    yield positions
    ages = GaugeMetricFamily(
        "risk_manager_quote_age_seconds", "Of held contracts, at the engine's last step", labels=["contract"]
    )
    for contract, holders in state.holders.items():
        if (quote := state.quotes.get(contract)) is not None and any(key in guarded for key in holders):
            ages.add_metric([contract], max(0.0, (state.now - quote.told_at).total_seconds()))
    yield ages


def counter(name: str, says: str, labels: list[str], counts: Mapping[Any, int]) -> Metric:
    """A counter with labels; `counts` by the values of the labels."""
    family = CounterMetricFamily(f"risk_manager_{name}", says, labels=labels)
    for key, count in counts.items():
        family.add_metric(list(key), count)
    return family
