"""The catalogue against the recorded one (gateway reference, 11.2)."""

from decimal import Decimal

import pytest

from risk_manager.simulator.exchange.product import PRODUCTS, ROLL_DAYS

RECORDED = """
EP ES 0.25 12.50 50
MES MES 0.25 1.25 5
ENQ NQ 0.25 5.00 20
MNQ MNQ 0.25 0.50 2
RTY RTY 0.1 5.00 50
M2K M2K 0.1 0.50 5
YM YM 1 5.00 5
MYM MYM 1 0.50 0.5
EMD EMD 0.1 10.00 100
NKD NKD 5 25.00 5
CLE CL 0.01 10.00 1000
MCLE MCL 0.01 1.00 100
NQM QM 0.025 12.50 500
NGE NG 0.001 10.00 10000
MNG MNG 0.001 1.00 1000
NQG QG 0.005 12.50 2500
RBE RB 0.0001 4.20 42000
HOE HO 0.0001 4.20 42000
GCE GC 0.1 10.00 100
MGC MGC 0.1 1.00 10
SIE SI 0.005 25.00 5000
SIL SIL 0.005 5.00 1000
CPE HG 0.0005 12.50 25000
MHG MHG 0.0005 1.25 2500
PLE PL 0.1 5.00 50
USA ZB 0.03125 31.25 1000
ULA UB 0.03125 31.25 1000
TYA ZN 0.015625 15.625 1000
TNA TN 0.015625 15.625 1000
FVA ZF 0.0078125 7.8125 1000
TUA ZT 0.00390625 7.8125 2000
DA6 6A 0.00005 5.00 100000
BP6 6B 0.0001 6.25 62500
CA6 6C 0.00005 5.00 100000
EU6 6E 0.00005 6.25 125000
EEU E7 0.0001 6.25 62500
JY6 6J 0.0000005 6.25 12500000
SF6 6S 0.00005 6.25 125000
NE6 6N 0.00005 5.00 100000
MX6 6M 0.00001 5.00 500000
M6A M6A 0.0001 1.00 10000
M6B M6B 0.0001 0.625 6250
M6E M6E 0.0001 1.25 12500
HE HE 0.025 10.00 400
GLE LE 0.025 10.00 400
ZCE ZC 0.25 12.50 50
ZSE ZS 0.25 12.50 50
ZWA ZW 0.25 12.50 50
ZLE ZL 0.01 6.00 600
ZME ZM 0.1 10.00 100
MBT MBT 5 0.50 0.1
GMET MET 0.5 0.05 0.1
"""
"""Root, symbol, tick size, tick value, point value."""

ROWS = [row.split() for row in RECORDED.strip().splitlines()]


@pytest.mark.parametrize(("root", "symbol", "tick_size", "tick_value", "point_value"), ROWS)
def test_a_product_is_as_recorded(root: str, symbol: str, tick_size: str, tick_value: str, point_value: str) -> None:
    product = PRODUCTS[root]
    assert product.symbol == symbol
    assert product.tick_size == Decimal(tick_size)
    assert product.tick_value == Decimal(tick_value)
    assert product.point_value == Decimal(point_value)
    assert product.symbol_id == f"F.US.{root}"


def test_nothing_is_missing_and_nothing_is_made_up() -> None:
    assert set(PRODUCTS) == {row[0] for row in ROWS}


@pytest.mark.parametrize("root", list(PRODUCTS))
def test_every_product_has_a_cycle_a_roll_and_a_price(root: str) -> None:
    product = PRODUCTS[root]
    assert set(product.cycle) <= set("FGHJKMNQUVXZ")
    assert product.family in ROLL_DAYS
    assert product.opening_price > 20 * product.tick_size
