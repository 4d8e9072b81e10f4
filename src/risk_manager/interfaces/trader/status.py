"""`risk-manager status`: is the guard there, what does it see, what stands."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path

import msgspec

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.trader.dashboard import market, refused, times
from risk_manager.interfaces.trader.dashboard.locks import advice
from risk_manager.interfaces.trader.dashboard.now import asked_to_close, why_closed
from risk_manager.interfaces.trader.dashboard.positions import fate, is_protected, name
from risk_manager.interfaces.trader.dashboard.saying import plain
from risk_manager.interfaces.trader.picture import (
    Guarding,
    age_seconds,
    guarding,
    has_old_price,
    is_away,
    is_market_closed,
    price_age_seconds,
    published_state,
)
from risk_manager.ipc.news import HUBS
from risk_manager.ipc.status import AccountStatus, ActStatus, GuardStatus, PositionStatus, lock_condition

_AWAY_MOST, _ACTS_MOST, _WIDTH = 12, 5, 80


def run(*, home: Path | None = None, json: bool = False) -> int:
    """Show what the guard sees.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        Print everything as JSON, for other programs.
    """
    status = published_state(home)
    if status is None:
        return ExitCode.NOT_RUNNING
    age = age_seconds(status)
    if json:
        print(msgspec.json.format(msgspec.json.encode(status)).decode())
    else:
        print("\n".join(lines(status, age)))
    return ExitCode.NOT_RUNNING if is_away(status, age) else ExitCode.FINE


def lines(status: GuardStatus, age: int, zone: tzinfo | None = None) -> list[str]:
    """The status as text for a terminal. `zone` is the trader's own, None that of the machine."""
    hubs = status.connection
    if is_away(status, age):
        head = f"THE GUARD IS NOT RUNNING. This is what it saw {age} s ago."
    elif hubs.user_hub and hubs.market_hub:
        head = "The guard is running and connected."
    else:
        blind = " and ".join(
            HUBS[name] for name, up in (("user", hubs.user_hub), ("market", hubs.market_hub)) if not up
        )
        verb = "are" if not (hubs.user_hub or hubs.market_hub) else "is"
        since = f" since {times.both(hubs.lost_since, status.at, zone)}" if hubs.lost_since is not None else ""
        head = f"The guard is running and BLIND: {blind} {verb} away{since}."
    text = [head]
    odd = {
        "could not be read": hubs.unreadable,
        "came twice or too late": hubs.repeated,
        "did not come and were found by reading": hubs.missed,
    }
    if any(odd.values()):
        text.append("Messages that " + ", ".join(f"{what}: {count}" for what, count in odd.items() if count) + ".")
    if not status.is_saved:
        text.append(
            "NOTHING CAN BE SAVED: after a restart the guard would forget what happened since. Is the disk full?"
        )
    text += [one for one in [refused.sentence(status, zone)] if one]
    now = status.at + timedelta(seconds=age)
    text.append("; ".join(plain(part) for part in market.parts(status.market, now, zone, _WIDTH)) + ".")
    for account in status.accounts:
        text += _account(account, status, age, zone)
    if status.while_away:
        shown, more = status.while_away[:_AWAY_MOST], len(status.while_away) - _AWAY_MOST
        text += ["", "Before this start:", *(f"  {line}" for line in shown)]
        if more > 0:
            text.append(f"  ... and {more} more, in the log")
    if status.acts:
        text += ["", "Lately, by your own clock:", *(_act(act, status, zone) for act in status.acts[:_ACTS_MOST])]
    return text


def _act(act: ActStatus, status: GuardStatus, zone: tzinfo | None) -> str:
    whose = f"{act.account} " if act.account is not None and len(status.accounts) > 1 else ""
    return f"  {times.stamp(act.at, status.at, zone)} {whose}{act.says[:1].upper()}{act.says[1:]}"


def _account(account: AccountStatus, status: GuardStatus, age: int, zone: tzinfo | None) -> list[str]:
    now, sure = status.at + timedelta(seconds=age), guarding(status.connection, is_running=not is_away(status, age))
    text = [
        "",
        f"Account {account.id} {account.name}".rstrip(),
        f"  day: realized {_usd(account.realized_pnl)}, open {_usd(account.unrealized_pnl)}, "
        f"net {_usd(account.net_pnl)}; balance {_usd(account.balance) if account.balance is not None else 'not told'}",
    ]
    for lock in account.locks:
        ends = times.both(lock.until, status.at, zone) if lock.until is not None else lock_condition(lock.rule)
        what = "LOCKED" if lock.kind == "hard" else "COOLDOWN"
        why = f"{lock.why} ({lock.rule}). {advice(lock, sure)}"
        text.append(f"  {what} {lock.symbol or 'whole account'} until {ends}: {why}")
    for rule in account.rule_details:
        for what, until in rule.waivers():
            text.append(f"  WAIVED by the admin{what} until {times.both(until, status.at, zone)}: {rule.key}")
    if account.is_tradable:
        text.append(f"  {_may_trade(account, status, age, zone)}")
    if account.is_asleep:
        text.append("  NOT READ YET since the guard's start: this is what was known before")
    if account.last_close is not None:
        text.append(f"  closed last: {why_closed(account.last_close, now, zone)} {asked_to_close(account.last_close)}")
    for position in account.positions:
        is_old = has_old_price(position, account, status.market, now)
        text.append(_position(position, now, is_old=is_old) + _fate(position, account, sure, now))
    if not account.positions:
        text.append("  flat")
    count = "1 order" if len(account.orders) == 1 else f"{len(account.orders)} orders"
    text.append(f"  {count} alive; rules on: {', '.join(account.rules) or 'none'}")
    return text


def _may_trade(account: AccountStatus, status: GuardStatus, age: int, zone: tzinfo | None) -> str:
    """Of an account that no lock stands on as a whole."""
    nothing = "nothing else" if account.locks else "nothing"
    if account.can_trade is False:
        return "MAY NOT TRADE: the broker does not let this account trade"
    if is_away(status, age):
        return f"{nothing} is locked, but nobody watches: the guard is not running"
    if account.is_asleep or not (status.connection.user_hub and status.connection.market_hub):
        return f"{nothing} is locked, but the guard does not see everything: better wait"
    now = status.at + timedelta(seconds=age)
    if status.market is not None and is_market_closed(status.market, now):
        return f"may trade when the market opens: {times.both(status.market.changes_at, status.at, zone)}"
    closings = [account.closing(one.contract) for one in account.positions]
    if any(one is not None and one.is_overdue for one in closings):
        return f"{nothing} is locked, but what is to be closed is not closed yet: better wait"
    if any(one is not None for one in closings):
        return f"{nothing} is locked; the guard is closing: wait"
    return "may trade"


def _position(position: PositionStatus, now: datetime, *, is_old: bool) -> str:
    worth = "NO PRICE, it counts as nothing"
    old = price_age_seconds(position, now)
    if position.open_pnl is not None:
        price = "OLD PRICE," if is_old else "price"
        worth = _usd(position.open_pnl) + (f" ({price} {times.age(old)} old)" if old is not None else "")
    return f"  {name(position)} at {position.average_price}: {worth}"


def _fate(position: PositionStatus, account: AccountStatus, sure: Guarding, now: datetime) -> str:
    if is_protected(position) and account.closing(position.contract) is None:
        return ""
    told = fate(position, account, sure, now)
    return f". It {told}" if is_protected(position) else f". NO STOP: it {told}"


def _usd(amount: Decimal) -> str:
    return f"-${abs(amount):,.2f}" if amount < 0 else f"${amount:,.2f}"
