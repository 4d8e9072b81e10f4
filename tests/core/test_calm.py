"""Bands: a quote that is not judged would have changed nothing. Held against an engine that judges every quote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from risk_manager.config import settings_from_mapping
from risk_manager.core import calm, engine
from risk_manager.core.events import AccountRead, AnyEvent, OrderSeen, PositionSeen, QuoteSeen
from risk_manager.core.model import OrderStatus, OrderType, Side
from risk_manager.core.record import Step
from risk_manager.core.settings import Settings
from risk_manager.core.state import State

MNQ, ES, CL = "CON.F.US.MNQ.Z25", "CON.F.US.EP.Z25", "CON.F.US.CLE.Z25"
CONTRACTS = {
    MNQ: (Decimal("25210"), Decimal("0.25")),
    ES: (Decimal("6770"), Decimal("0.25")),
    CL: (Decimal("61"), Decimal("0.01")),
}
START = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)

RISKS: Mapping[str, Mapping[str, Any]] = {
    "account": {
        "daily_realized_loss": {"limit": -300},
        "daily_unrealized_loss": {"limit": -200, "action": "close_all"},
        "max_unrealized_profit": {"limit": 250},
        "daily_realized_profit": {"target": 400, "include_unrealized": True, "action": "alert"},
    },
    "positions": {
        "daily_unrealized_loss": {"limit": -120, "scope": "position"},
        "max_unrealized_profit": {"limit": 120, "scope": "position"},
    },
    "stops": {
        "trade_management": {
            "auto_breakeven": {"profit_trigger_ticks": 6},
            "trailing_stop": {"activation_ticks": 10, "trail_distance_ticks": 5, "step_ticks": 2},
        }
    },
    "no stop that moves": {"trade_management": {"auto_stop_loss": {"distance_ticks": 80}}},
    "at the exit": {"defaults": {"mark_price": "exit"}, "daily_realized_loss": {"limit": -150}},
}

positions = st.dictionaries(st.sampled_from(list(CONTRACTS)), st.integers(-3, 3).filter(bool), min_size=1)
walks = st.lists(
    st.tuples(st.sampled_from(list(CONTRACTS)), st.integers(-40, 40), st.sampled_from(["last", "bid", "ask", "all"])),
    min_size=1,
    max_size=40,
)


class Pair:
    """The engine as it is, and one that is made to judge every quote."""

    def __init__(self, risk: Mapping[str, Any]) -> None:
        self.settings: dict[int, Settings] = {465: settings_from_mapping(risk)}
        self.now = START
        self.quick: State = engine.begin([465], START)
        self.thorough = self.quick

    def hear(self, event: AnyEvent) -> tuple[Step, Step]:
        self.now += timedelta(milliseconds=10)
        quick = engine.step(self.quick, event, self.settings, self.now, strict=True)
        thorough = engine.step(replace(self.thorough, calm={}), event, self.settings, self.now, strict=True)
        self.quick, self.thorough = quick.state, thorough.state
        return quick, thorough


def opened(pair: Pair, sizes: Mapping[str, int]) -> None:
    pair.hear(AccountRead(account=465, asked_at=START, after_restart=True))
    for number, (contract, size) in enumerate(sizes.items()):
        price = CONTRACTS[contract][0]
        pair.hear(QuoteSeen(contract=contract, last=price, bid=price, ask=price))
        pair.hear(PositionSeen(account=465, contract=contract, signed_size=size, average_price=price))
        side = Side.SELL if size > 0 else Side.BUY
        stop = price - (1 if size > 0 else -1) * 60 * CONTRACTS[contract][1]
        pair.hear(
            OrderSeen(
                account=465,
                order=number + 1,
                contract=contract,
                side=side,
                type=OrderType.STOP,
                status=OrderStatus.OPEN,
                size=abs(size),
                stop_price=stop,
            )
        )


@pytest.mark.parametrize("risk", RISKS.values(), ids=RISKS)
@settings(max_examples=60, deadline=None)
@given(sizes=positions, walk=walks)
def test_what_is_not_judged_would_have_changed_nothing(
    risk: Mapping[str, Any], sizes: Mapping[str, int], walk: list[tuple[str, int, str]]
) -> None:
    pair = Pair(risk)
    opened(pair, sizes)
    for contract, ticks, kind in walk:
        base, tick = CONTRACTS[contract]
        price = base + ticks * tick
        quote = QuoteSeen(
            contract=contract,
            last=price if kind in ("last", "all") else None,
            bid=price - tick if kind in ("bid", "all") else None,
            ask=price + tick if kind in ("ask", "all") else None,
        )
        quick, thorough = pair.hear(quote)
        assert (quick.commands, quick.breaches, quick.locks) == (thorough.commands, thorough.breaches, thorough.locks)
    assert engine.dump(replace(pair.quick, deadline=None, due={}, now=START)) == engine.dump(
        replace(pair.thorough, deadline=None, due={}, now=START)
    )


def test_the_limit_itself_is_never_inside() -> None:
    pair = Pair({"daily_realized_loss": {"limit": -300}})
    opened(pair, {MNQ: 3})
    one_tick_before, reached = Decimal("25160.25"), Decimal("25160.00")
    assert pair.hear(QuoteSeen(contract=MNQ, last=one_tick_before))[0].breaches == ()
    band = calm.band_of(pair.quick, 465, MNQ, pair.settings)
    assert band is not None
    assert band.low is not None
    assert reached <= band.low < one_tick_before
    assert [breach.rule for breach in pair.hear(QuoteSeen(contract=MNQ, last=reached))[0].breaches] == ["RULE-003"]


def test_a_rule_of_another_package_that_watches_quotes_is_asked_at_each() -> None:
    pair = Pair({"daily_realized_loss": {"limit": -300}})
    armed = pair.settings[465].rules[0]
    foreign = replace(armed, rule=replace(armed.rule, calm=None))
    pair.settings[465] = replace(pair.settings[465], rules=(foreign,))
    opened(pair, {MNQ: 1})
    assert calm.band_of(pair.quick, 465, MNQ, pair.settings) is None
