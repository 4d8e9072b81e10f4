"""`risk-manager rules`: what is active, how far it is to each limit, and what will happen there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import msgspec

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.dashboard.rules import consequence
from risk_manager.interfaces.trader.picture import (
    Guarding,
    age_seconds,
    guarding,
    has_old_price,
    is_away,
    no_account,
    price_age_seconds,
    published_state,
)
from risk_manager.ipc.status import AccountStatus, Gauge, GuardStatus, RuleStatus

_BAR = 20
_COLUMN = _BAR + 9


def run(*, home: Path | None = None, account: int | None = None, json: bool = False) -> int:
    """Show every rule that is on: where you stand, how far it is to the limit, and what happens there.

    Parameters
    ----------
    home
        The guard's home folder.
    account
        Only this account.
    json
        Print everything as JSON, for other programs.
    """
    status = published_state(home)
    if status is None:
        return ExitCode.NOT_RUNNING
    why = no_account(status, account)
    if why is not None:
        print(why, file=sys.stderr)
        return ExitCode.BAD_INPUT
    chosen = [one for one in status.accounts if account in (None, one.id)]
    age = age_seconds(status)
    if json:
        rows = [{"account": one.id, "name": one.name, "rules": one.rule_details} for one in chosen]
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
    else:
        print("\n".join(lines(status, chosen, age)))
    return ExitCode.NOT_RUNNING if is_away(status, age) else ExitCode.FINE


def lines(status: GuardStatus, accounts: list[AccountStatus], age: int) -> Iterator[str]:
    """The rules as text for a terminal."""
    if is_away(status, age):
        yield f"THE GUARD IS NOT RUNNING, so no rule acts. This is what it saw {age} s ago."
    elif not (status.connection.user_hub and status.connection.market_hub):
        yield "The guard is BLIND: these numbers may be old."
    now = status.at + timedelta(seconds=age)
    sure = guarding(status.connection, is_running=not is_away(status, age))
    for account in accounts:
        yield f"Account {account.id} {account.name}".rstrip()
        if not account.rule_details:
            yield "  no rule is on: nothing is limited"
        else:
            yield from _prices(account, status, now)
        for rule in account.rule_details:
            yield from _rule(rule, now, sure)


def _prices(account: AccountStatus, status: GuardStatus, now: datetime) -> Iterator[str]:
    """How old the prices are that the numbers below hang on; nothing where no position is open."""
    ages = [price_age_seconds(one, now) for one in account.positions]
    if None in ages:
        yield "  an open position has no price: no limit counts what it loses"
    known = [one for one in ages if one is not None]
    if known:
        is_old = any(has_old_price(one, account, status.market, now) for one in account.positions)
        yield f"  open P&L is counted with {'OLD PRICES, ' if is_old else 'prices '}up to {times.age(max(known))} old"


def _rule(rule: RuleStatus, now: datetime, sure: Guarding) -> Iterator[str]:
    marks = " BREACHED" if rule.is_breached else ""
    marks += "".join(f" WAIVED{what} until {times.both(until, now, None)}" for what, until in rule.waivers())
    yield f"  {rule.id} {rule.key}{marks}"
    for _, found in groupby(rule.gauges, key=lambda gauge: (gauge.then, rule.is_waived_for(gauge.symbol))):
        alike = list(found)
        for gauge in alike:
            yield f"    {_bar(gauge)}{gauge.label}: {gauge.says}"
            if gauge.ends_at is not None and sure is Guarding.SURE:
                at = times.both(gauge.ends_at, now, None)
                yield f"    {'':{_COLUMN}}In {times.until(gauge.ends_at, now)}, at {at}."
        yield f"    {'':{_COLUMN}}{consequence(rule, alike[0], sure)}"
    if not rule.gauges:
        yield "    it has nothing to show now"


def _bar(gauge: Gauge) -> str:
    """How much of the limit is used, as a bar and a number; blank where there is no number."""
    if gauge.share is None:
        return " " * _COLUMN
    full = min(_BAR, int(gauge.share * _BAR))
    return f"[{'#' * full}{'.' * (_BAR - full)}]{min(999, int(gauge.share * 100)):>4} % "
