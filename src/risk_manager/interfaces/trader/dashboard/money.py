"""Dollars and prices as a trader reads them: a sign, two digits, thousands apart."""

from __future__ import annotations

from decimal import Decimal

from risk_manager.interfaces.trader.dashboard.saying import Span, Tone
from risk_manager.interfaces.trader.reading import usd


def signed(amount: Decimal) -> str:
    """A result: gains carry their sign as losses do."""
    return f"+{usd(amount)}" if amount > 0 else usd(amount)


def result(amount: Decimal | None) -> Span:
    """A result with its tone."""
    if amount is None:
        return Span("no price", Tone.CAUTION)
    return Span(signed(amount), Tone.GOOD if amount > 0 else Tone.BAD if amount < 0 else Tone.PLAIN)


def price(amount: Decimal | None) -> str:
    """A price with all its digits, at least two."""
    if amount is None:
        return ""
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{digits}f}"
