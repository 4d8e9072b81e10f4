"""Costs of a half-turn."""

from decimal import Decimal

import pytest

from risk_manager.simulator.exchange.fees import FeeTable


@pytest.mark.parametrize(
    ("root", "size", "fees", "commissions"),
    [("MNQ", 1, "0.36", "0.25"), ("MES", 3, "1.08", "0.75"), ("EP", 1, "1.40", "0"), ("MCLE", 1, "0.51", "0.25"),
     ("MGC", 1, "0.62", "0.25"), ("M6E", 1, "0.26", "0.25"), ("CLE", 2, "3.24", "0"), ("HE", 1, "2.12", "0")],
)  # fmt: skip
def test_costs_are_those_observed(root: str, size: int, fees: str, commissions: str) -> None:
    assert FeeTable().cost(root, size) == (Decimal(fees), Decimal(commissions))


def test_a_free_table_costs_nothing() -> None:
    assert FeeTable.free().cost("MNQ", 7) == (Decimal(0), Decimal(0))
