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

from risk_manager.core.model import Contract, ContractId, Symbol

_TABLE: Final = """
EP ES 0.25 12.50        MES MES 0.25 1.25 micro     ENQ NQ 0.25 5.00         MNQ MNQ 0.25 0.50 micro
RTY RTY 0.1 5.00        M2K M2K 0.1 0.50 micro      YM YM 1 5.00             MYM MYM 1 0.50 micro
EMD EMD 0.1 10.00       NKD NKD 5 25.00             CLE CL 0.01 10.00        MCLE MCL 0.01 1.00 micro
NQM QM 0.025 12.50      NGE NG 0.001 10.00          MNG MNG 0.001 1.00 micro NQG QG 0.005 12.50
RBE RB 0.0001 4.20      HOE HO 0.0001 4.20          GCE GC 0.1 10.00         MGC MGC 0.1 1.00 micro
SIE SI 0.005 25.00      SIL SIL 0.005 5.00 micro    CPE HG 0.0005 12.50      MHG MHG 0.0005 1.25 micro
PLE PL 0.1 5.00         USA ZB 0.03125 31.25        ULA UB 0.03125 31.25     TYA ZN 0.015625 15.625
TNA TN 0.015625 15.625  FVA ZF 0.0078125 7.8125     TUA ZT 0.00390625 7.8125 DA6 6A 0.00005 5.00
BP6 6B 0.0001 6.25      CA6 6C 0.00005 5.00         EU6 6E 0.00005 6.25      EEU E7 0.0001 6.25
JY6 6J 0.0000005 6.25   SF6 6S 0.00005 6.25         NE6 6N 0.00005 5.00      MX6 6M 0.00001 5.00
M6A M6A 0.0001 1.00 micro  M6B M6B 0.0001 0.625 micro  M6E M6E 0.0001 1.25 micro  HE HE 0.025 10.00
GLE LE 0.025 10.00      ZCE ZC 0.25 12.50           ZSE ZS 0.25 12.50        ZWA ZW 0.25 12.50
ZLE ZL 0.01 6.00        ZME ZM 0.1 10.00            MBT MBT 5 0.50 micro     GMET MET 0.5 0.05 micro
"""


class Product:
    """One row of the catalogue."""

    __slots__ = ("code", "is_micro", "symbol", "tick_size", "tick_value")

    def __init__(self, code: str, symbol: Symbol, tick_size: str, tick_value: str, is_micro: bool) -> None:
        self.code = code
        self.symbol = symbol
        self.tick_size = Decimal(tick_size)
        self.tick_value = Decimal(tick_value)
        self.is_micro = is_micro


def _read_table() -> dict[str, Product]:
    rows: dict[str, Product] = {}
    words = iter(_TABLE.split())
    fields: list[str] = []
    for word in words:
        if word == "micro":
            rows[fields[0]] = Product(fields[0], fields[1], fields[2], fields[3], is_micro=True)
            fields = []
            continue
        if len(fields) == 4:
            rows[fields[0]] = Product(fields[0], fields[1], fields[2], fields[3], is_micro=False)
            fields = []
        fields.append(word)
    if fields:
        rows[fields[0]] = Product(fields[0], fields[1], fields[2], fields[3], is_micro=False)
    return rows


PRODUCTS: Final[Mapping[str, Product]] = _read_table()
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
