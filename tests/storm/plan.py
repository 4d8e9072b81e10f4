"""What a seed decides before anything happens: accounts, rules, the venue's manners, the hour, the lengths."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any, Final

from risk_manager.config import Configuration, load_texts
from risk_manager.simulator.exchange import Account, Conditions, FeeTable
from risk_manager.simulator.venue import Venue
from risk_manager.simulator.world import API_KEY, USER_NAME
from tests.core.storm import VARIANTS

PRACTICE, COMBINE, THIRD = 465, 466, 467
ROOTS: Final = ("MNQ", "EP", "RTY")
PRICES: Final[Mapping[str, Decimal]] = {"MNQ": Decimal(25000), "EP": Decimal(6500), "RTY": Decimal(2200)}
URL: Final = "http://127.0.0.1:8700"
STARTS: Final = (
    datetime(2025, 10, 23, 15, 0, tzinfo=UTC),  # Thursday, 10:00 in Chicago
    datetime(2025, 10, 23, 13, 40, tzinfo=UTC),  # just after the reset that one variant of a rule has
    datetime(2025, 10, 23, 21, 59, 20, tzinfo=UTC),  # the broker's day ends within the storm
    datetime(2025, 10, 31, 19, 59, tzinfo=UTC),  # Friday: a session ends, the clocks go back at the weekend
    datetime(2025, 11, 28, 18, 14, 40, tzinfo=UTC),  # the day after Thanksgiving: the market closes early
    datetime(2025, 11, 2, 22, 59, 40, tzinfo=UTC),  # the Sunday on which the clocks went back: the week begins
    datetime(2026, 3, 8, 21, 59, 40, tzinfo=UTC),  # the Sunday on which they went forward
)


@dataclass(frozen=True)
class Plan:
    """One seed's world."""

    seed: int
    start: datetime
    rules: Mapping[str, Mapping[str, Any]]
    accounts: tuple[int, ...]
    third: str
    """What the third account is: live or a follower."""
    conditions: Mapping[str, Any]
    token_seconds: float
    ahead: timedelta
    """How wrong the guard's clock is."""
    storm_seconds: float

    def configuration(self) -> Configuration:
        """What the home folder would have."""
        return _configuration(json.dumps(self.rules, default=float), self.accounts)

    def venue(self, *, clock: Callable[[], datetime], settle: Callable[[], None]) -> Venue:
        """The broker's world."""
        third = Account(THIRD, "EXPRESS-V2-3", is_simulated=self.third != "live", is_follower=self.third == "follower")
        accounts = [
            Account(PRACTICE, "PRAC-V2-1", brackets="auto-oco"),
            Account(COMBINE, "50KTC-V2-2"),
            third,
        ]
        return Venue(
            clock=clock,
            settle=settle,
            seed=self.seed,
            accounts=accounts,
            conditions=Conditions(**self.conditions),
            token_lifetime=timedelta(seconds=self.token_seconds),
        )


def plan_of(seed: int) -> Plan:
    """The plan of a seed."""
    draw = Random(f"{seed}:plan")
    rules = {key: draw.choice(variants) for key, variants in VARIANTS.items() if draw.random() < 0.35}
    rules = rules or {"max_contracts_per_instrument": VARIANTS["max_contracts_per_instrument"][0]}
    third = draw.choice(("live", "follower", "none", "none"))
    is_capped = draw.random() < 0.35
    latest = 6.0 if is_capped else 1.0
    return Plan(
        seed=seed,
        start=draw.choice(STARTS) if draw.random() < 0.5 else STARTS[0],
        rules=rules,
        accounts=(PRACTICE, COMBINE) if third == "none" else (PRACTICE, COMBINE, THIRD),
        third=third,
        conditions={
            "fill_latency": timedelta(seconds=draw.choice((0.0, 0.002, 0.02, 0.3))),
            "close_latency": draw.choice((None, None, timedelta(seconds=draw.random() * latest))),
            "cancel_latency": timedelta(seconds=draw.choice((0.0, 0.0, 0.01, 0.8))),
            "slippage_ticks_max": draw.choice((0, 0, 3)),
            "fill_parts": draw.choice((1, 1, 2, 3)),
            "fees": draw.choice((FeeTable(), FeeTable.free())),
            "reversal": draw.choice(("two", "one")),
            "second_close": draw.choice(("pending", "executes", "executes")),
            "close_is_capped": is_capped,
            "close_cancels_orders": draw.random() < 0.2,
            "sibling_survives": draw.random() < 0.3,
            "outside_hours": draw.choice(("text", "code")),
            "shuffle_fill_events": draw.random() < 0.5,
        },
        token_seconds=draw.choice((86400.0, 86400.0, 90.0, 40.0)),
        ahead=timedelta(seconds=draw.choice((0.0, 0.0, -2.5, 0.7, 3.0))),
        storm_seconds=draw.uniform(20, 60),
    )


@lru_cache(maxsize=64)
def _configuration(rules: str, accounts: tuple[int, ...]) -> Configuration:
    login = {"username": USER_NAME, "api_key": API_KEY, "api_url": URL}
    hubs = {"user_hub_url": f"{URL}/hubs/user", "market_hub_url": f"{URL}/hubs/market"}
    rows = [{"account_id": one, "account_name": f"No {one}"} for one in accounts]
    return load_texts(
        {
            "risk_config.json": json.dumps({"version": 1, **json.loads(rules)}),
            "accounts.json": json.dumps({"topstepx": {**login, **hubs}, "monitored_accounts": rows}),
        },
        environment={},
    )
