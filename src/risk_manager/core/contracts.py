"""Contracts, their symbols, and what a tick of them is worth (MOD-007).

A contract id reads `CON.F.US.<code>.<month><year>`; the code is the gateway's, not always the trader's symbol (EP is
ES, ENQ is NQ, NQM is crude). The table is the gateway's own catalogue (gateway reference, section 11.2, read from a
login in August 2026). What the gateway says of a contract at run time goes before the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

import msgspec

from risk_manager.core.model import Contract, ContractId, Symbol


class Product(msgspec.Struct, frozen=True):
    """One row of the catalogue."""

    code: str
    """The gateway's word for it."""
    symbol: Symbol
    """The trader's word for it."""
    tick_size: Decimal
    tick_value: Decimal
    is_micro: bool = False


_CATALOGUE: Final = (
    Product("EP", "ES", Decimal("0.25"), Decimal("12.50")),
    Product("MES", "MES", Decimal("0.25"), Decimal("1.25"), is_micro=True),
    Product("ENQ", "NQ", Decimal("0.25"), Decimal("5.00")),
    Product("MNQ", "MNQ", Decimal("0.25"), Decimal("0.50"), is_micro=True),
    Product("RTY", "RTY", Decimal("0.1"), Decimal("5.00")),
    Product("M2K", "M2K", Decimal("0.1"), Decimal("0.50"), is_micro=True),
    Product("YM", "YM", Decimal("1"), Decimal("5.00")),
    Product("MYM", "MYM", Decimal("1"), Decimal("0.50"), is_micro=True),
    Product("EMD", "EMD", Decimal("0.1"), Decimal("10.00")),
    Product("NKD", "NKD", Decimal("5"), Decimal("25.00")),
    Product("CLE", "CL", Decimal("0.01"), Decimal("10.00")),
    Product("MCLE", "MCL", Decimal("0.01"), Decimal("1.00"), is_micro=True),
    Product("NQM", "QM", Decimal("0.025"), Decimal("12.50")),
    Product("NGE", "NG", Decimal("0.001"), Decimal("10.00")),
    Product("MNG", "MNG", Decimal("0.001"), Decimal("1.00"), is_micro=True),
    Product("NQG", "QG", Decimal("0.005"), Decimal("12.50")),
    Product("RBE", "RB", Decimal("0.0001"), Decimal("4.20")),
    Product("HOE", "HO", Decimal("0.0001"), Decimal("4.20")),
    Product("GCE", "GC", Decimal("0.1"), Decimal("10.00")),
    Product("MGC", "MGC", Decimal("0.1"), Decimal("1.00"), is_micro=True),
    Product("SIE", "SI", Decimal("0.005"), Decimal("25.00")),
    Product("SIL", "SIL", Decimal("0.005"), Decimal("5.00"), is_micro=True),
    Product("CPE", "HG", Decimal("0.0005"), Decimal("12.50")),
    Product("MHG", "MHG", Decimal("0.0005"), Decimal("1.25"), is_micro=True),
    Product("PLE", "PL", Decimal("0.1"), Decimal("5.00")),
    Product("USA", "ZB", Decimal("0.03125"), Decimal("31.25")),
    Product("ULA", "UB", Decimal("0.03125"), Decimal("31.25")),
    Product("TYA", "ZN", Decimal("0.015625"), Decimal("15.625")),
    Product("TNA", "TN", Decimal("0.015625"), Decimal("15.625")),
    Product("FVA", "ZF", Decimal("0.0078125"), Decimal("7.8125")),
    Product("TUA", "ZT", Decimal("0.00390625"), Decimal("7.8125")),
    Product("DA6", "6A", Decimal("0.00005"), Decimal("5.00")),
    Product("BP6", "6B", Decimal("0.0001"), Decimal("6.25")),
    Product("CA6", "6C", Decimal("0.00005"), Decimal("5.00")),
    Product("EU6", "6E", Decimal("0.00005"), Decimal("6.25")),
    Product("EEU", "E7", Decimal("0.0001"), Decimal("6.25")),
    Product("JY6", "6J", Decimal("0.0000005"), Decimal("6.25")),
    Product("SF6", "6S", Decimal("0.00005"), Decimal("6.25")),
    Product("NE6", "6N", Decimal("0.00005"), Decimal("5.00")),
    Product("MX6", "6M", Decimal("0.00001"), Decimal("5.00")),
    Product("M6A", "M6A", Decimal("0.0001"), Decimal("1.00"), is_micro=True),
    Product("M6B", "M6B", Decimal("0.0001"), Decimal("0.625"), is_micro=True),
    Product("M6E", "M6E", Decimal("0.0001"), Decimal("1.25"), is_micro=True),
    Product("HE", "HE", Decimal("0.025"), Decimal("10.00")),
    Product("GLE", "LE", Decimal("0.025"), Decimal("10.00")),
    Product("ZCE", "ZC", Decimal("0.25"), Decimal("12.50")),
    Product("ZSE", "ZS", Decimal("0.25"), Decimal("12.50")),
    Product("ZWA", "ZW", Decimal("0.25"), Decimal("12.50")),
    Product("ZLE", "ZL", Decimal("0.01"), Decimal("6.00")),
    Product("ZME", "ZM", Decimal("0.1"), Decimal("10.00")),
    Product("MBT", "MBT", Decimal("5"), Decimal("0.50"), is_micro=True),
    Product("GMET", "MET", Decimal("0.5"), Decimal("0.05"), is_micro=True),
)

PRODUCTS: Final[Mapping[str, Product]] = {product.code: product for product in _CATALOGUE}
"""The catalogue, by the gateway's code."""

_SYMBOLS: Final[Mapping[str, Symbol]] = {
    **{code: product.symbol for code, product in PRODUCTS.items()},
    **{product.symbol: product.symbol for product in PRODUCTS.values()},
}
SYMBOLS: Final = frozenset(product.symbol for product in PRODUCTS.values())
"""Every symbol that a trader can write."""


def symbol_named(text: str) -> Symbol | None:
    """The trader's symbol for what somebody wrote: a symbol or a gateway's code, in any case. None: no such product."""
    return _SYMBOLS.get(text.strip().upper())


@lru_cache(maxsize=4096)
def code_of(contract: ContractId) -> str:
    """The gateway's product code inside a contract id; the whole id where it does not look like one."""
    parts = contract.split(".")
    return parts[3].upper() if len(parts) == 5 and parts[0] == "CON" else contract


@lru_cache(maxsize=4096)
def symbol_of(contract: ContractId) -> Symbol:
    """The trader's symbol of a contract. A product that is not in the catalogue goes by the gateway's code."""
    code = code_of(contract)
    return _SYMBOLS.get(code, code) if code in PRODUCTS else code


def contract_told(contract: ContractId, tick_size: Decimal, tick_value: Decimal) -> Contract:
    """A contract that the gateway has told of, its numbers more than 0."""
    return Contract(
        id=contract,
        symbol=symbol_of(contract),
        tick_size=tick_size,
        tick_value=tick_value,
        point_value=tick_value / tick_size,
        is_micro=False,
    )


def is_micro(contract: ContractId) -> bool:
    """True for a micro; False also for a product that is not in the catalogue."""
    known = contract_known(contract)
    return known is not None and known.is_micro


@lru_cache(maxsize=4096)
def contract_known(contract: ContractId) -> Contract | None:
    """What the catalogue says of a contract; None for a product that it does not have."""
    product = PRODUCTS.get(code_of(contract))
    if product is None:
        return None
    return Contract(
        id=contract,
        symbol=product.symbol,
        tick_size=product.tick_size,
        tick_value=product.tick_value,
        point_value=product.tick_value / product.tick_size,
        is_micro=product.is_micro,
    )
