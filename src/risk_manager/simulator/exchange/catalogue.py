"""Contracts.

A product and a delivery month. Which ids exist, what they are called, which month is the active one.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from risk_manager.simulator.exchange.product import MONTHLY, PRODUCTS, ROLL_DAYS, Product
from risk_manager.simulator.exchange.spelling import Wire, plain

_ID = re.compile(rf"CON\.F\.US\.([A-Z0-9]+)\.([{MONTHLY}])(\d\d)")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Contract:
    """One delivery month of one product."""

    product: Product
    letter: str
    year: int

    @property
    def id(self) -> str:
        """Such as CON.F.US.MNQ.U26."""
        return f"CON.F.US.{self.product.root}.{self.letter}{self.year % 100:02d}"

    @property
    def name(self) -> str:
        """Exchange symbol, month letter, one digit of the year: MNQU6."""
        return f"{self.product.symbol}{self.letter}{self.year % 10}"

    @property
    def display_name(self) -> str:
        """What positions call it, with two digits of the year: MNQU26."""
        return f"{self.product.symbol}{self.letter}{self.year % 100:02d}"

    @property
    def description(self) -> str:
        """Such as `Micro E-mini NASDAQ-100: September 2026`."""
        return f"{self.product.title}: {_MONTHS[MONTHLY.index(self.letter)]} {self.year}"

    @property
    def active_until(self) -> date:
        """The first day on which a later month is the active one."""
        before, day = ROLL_DAYS[self.product.family]
        months = self.year * 12 + MONTHLY.index(self.letter) - before
        return date(months // 12, months % 12 + 1, day)

    def wire(self, *, is_active: bool) -> Wire:
        """The contract model of the REST calls (gateway reference, section 4.2)."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "tickSize": plain(self.product.tick_size),
            "tickValue": plain(self.product.tick_value),
            "activeContract": is_active,
            "symbolId": self.product.symbol_id,
        }


@lru_cache(maxsize=4096)
def find_contract(contract_id: str) -> Contract | None:
    """The contract of an id; `None` if the id has another form or its root is not in the catalogue.

    Any month of any year resolves, expired or far away, as the venue's own search by id does.
    """
    match = _ID.fullmatch(contract_id)
    product = PRODUCTS.get(match[1]) if match else None
    return Contract(product, match[2], 2000 + int(match[3])) if match and product else None


def active_contract(root: str, today: date) -> Contract:
    """The month of a product that the platform trades on that day."""
    product = PRODUCTS[root]
    return next(
        contract
        for year in (today.year, today.year + 1, today.year + 2)
        for letter in product.cycle
        if (contract := Contract(product, letter, year)).active_until > today
    )


def active_contracts(today: date) -> list[Contract]:
    """One contract for each product of the catalogue."""
    return [active_contract(root, today) for root in PRODUCTS]


def search_contracts(text: str, today: date) -> list[Contract]:
    """At most 20 active contracts whose name or description holds the text.

    A fuzzy search, as the venue's is.
    """
    wanted = text.strip().casefold()
    found = (c for c in active_contracts(today) if wanted in f"{c.name} {c.description} {c.product.root}".casefold())
    return list(found)[:20]
