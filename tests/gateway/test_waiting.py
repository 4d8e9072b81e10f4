"""Commands that cannot leave at once, against the simulator over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from risk_manager.core.commands import Cancel, Reduce
from risk_manager.core.events import AnyEvent, CommandAccepted, CommandLost, CommandRefused, PositionSeen
from risk_manager.gateway.budget import Lane
from risk_manager.gateway.tasks import start
from risk_manager.simulator.faults import LostReply, Slow
from tests.gateway.test_client import ACCOUNT, CLOSE, Guarded, guarded

CANCEL = "/api/Order/cancel"


@asynccontextmanager
async def all_busy() -> AsyncIterator[Guarded]:
    """Every warm connection waits for an answer: what is sent now has to wait for another one."""
    async with guarded() as guard:
        guard.server.trader.install(Slow(path=CANCEL, seconds=1.0, times=None))
        under_way = [start(cancelled(guard, order), f"cancel {order}") for order in (1, 2)]
        await guard.until(lambda: guard.requests(CANCEL) == 2)
        assert guard.gateway.status().warm_connections == 0
        yield guard
        await asyncio.gather(*under_way)


async def cancelled(guard: Guarded, order: int) -> AnyEvent:
    return await guard.send(Cancel(account=ACCOUNT, order=order))


async def test_where_all_connections_are_busy_one_more_is_opened() -> None:
    async with all_busy() as guard:
        assert isinstance(await guard.send(guard.close()), CommandRefused)
        assert guard.requests() == 1
        assert guard.gateway.status().commands_slow == 1


async def test_a_lost_reply_of_what_had_to_wait_is_not_sent_again_either() -> None:
    async with all_busy() as guard:
        guard.server.trader.install(LostReply(path=CLOSE))
        ended = await guard.send(guard.close())
        assert isinstance(ended, CommandLost)
        assert ended.left
        assert guard.requests() == 1


async def test_what_is_over_before_it_could_leave_never_leaves() -> None:
    async with all_busy() as guard:
        ended = await guard.send(guard.close(), lambda: None)
        assert isinstance(ended, CommandLost)
        assert not ended.left
        assert ended.why == f"What it was for was over before it could leave ({CLOSE})."
        assert guard.requests() == 0


async def test_of_two_closes_of_a_contract_that_have_not_left_only_the_newer_leaves() -> None:
    async with all_busy() as guard:
        older, newer = await asyncio.gather(guard.send(guard.close()), guard.send(guard.close()))
        assert isinstance(older, CommandLost)
        assert not older.left
        assert isinstance(newer, CommandRefused)
        assert guard.requests() == 1


async def test_of_a_reduction_that_could_not_leave_only_what_is_left_is_asked_for() -> None:
    async with all_busy() as guard:
        guard.server.trader.buy(ACCOUNT, guard.contract, 3)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        less = Reduce(account=ACCOUNT, contract=guard.contract, size=1)
        ended = await guard.send(Reduce(account=ACCOUNT, contract=guard.contract, size=2), lambda: less)
        assert ended == CommandAccepted(account=ACCOUNT, command=less)
        await guard.until(lambda: guard.server.trader.net(ACCOUNT, guard.contract) == 2)


async def test_a_command_that_cannot_leave_in_time_never_leaves() -> None:
    async with guarded() as guard:
        for _ in range(200):
            guard.gateway._lanes.pass_at_once(Lane.ENFORCEMENT)
        ended = await guard.send(guard.close())
        assert isinstance(ended, CommandLost)
        assert not ended.left
        assert ended.why == f"In 1.5 s there was no way for it: the allowance of requests was used up ({CLOSE})."
        assert guard.requests() == 0


async def test_without_a_gateway_a_command_never_leaves() -> None:
    async with guarded() as guard:
        await guard.server.stop()
        await guard.until(lambda: guard.gateway.status().warm_connections == 0)
        ended = await guard.send(guard.close())
        assert isinstance(ended, CommandLost)
        assert not ended.left
        assert ended.why == f"In 1.5 s there was no way for it: no connection to the gateway ({CLOSE})."
