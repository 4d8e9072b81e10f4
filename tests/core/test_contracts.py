"""The catalogue, held row by row against the gateway reference (section 11.2), typed here once more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from risk_manager.core.contracts import PRODUCTS, SYMBOLS, code_of, contract_known, symbol_named, symbol_of

ROWS = (
    # code, symbol, tick size, tick value, point value, is it a micro
    ("EP", "ES", "0.25", "12.50", "50", False),
    ("MES", "MES", "0.25", "1.25", "5", True),
    ("ENQ", "NQ", "0.25", "5.00", "20", False),
    ("MNQ", "MNQ", "0.25", "0.50", "2", True),
    ("RTY", "RTY", "0.1", "5.00", "50", False),
    ("M2K", "M2K", "0.1", "0.50", "5", True),
    ("YM", "YM", "1", "5.00", "5", False),
    ("MYM", "MYM", "1", "0.50", "0.5", True),
    ("EMD", "EMD", "0.1", "10.00", "100", False),
    ("NKD", "NKD", "5", "25.00", "5", False),
    ("CLE", "CL", "0.01", "10.00", "1000", False),
    ("MCLE", "MCL", "0.01", "1.00", "100", True),
    ("NQM", "QM", "0.025", "12.50", "500", False),
    ("NGE", "NG", "0.001", "10.00", "10000", False),
    ("MNG", "MNG", "0.001", "1.00", "1000", True),
    ("NQG", "QG", "0.005", "12.50", "2500", False),
    ("RBE", "RB", "0.0001", "4.20", "42000", False),
    ("HOE", "HO", "0.0001", "4.20", "42000", False),
    ("GCE", "GC", "0.1", "10.00", "100", False),
    ("MGC", "MGC", "0.1", "1.00", "10", True),
    ("SIE", "SI", "0.005", "25.00", "5000", False),
    ("SIL", "SIL", "0.005", "5.00", "1000", True),
    ("CPE", "HG", "0.0005", "12.50", "25000", False),
    ("MHG", "MHG", "0.0005", "1.25", "2500", True),
    ("PLE", "PL", "0.1", "5.00", "50", False),
    ("USA", "ZB", "0.03125", "31.25", "1000", False),
    ("ULA", "UB", "0.03125", "31.25", "1000", False),
    ("TYA", "ZN", "0.015625", "15.625", "1000", False),
    ("TNA", "TN", "0.015625", "15.625", "1000", False),
    ("FVA", "ZF", "0.0078125", "7.8125", "1000", False),
    ("TUA", "ZT", "0.00390625", "7.8125", "2000", False),
    ("DA6", "6A", "0.00005", "5.00", "100000", False),
    ("BP6", "6B", "0.0001", "6.25", "62500", False),
    ("CA6", "6C", "0.00005", "5.00", "100000", False),
    ("EU6", "6E", "0.00005", "6.25", "125000", False),
    ("EEU", "E7", "0.0001", "6.25", "62500", False),
    ("JY6", "6J", "0.0000005", "6.25", "12500000", False),
    ("SF6", "6S", "0.00005", "6.25", "125000", False),
    ("NE6", "6N", "0.00005", "5.00", "100000", False),
    ("MX6", "6M", "0.00001", "5.00", "500000", False),
    ("M6A", "M6A", "0.0001", "1.00", "10000", True),
    ("M6B", "M6B", "0.0001", "0.625", "6250", True),
    ("M6E", "M6E", "0.0001", "1.25", "12500", True),
    ("HE", "HE", "0.025", "10.00", "400", False),
    ("GLE", "LE", "0.025", "10.00", "400", False),
    ("ZCE", "ZC", "0.25", "12.50", "50", False),
    ("ZSE", "ZS", "0.25", "12.50", "50", False),
    ("ZWA", "ZW", "0.25", "12.50", "50", False),
    ("ZLE", "ZL", "0.01", "6.00", "600", False),
    ("ZME", "ZM", "0.1", "10.00", "100", False),
    ("MBT", "MBT", "5", "0.50", "0.1", True),
    ("GMET", "MET", "0.5", "0.05", "0.1", True),
)


def test_the_table_has_every_row_and_no_other() -> None:
    assert sorted(PRODUCTS) == sorted(row[0] for row in ROWS)
    assert frozenset(row[1] for row in ROWS) == SYMBOLS
    assert len(ROWS) == len(SYMBOLS) == 52


@pytest.mark.parametrize(("code", "symbol", "tick_size", "tick_value", "point_value", "is_micro"), ROWS)
def test_a_row(code: str, symbol: str, tick_size: str, tick_value: str, point_value: str, is_micro: bool) -> None:
    known = contract_known(f"CON.F.US.{code}.Z25")
    assert known is not None
    assert (known.symbol, known.is_micro) == (symbol, is_micro)
    assert (known.tick_size, known.tick_value) == (Decimal(tick_size), Decimal(tick_value))
    assert known.point_value == Decimal(point_value)
    assert symbol_named(code) == symbol_named(symbol.lower()) == symbol


@pytest.mark.parametrize(
    ("contract", "symbol"),
    [
        ("CON.F.US.EP.Z25", "ES"),
        ("CON.F.US.NQM.H26", "QM"),
        ("CON.F.US.NQG.H26", "QG"),
        ("CON.F.US.ENQ.Z25", "NQ"),
        ("CON.F.US.XYZ.Z25", "XYZ"),
        ("CON.F.US.ES.Z25", "ES"),
        ("nonsense", "nonsense"),
    ],
)
def test_the_traders_word_for_a_contract(contract: str, symbol: str) -> None:
    assert symbol_of(contract) == symbol


@pytest.mark.parametrize("wrong", ["CL.", "F.US.CL", "", "TY", "US", "XYZ"])
def test_no_other_word_is_a_product(wrong: str) -> None:
    assert symbol_named(wrong) is None


def test_a_symbol_is_no_code() -> None:
    # CON.F.US.CL does not exist at the gateway: a wrong map must not price it
    assert contract_known("CON.F.US.CL.Z25") is None
    assert code_of("CON.F.US.cle.Z25") == "CLE"
