"""Between which prices a quote changes nothing: so a quote that breaks nothing costs a comparison, not a judgement.

For each account that holds a contract the rules say how far its mark may move before their answer could be another
one. What an account may lose or win before a limit is shared out among its positions, since all of them move; when one
leaves its band, the account is judged and its bands are drawn anew. Derived from the state at any time, never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec

from risk_manager.core import pursuit
from risk_manager.core.events import QuoteSeen
from risk_manager.core.model import AccountId, ContractId, Position
from risk_manager.core.outcome import Outcome
from risk_manager.core.rule import Topic
from risk_manager.core.settings import MarkPrice, Settings
from risk_manager.core.sight import Sight
from risk_manager.core.state import State

_A_HAIR_LESS = Decimal("0.999999999999")
"""Division may round up: the band is a hair narrower than the slack, so that its end is never inside."""


class Band(NamedTuple):
    """Prices strictly between which nothing changes for one account; None: no bound on that side."""

    low: Decimal | None
    high: Decimal | None
    is_last: bool
    """True: asked of the last price; False: of bid and ask."""


class Calm(msgspec.Struct, frozen=True):
    """The bands of those that hold a contract, and what is common to them."""

    bands: dict[AccountId, Band | None]
    """None: this account is to be judged at every quote. A holder without a band has not been judged yet."""
    last: tuple[Decimal | None, Decimal | None] = (None, None)
    """Common bounds of the last price."""
    exit: tuple[Decimal | None, Decimal | None] = (None, None)
    """Common bounds of bid and ask."""
    is_whole: bool = False
    """True where the common bounds stand for every holder."""


UNKNOWN = Calm({})


def concerned(known: Calm, quote: QuoteSeen, holders: tuple[AccountId, ...]) -> tuple[AccountId, ...]:
    """The accounts for which a quote may change something."""
    if (
        known.is_whole
        and _inside(quote.last, *known.last)
        and _inside(quote.bid, *known.exit)
        and _inside(quote.ask, *known.exit)
    ):
        return ()
    return tuple(key for key in holders if not _keeps_calm(known.bands.get(key), quote))


def _keeps_calm(band: Band | None, quote: QuoteSeen) -> bool:
    if band is None:
        return False
    if band.is_last:
        return _inside(quote.last, band.low, band.high)
    return _inside(quote.bid, band.low, band.high) and _inside(quote.ask, band.low, band.high)


def _inside(price: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    return price is None or ((low is None or low < price) and (high is None or price < high))


def drawn(
    state: State,
    known: Calm,
    contract: ContractId,
    judged: tuple[AccountId, ...],
    settings: Mapping[AccountId, Settings],
) -> Calm:
    """The bands of a contract, anew for the accounts that have just been judged."""
    holders = state.holders[contract]
    fresh = {key: band_of(state, key, contract, settings) for key in judged if key in settings}
    bands = {key: fresh[key] if key in fresh else known.bands.get(key) for key in holders}
    there = [band for band in bands.values() if band is not None]
    lasts, exits = [band for band in there if band.is_last], [band for band in there if not band.is_last]
    return Calm(bands, _narrowest(lasts), _narrowest(exits), is_whole=len(there) == len(bands))


def forgotten(calm: dict[ContractId, Calm], key: AccountId) -> dict[ContractId, Calm]:
    """The bands without those of an account that has changed: it is judged at the next quote of each contract."""
    changed = {
        contract: Calm({other: band for other, band in known.bands.items() if other != key})
        for contract, known in calm.items()
        if key in known.bands
    }
    return {**calm, **changed} if changed else calm


def _narrowest(bands: list[Band]) -> tuple[Decimal | None, Decimal | None]:
    low = max((band.low for band in bands if band.low is not None), default=None)
    return low, min((band.high for band in bands if band.high is not None), default=None)


def band_of(state: State, key: AccountId, contract: ContractId, settings: Mapping[AccountId, Settings]) -> Band | None:
    """Between which prices of a contract nothing changes for an account; None: it is to be judged at every quote."""
    account, own = state.accounts[key], settings[key]
    position = account.positions[contract]
    if not pursuit.is_quiet(account) or f"BLIND|{contract}" in account.standing:
        return None
    sight = Sight(state, account, own, state.now, Outcome(account))
    quote = state.quotes.get(contract)
    is_last = own.defaults.mark_price is MarkPrice.LAST
    price = None if quote is None else quote.last if is_last else (quote.bid if position.sign > 0 else quote.ask)
    if price is None:  # another price serves: it may come any time
        return None
    low: Decimal | None = None
    high: Decimal | None = None
    for armed in own.rules:
        if not armed.rule.topics & Topic.QUOTES:
            continue
        bounds = armed.rule.calm(sight, armed.config, position) if armed.rule.calm is not None else None
        if bounds is None:
            return None
        low = bounds[0] if low is None or (bounds[0] is not None and bounds[0] > low) else low
        high = bounds[1] if high is None or (bounds[1] is not None and bounds[1] < high) else high
    return Band(low, high, is_last)


Bounds = tuple[Decimal | None, Decimal | None]
ANY: Bounds = (None, None)


def by_pnl(
    sight: Sight, position: Position, *, down: Decimal | None, up: Decimal | None, shared: bool = True
) -> Bounds | None:
    """Price bounds within which the P&L moves less than `down` dollars against, or `up` in favour; None where one of
    them is used up. With `shared` all positions of the account may move at the same time."""
    mark = sight.mark(position)
    if mark is None or position.point_value is None:
        return ANY  # an unpriced position is left out of P&L
    if (down is not None and down <= 0) or (up is not None and up <= 0):
        return None
    worth = position.point_value * position.size * (len(sight.account.positions) if shared else 1)
    against = None if down is None else down / worth * _A_HAIR_LESS
    favour = None if up is None else up / worth * _A_HAIR_LESS
    if position.sign > 0:
        return (None if against is None else mark - against, None if favour is None else mark + favour)
    return (None if favour is None else mark - favour, None if against is None else mark + against)
