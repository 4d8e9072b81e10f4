"""`risk-manager clock`: your own hours, and what you have made in them. It changes nothing in the guard."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from risk_manager import home as homes
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.trader import hours
from risk_manager.interfaces.trader.hours import Hours
from risk_manager.interfaces.trader.reading import length, local, own_zone, usd
from risk_manager.ipc import asking
from risk_manager.ipc.address import NoDoorError
from risk_manager.ipc.answers import HistoryWanted

_SHOWN = 10
_WEEK = timedelta(days=7)


def run(what: Literal["in", "out"] | None = None, /, *, home: Path | None = None, json: bool = False) -> int:
    """Clock in when you begin to trade and out when you stop; without a word, see your hours and what you made in them.
    It changes nothing in the guard.

    Parameters
    ----------
    what
        in or out.
    home
        The guard's home folder.
    json
        Print all sessions as JSON, for other programs.
    """
    code = _punch(is_in=what == "in") if what is not None else ExitCode.FINE
    return code or (_show(homes.folder(home), as_json=json) if what != "in" else code)


def _show(home: Path, *, as_json: bool) -> int:
    path = hours.place()
    try:
        known = hours.read(path)
    except ValueError as error:
        print(error, file=sys.stderr)
        return ExitCode.BAD_INPUT
    now = datetime.now(UTC)
    counted = [_counted(one, home, now) for one in known]
    # What a session has made is kept once it is over: the guard forgets trades after a week.
    kept = [one if one.ended_at is not None else replace(one, made=None) for one in counted]
    if kept != known:
        hours.write(path, kept)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(counted)).decode())
    else:
        print("\n".join(lines(counted, now)))
        if counted:
            print(own_zone(now), file=sys.stderr)
    return ExitCode.FINE


def lines(sessions: list[Hours], now: datetime) -> list[str]:
    """Sessions as text for a terminal, the newest last."""
    if not sessions:
        return ["You have never clocked in. risk-manager clock in begins a session."]
    text = [_line(one, now) for one in sessions[-_SHOWN:]]
    week = [one for one in sessions if one.began_at > now - _WEEK]
    spent = sum((one.lasted(now) for one in week), timedelta())
    made: dict[int, Decimal] = defaultdict(Decimal)
    for one in week:
        for account, amount in (one.made or {}).items():
            made[account] += amount
    count = "1 session" if len(week) == 1 else f"{len(week)} sessions"
    is_known = any(one.made is not None for one in week) or not week
    text.append(f"The last 7 days: {count}, {length(spent)}{f', {_made(made)}' if is_known else ''}.")
    if any(one.made is None for one in week):
        text.append("Sessions whose trades are not known yet are left out: they are asked for while the guard runs.")
    return text


def _line(one: Hours, now: datetime) -> str:
    end = f"{local(one.ended_at)}" if one.ended_at is not None else "now, you are clocked in"
    made = _made(one.made) if one.made is not None else "trades not known: the guard does not answer"
    return f"{local(one.began_at)} to {end}: {length(one.lasted(now))}, {made}"


def _made(made: dict[int, Decimal]) -> str:
    if not made:
        return "no trades"
    return ", ".join(f"{usd(amount)} on account {account}" for account, amount in sorted(made.items()))


def _punch(*, is_in: bool) -> int:
    path = hours.place()
    try:
        known = hours.read(path)
        changed = hours.began(known, datetime.now(UTC)) if is_in else hours.ended(known, datetime.now(UTC))
        hours.write(path, changed)
    except hours.OutOfTurnError as error:
        print(error, file=sys.stderr)
        return ExitCode.REFUSED
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return ExitCode.BAD_INPUT
    print("You are clocked in." if is_in else "You are clocked out.", file=sys.stderr)
    return ExitCode.FINE


def _counted(one: Hours, home: Path, now: datetime) -> Hours:
    """A session with what was made in it; as it was where that is known, or cannot be known now."""
    if one.made is not None:
        return one
    try:
        rows = asking.all_trades(home, HistoryWanted(since=one.began_at, to=one.ended_at or now))
    except (NoDoorError, asking.RefusedError):
        return one
    made: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if not row.is_voided:
            made[row.account] += (row.realized_pnl or Decimal(0)) - row.costs
    return replace(one, made=dict(made))
