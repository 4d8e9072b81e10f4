"""`risk-manager history`: what was traded, what the guard did, what was locked."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter
from cyclopts.types import PositiveInt

from risk_manager import home as homes
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.trader.past import Line, lines_of
from risk_manager.interfaces.trader.picture import no_account, published_state
from risk_manager.interfaces.trader.reading import by_number, instant, local, own_zone
from risk_manager.ipc import asking
from risk_manager.ipc.address import NoDoorError
from risk_manager.ipc.answers import ROWS_MOST, History, HistoryWanted

Kind = Literal["trade", "act", "lock"]
_COLUMNS = (
    *("at", "kind", "account", "symbol", "rule", "what", "side", "size", "price", "realized_pnl", "costs"),
    *("until", "ended_at", "outcome", "why"),
)
"""Of a table: the fields of a line."""


def _help(text: str, name: str | None = None) -> Parameter:
    return Parameter(help=text, name=name)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which part of the history."""

    since: Annotated[
        str | None,
        _help('From this day or time on: 2026-11-20, or "2026-11-20 14:30", in your own time zone.', "--from"),
    ] = None
    to: Annotated[str | None, _help("Until this day (itself included) or time.")] = None
    account: Annotated[PositiveInt | None, _help("Only this account.")] = None
    symbol: Annotated[str | None, _help("Only this product: MNQ, ES. Acts on an order are left out then.")] = None
    rule: Annotated[
        str | None, _help("Only this rule: RULE-003, or 3. Trades belong to none and are left out then.")
    ] = None
    kind: Annotated[Kind | None, _help("Only trades, only acts of the guard, or only locks.")] = None
    limit: Annotated[PositiveInt, _help("At most so many of each kind, the newest ones; 1000 at most.")] = 100

    def wanted(self) -> HistoryWanted:
        """What to ask for. Raises ValueError for what is no time."""
        return HistoryWanted(
            account=self.account,
            since=instant(self.since) if self.since is not None else None,
            to=instant(self.to, is_end=True) if self.to is not None else None,
            symbol=self.symbol,
            rule=self.rule if self.rule is None else by_number(self.rule),
            limit=min(self.limit, ROWS_MOST),
        )


_EVERYTHING = Filters()


def run(*, home: Path | None = None, filters: Filters = _EVERYTHING, csv: bool = False, json: bool = False) -> int:
    """Show what was saved, oldest first: trades, acts of the guard, locks. The guard must be running.

    Parameters
    ----------
    home
        The guard's home folder.
    csv
        Print a table for a spreadsheet.
    json
        Print everything as JSON, for other programs.
    """
    if csv and json:
        print("A table or JSON: choose --csv or --json.", file=sys.stderr)
        return ExitCode.BAD_INPUT
    try:
        found = _only(asking.history(homes.folder(home), filters.wanted()), filters.kind)
    except ValueError as error:
        print(error, file=sys.stderr)
        return ExitCode.BAD_INPUT
    except NoDoorError as error:
        print(f"{error} What was saved is closed to everybody but the guard: start it, then ask.", file=sys.stderr)
        return ExitCode.NOT_RUNNING
    except asking.RefusedError as error:
        print(error, file=sys.stderr)
        return ExitCode.REFUSED
    rows = lines_of(found)
    if not rows and filters.account is not None:
        status = published_state(home)
        why = no_account(status, filters.account) if status is not None else None
        if why is not None:
            print(why, file=sys.stderr)
            return ExitCode.BAD_INPUT
    if json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    elif csv:
        print(table(rows), end="")
    else:
        print("\n".join(text(rows)) or "Nothing was saved that fits.")
        print(own_zone(datetime.now().astimezone()), file=sys.stderr)
    if (cut := _cut(found, filters.limit)) is not None:
        print(cut, file=sys.stderr)
    return ExitCode.FINE


def _cut(found: History, limit: int) -> str | None:
    """That there may be more than is shown, as a sentence."""
    limit = min(limit, ROWS_MOST)
    full = [name for name in ("trades", "acts", "locks") if len(getattr(found, name)) == limit]
    more = "--limit shows more" if limit < ROWS_MOST else "--to asks for older ones"
    return f"These are the newest {limit} {', '.join(full)}: {more}." if full else None


def _only(found: History, kind: Kind | None) -> History:
    match kind:
        case "trade":
            return History(trades=found.trades)
        case "act":
            return History(acts=found.acts)
        case "lock":
            return History(locks=found.locks)
        case None:
            return found


def text(rows: Sequence[Line]) -> Iterator[str]:
    """The rows for a terminal, one a line."""
    for row in rows:
        whose = f"{row.symbol or '':<5} {row.rule or '':<8}"
        yield f"{local(row.at)}  {row.account}  {row.kind:<5}  {whose}  {row.says}"


def table(rows: Sequence[Line]) -> str:
    """The rows as CSV: times in UTC, money with its exact digits, nothing that a spreadsheet would run."""
    into = io.StringIO()
    writer = csv.writer(into, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        cells = [getattr(row, name) for name in _COLUMNS]
        writer.writerow([_instant(cell) if isinstance(cell, datetime) else _harmless(cell) for cell in cells])
    return into.getvalue()


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _harmless(value: object) -> object:
    """Words that a spreadsheet would take for a formula get a quote in front; numbers stay."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else value
