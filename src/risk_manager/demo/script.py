"""The story: a trader takes too much, loses the day, and will not stop. Each act says what must come of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from risk_manager.core.rule import LockKind
from risk_manager.demo.stage import ACCOUNT, Stage
from risk_manager.simulator.exchange import OrderType, Side, Ticket

START_PRICE = Decimal("25210.00")
_STEP_SECONDS = 0.4


@dataclass(frozen=True)
class Told:
    """How one act ended."""

    title: str
    expected: str
    came_true: bool
    reaction_milliseconds: float | None


@dataclass(frozen=True)
class Act:
    """What the trader does, what must come of it, and how to see that at the venue."""

    title: str
    expected: str
    play: Callable[[Stage], Awaitable[datetime]]
    """Does it, and gives the moment at which it happened at the venue."""
    is_so: Callable[[Stage, int], bool]
    """Has it come true? The number is how many fills there were before the act."""
    answer: str = "/api/Position/"
    """How the path of the guard's answer begins."""


async def tell(stage: Stage, announce: Callable[[Act], Awaitable[None]]) -> AsyncIterator[Told]:
    """Play the acts one after the other."""
    contract = micro(stage)
    stage.trader.freeze_price(contract)
    stage.trader.set_price(contract, START_PRICE)
    await asyncio.sleep(_STEP_SECONDS)
    for act in _acts(contract, mini(stage)):
        await announce(act)
        number, fills = stage.server.arrivals.last_number, len(stage.trades())
        happened_at = await act.play(stage)
        came_true = await stage.until(partial(act.is_so, stage, fills))
        # What comes late would show now: a second close, an order of the guard that nobody wants.
        await asyncio.sleep(_STEP_SECONDS)
        came_true = came_true and act.is_so(stage, fills)
        reaction = stage.reaction_milliseconds(happened_at, number, act.answer)
        yield Told(act.title, act.expected, came_true, reaction)


def micro(stage: Stage) -> str:
    """The contract of the Micro Nasdaq that is traded now."""
    return _active(stage, "MNQ")


def mini(stage: Stage) -> str:
    """The contract of the E-mini S&P that is traded now."""
    return _active(stage, "EP")


def _active(stage: Stage, code: str) -> str:
    return next(name for name in stage.server.exchange.quoted if name.split(".")[3] == code)


def _acts(contract: str, other: str) -> list[Act]:
    return [
        Act(
            "buys 5 MNQ at once; his own limit is 2",
            "3 are closed, 2 stay",
            lambda stage: _buy(stage, contract, 5),
            lambda stage, _: stage.trader.net(ACCOUNT, contract) == 2,
        ),
        Act(
            "holds on while the market falls, until the day is down $500",
            "everything is closed, the account is locked until the reset",
            lambda stage: _fall(stage, contract),
            lambda stage, _: stage.is_quiet() and _is_locked(stage),
        ),
        Act(
            "wants it back: buys 1 MNQ, locked or not",
            "it is closed at once",
            lambda stage: _buy(stage, contract, 1),
            lambda stage, fills: stage.is_quiet() and len(stage.trades()) == fills + 2,
        ),
        Act(
            "tries another market: sells 2 ES short",
            "they are closed at once",
            lambda stage: _sell(stage, other, 2),
            lambda stage, fills: stage.is_quiet() and len(stage.trades()) == fills + 2,
        ),
        Act(
            "leaves an order in the market, to be filled while nobody looks",
            "it is cancelled",
            lambda stage: _rest(stage, contract),
            lambda stage, _: stage.is_quiet(),
            answer="/api/Order/cancel",
        ),
    ]


def _is_locked(stage: Stage) -> bool:
    return any(lock.kind is LockKind.HARD for lock in stage.watch.guard.state.accounts[ACCOUNT].locks)


async def _filled(stage: Stage, before: int) -> datetime:
    """The venue's own time of the fill that follows."""
    await stage.until(lambda: len(stage.trades()) > before)
    return stage.trades()[before].at


async def _buy(stage: Stage, contract: str, size: int) -> datetime:
    before = len(stage.trades())
    stage.trader.buy(ACCOUNT, contract, size)
    return await _filled(stage, before)


async def _sell(stage: Stage, contract: str, size: int) -> datetime:
    before = len(stage.trades())
    stage.trader.sell(ACCOUNT, contract, size)
    return await _filled(stage, before)


async def _fall(stage: Stage, contract: str) -> datetime:
    """Down in steps; the last one takes the day to its limit."""
    for points in (40, 80, 115):
        stage.trader.set_price(contract, START_PRICE - points)
        await asyncio.sleep(_STEP_SECONDS)
    happened_at = datetime.now(UTC)
    stage.trader.set_price(contract, START_PRICE - 130)
    return happened_at


async def _rest(stage: Stage, contract: str) -> datetime:
    happened_at = datetime.now(UTC)
    price = START_PRICE - 500
    stage.trader.place(
        Ticket(
            account_id=ACCOUNT,
            contract_id=contract,
            type=OrderType.LIMIT,
            side=Side.BUY,
            size=1,
            limit_price=price,
        )
    )
    return happened_at
