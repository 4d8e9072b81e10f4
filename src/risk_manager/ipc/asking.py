"""One question to the guard over HTTP, for commands that answer and end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
from msgspec.structs import replace

from risk_manager.ipc import address
from risk_manager.ipc.address import HOST, NoDoorError
from risk_manager.ipc.answers import ROWS_MOST, History, HistoryWanted, TradeRow, Trouble
from risk_manager.ipc.manners import RUN

_PATIENCE: Final = aiohttp.ClientTimeout(total=30.0, sock_connect=5.0)


class RefusedError(Exception):
    """The guard does not answer that; the text is its sentence."""


def history(home: Path, wanted: HistoryWanted, *, port: int | None = None) -> History:
    """What was saved. Raises NoDoorError, and RefusedError where the guard cannot read it now."""
    return asyncio.run(_history(home, wanted, port))


def all_trades(home: Path, wanted: HistoryWanted, *, port: int | None = None) -> list[TradeRow]:
    """Every trade that is wanted, however many; newest first. Raises as `history`."""
    found: dict[tuple[int, int | str], TradeRow] = {}
    wanted = replace(wanted, limit=ROWS_MOST)
    while True:
        page = history(home, wanted, port=port).trades
        fresh = {(row.account, row.id): row for row in page if (row.account, row.id) not in found}
        found |= fresh
        if len(page) < ROWS_MOST or not fresh:
            return list(found.values())
        wanted = replace(wanted, to=page[-1].at + timedelta(microseconds=1))


async def _history(home: Path, wanted: HistoryWanted, port: int | None) -> History:
    asked: dict[str, Any] = {key: value for key, value in msgspec.to_builtins(wanted).items() if value is not None}
    return msgspec.json.decode(await _ask(home, "/api/history", asked, port), type=History)


async def _ask(home: Path, path: str, asked: Mapping[str, Any], port: int | None) -> bytes:
    where = address.find(home / "data", port)
    url = f"http://{HOST}:{where.port}{path}"
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as session,
            session.get(url, params={key: str(value) for key, value in asked.items()}) as reply,
        ):
            address.check(where, reply.headers.get(RUN, ""))
            body = await reply.read()
            if reply.status == 200:
                return body
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoDoorError(address.away(error, where)) from error
    try:
        raise RefusedError(msgspec.json.decode(body, type=Trouble).error)
    except msgspec.MsgspecError:
        raise NoDoorError("Somebody else is behind the guard's door.") from None
