"""What the guard tells Prometheus: each name, what it counts, its labels. A page of the docs is made of this table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

PREFIX: Final = "risk_manager_"
_OF_REQUEST: Final = "`close`, `reduce`, `cancel`, `resize`, `place_stop`, `move_stop`"


class Kind(Enum):
    """How a number behaves."""

    GAUGE = "gauge"
    """It is as it is now."""
    COUNTER = "counter"
    """It grows from the start of the guard on."""
    HISTOGRAM = "histogram"
    """How many were how long, in seconds, since the start; with `_bucket`, `_sum` and `_count` behind the name."""


class Measure(NamedTuple):
    """One name."""

    name: str
    """As Prometheus knows it, without the prefix."""
    kind: Kind
    says: str
    """What it is, with its unit; when it is not there."""
    labels: Mapping[str, str] = {}
    """Each with the values that it may have."""


_EACH: Final = (
    Measure("well", Kind.GAUGE, "1 while `/api/health` answers with 200, 0 while with 503"),
    Measure("impaired", Kind.GAUGE, "How many things `/api/health` names that do not work although the guard guards"),
    Measure(
        "hub_connected",
        Kind.GAUGE,
        "1 while the guard hears this hub: connected and subscribed. 0: it is blind there",
        {"hub": "`user` (orders and fills), `market` (prices)"},
    ),
    Measure(
        "hub_silence_seconds",
        Kind.GAUGE,
        "Seconds since the last word of any kind from this hub, signs of life included. Not there before the first",
        {"hub": "`user`, `market`"},
    ),
    Measure("hub_reconnects_total", Kind.COUNTER, "Times this hub was connected anew", {"hub": "`user`, `market`"}),
    Measure(
        "hub_unreadable_total",
        Kind.COUNTER,
        "Messages of this hub that could not be read",
        {"hub": "`user`, `market`"},
    ),
    Measure(
        "requests_last_minute",
        Kind.GAUGE,
        "Requests to the gateway in the last 60 seconds, of the 200 that it allows",
    ),
    Measure("token_seconds_left", Kind.GAUGE, "Seconds until the login ends. Not there without a login"),
    Measure(
        "locks",
        Kind.GAUGE,
        "Locks that stand now, of the account and of symbols",
        {"account": "its number", "kind": "`hard`, `cooldown`"},
    ),
    Measure(
        "open_contracts",
        Kind.GAUGE,
        "Contracts that are held, long and short added up without a sign",
        {"account": "its number"},
    ),
    Measure(
        "quote_age_seconds",
        Kind.GAUGE,
        "How old the price of a contract that is held was when the guard decided last, in seconds. Not there before "
        "the first price",
        {"contract": "the broker's name for it"},
    ),
    Measure(
        "breaches_total",
        Kind.COUNTER,
        "Breaches of this rule, waived ones included",
        {"rule": "its number, such as `RULE-003`"},
    ),
    Measure(
        "commands_asked_total",
        Kind.COUNTER,
        "Requests that the guard has decided on, reads not counted",
        {"kind": _OF_REQUEST},
    ),
    Measure(
        "commands_answered_total",
        Kind.COUNTER,
        "What came of them. `unknown`: nobody knows whether the broker got it; `held`: it has not been sent",
        {"kind": _OF_REQUEST, "outcome": "`accepted`, `refused`, `unknown`, `held`"},
    ),
    Measure(
        "commands_sent_total",
        Kind.COUNTER,
        "Requests by the way that they took: at once on a connection of their own, or after waiting for a connection, "
        "a login or the allowance",
        {"way": "`fast`, `slow`"},
    ),
    Measure(
        "breach_to_request_seconds",
        Kind.HISTOGRAM,
        "From taking up the event that broke a rule to its requests handed to their connections",
    ),
    Measure("step_seconds", Kind.HISTOGRAM, "One decision of the guard over one event, in seconds"),
    Measure(
        "events_total",
        Kind.COUNTER,
        "Events that the guard has decided over",
        {"kind": "`quote_seen`, `position_seen`, `order_seen`, `trade_seen`, `time_passed` and others"},
    ),
    Measure("door_clients", Kind.GAUGE, "Programs that listen at the WebSocket of the door"),
    Measure("door_clients_dropped_total", Kind.COUNTER, "Programs that were let go because they did not read"),
)
MEASURES: Final = {one.name: one for one in _EACH}


def gauge(name: str, value: float | None = None) -> GaugeMetricFamily:
    """The gauge of this name, with its one value where it has no labels. Raises KeyError for a name that is not in the
    table."""
    one = MEASURES[name]
    return GaugeMetricFamily(f"{PREFIX}{name}", one.says, value=value, labels=list(one.labels) or None)


def counter(name: str, counts: Mapping[Any, int] | int) -> CounterMetricFamily:
    """The counter of this name; `counts` by the values of its labels, or the one where it has none. Raises KeyError for
    a name that is not in the table."""
    one = MEASURES[name]
    if isinstance(counts, int):
        return CounterMetricFamily(f"{PREFIX}{name}", one.says, value=counts)
    family = CounterMetricFamily(f"{PREFIX}{name}", one.says, labels=list(one.labels))
    for values, count in counts.items():
        family.add_metric(list(values), count)
    return family


def histogram(name: str, buckets: list[tuple[str, float]], total: float) -> HistogramMetricFamily:
    """The histogram of this name. Raises KeyError for a name that is not in the table."""
    return HistogramMetricFamily(f"{PREFIX}{name}", MEASURES[name].says, buckets=buckets, sum_value=total)
