"""What was saved, for the door: read in a thread of its own, one question after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from risk_manager.core.commands import Command
from risk_manager.core.contracts import symbol_named
from risk_manager.daemon.telling import in_words
from risk_manager.ipc.answers import ActRow, ActsWanted, History, HistoryWanted, LockRow, TradeRow
from risk_manager.ipc.server import NotNowError
from risk_manager.store import StoreError
from risk_manager.store.history import History as Past
from risk_manager.store.history import Row, Wanted

WAITING_MAX: Final = 4
T = TypeVar("T", bound=msgspec.Struct)
_commands = msgspec.json.Decoder(Command)


class LookingBack:
    """Questions about the file of a store that may be writing meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="door: history")
        self._waiting = 0

    def close(self) -> None:
        """Answer no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def history(self, wanted: HistoryWanted) -> bytes:
        """A `History` as JSON. Raises NotNowError."""
        return await self._ask(lambda: _history(self._path, wanted))

    async def acts(self, wanted: ActsWanted) -> bytes:
        """A list of `ActRow` as JSON. Raises NotNowError."""
        return await self._ask(lambda: _acts(self._path, wanted))

    async def _ask(self, read: Callable[[], bytes]) -> bytes:
        if self._waiting >= WAITING_MAX:
            raise NotNowError("Too many questions about the past at once. Ask again in a second.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, read)
        except StoreError as error:
            raise NotNowError(f"What was saved cannot be read now: {error}") from error
        finally:
            self._waiting -= 1


def _history(path: Path, wanted: HistoryWanted) -> bytes:
    symbol = wanted.symbol and (symbol_named(wanted.symbol) or wanted.symbol.upper())
    rows = Wanted(wanted.account, wanted.since, wanted.to, symbol, wanted.rule and wanted.rule.upper(), wanted.limit)
    with Past(path) as past:
        found = History(
            trades=tuple(_row(_trade(row), TradeRow) for row in past.trades(rows)),
            acts=tuple(_row(_act(row), ActRow) for row in past.acts(rows)),
            locks=tuple(_row({**row, "symbol": row["symbol"] or None}, LockRow) for row in past.locks(rows)),
        )
    return msgspec.json.encode(found)


def _acts(path: Path, wanted: ActsWanted) -> bytes:
    with Past(path) as past:
        return msgspec.json.encode([_row(_act(row), ActRow) for row in past.acts(Wanted(limit=wanted.limit))])


def _trade(row: Row) -> dict[str, Any]:
    return {
        **row,
        "order": row["order_id"],
        "realized_pnl": row["profit_and_loss"],
        "is_voided": bool(row["voided"]),
    }


def _act(row: Row) -> dict[str, Any]:
    """With the request in words; one of another program's is named by what it was."""
    try:
        says = in_words(_commands.decode(row["command"]))
    except msgspec.MsgspecError:
        says = f"{row['kind']} {row['symbol'] or row['target']}".replace("_", " ")
    return {**row, "says": says}


def _row(row: Row, kind: type[T]) -> T:
    return msgspec.convert(row, kind)
