"""The defaults: quick, exact, free of surprises. What each setting does is shown where it acts."""

from datetime import timedelta

from risk_manager.simulator.exchange import Conditions
from tests.simulator.floor import PRACTICE, Floor


def test_the_defaults_fill_at_once_without_slippage_in_one_part() -> None:
    conditions = Conditions()
    assert (conditions.fill_latency, conditions.slippage_ticks_max, conditions.fill_parts) == (timedelta(0), 0, 1)


def test_conditions_may_change_while_the_venue_runs(floor: Floor) -> None:
    floor.exchange.conditions.fill_parts = 2
    floor.buy(2)
    assert len(floor.ledger.trades_of(PRACTICE)) == 2
