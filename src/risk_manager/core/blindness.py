"""Open positions whose price nobody knows, or knows only from long ago (rules page, section 7).

P&L rules go on with the last known mark, or leave the position out. It is told once a spell; with
`when_blind: close_position` the position is closed when the grace is over.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from risk_manager.core import market_hours, pnl, told_times
from risk_manager.core.contracts import symbol_of
from risk_manager.core.instants import seconds, soonest
from risk_manager.core.model import ContractId, Position
from risk_manager.core.record import Alert, Severity
from risk_manager.core.rule import CloseContract
from risk_manager.core.settings import WhenBlind
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, Standing

_RULE = "BLIND"


def stale_at(sight: Sight, position: Position) -> datetime:
    """When the price of a position counts as old, if nothing is heard of it."""
    return _told_at(sight, position) + seconds(sight.settings.defaults.quote_stale_after)


def _told_at(sight: Sight, position: Position) -> datetime:
    quote = sight.state.quotes.get(position.contract)
    if quote is not None and quote.told_at > position.first_seen_at and pnl.is_priced(position, quote):
        return quote.told_at
    return position.first_seen_at


def blind_since(sight: Sight, position: Position) -> datetime:
    """When the spell begins: where the price has grown old while the market slept, with the opening."""
    since = stale_at(sight, position)
    return max(since, market_hours.opened_at(sight.now)) if since <= sight.now else since


def is_told(account: Account, contract: ContractId) -> bool:
    """True while a spell without news of a contract's price has been told of."""
    return bool(account.standing) and f"{_RULE}|{contract}" in account.standing


def look(sight: Sight) -> list[Alert]:
    """Tell of prices that have grown old; close where the admin wants that."""
    alerts: list[Alert] = []
    spells: set[str] = set()
    defaults = sight.settings.defaults
    for position in sight.positions() if market_hours.is_open(sight.now) else ():
        if sight.now < stale_at(sight, position):
            continue
        since = blind_since(sight, position)
        key = f"{_RULE}|{position.contract}"
        spells.add(key)
        symbol = symbol_of(position.contract)
        if key not in sight.account.standing:
            held = Standing(_RULE, position.contract, waived=False)
            sight.account = replace(sight.account, standing={**sight.account.standing, key: held})
            alerts.append(_told(sight, position))
        if defaults.when_blind is WhenBlind.CLOSE_POSITION and sight.now >= since + seconds(defaults.blind_grace):
            why = f"no price of {symbol} for longer than blind_grace ({defaults.blind_grace} s) allows"
            sight.outcome.add(CloseContract(position.contract), why)
    over = [key for key in sight.account.standing if key.startswith(f"{_RULE}|") and key not in spells]
    if over:
        kept = {key: held for key, held in sight.account.standing.items() if key not in over}
        sight.account = replace(sight.account, standing=kept)
    return alerts


def _told(sight: Sight, position: Position) -> Alert:
    symbol = symbol_of(position.contract)
    quote = sight.state.quotes.get(position.contract)
    if position.point_value is None:
        text = f"{symbol} is a product that the guard does not know: its open P&L is left out of every limit."
    elif quote is None or not pnl.is_priced(position, quote):
        text = f"No price of {symbol} has been seen: its open P&L is left out of every limit."
    else:
        at = told_times.named(quote.told_at)
        text = f"The price of {symbol} is from {at}: limits are judged with the last known price."
    return Alert(severity=Severity.WARNING, text=text, at=sight.now, account=sight.account.id)


def next_due(sight: Sight) -> datetime | None:
    """When the next price grows old, or the grace of one ends."""
    opens = market_hours.next_open(sight.now)
    if opens is not None:
        return opens
    defaults = sight.settings.defaults
    stale_after = seconds(defaults.quote_stale_after)
    told = soonest((_told_at(sight, position) for position in sight.positions()), sight.now - stale_after)
    times = [told and told + stale_after]
    if defaults.when_blind is WhenBlind.CLOSE_POSITION:
        grace = seconds(defaults.blind_grace)
        times += [blind_since(sight, position) + grace for position in sight.positions()]
    return soonest(times, sight.now)
