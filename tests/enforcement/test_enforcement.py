"""What leaves, in which order, and what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from decimal import Decimal

from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import AccountRead, AnyEvent, CommandAccepted, CommandHeld, CommandLost
from risk_manager.core.model import Side
from risk_manager.enforcement.broker import OrderCommand, Outcome, Still
from risk_manager.enforcement.enforcement import Enforcement
from risk_manager.gateway.tasks import start

NOW = datetime(2026, 8, 19, tzinfo=UTC)


class Desk:
    """A broker and reader that take requests at once and answer when they are told to."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.taken: list[Command] = []
        self.reads = 0
        self.answers = asyncio.Event()
        if is_open:
            self.answers.set()
        self.events: list[AnyEvent] = []
        self.enforcement = Enforcement(
            self, self, self.events.append, standing=lambda command: lambda: command, clock=lambda: 0.0
        )

    def send(self, command: OrderCommand, still: Still) -> Awaitable[Outcome]:
        self.taken.append(command)
        return self._answer(command)

    async def _answer(self, command: OrderCommand) -> Outcome:
        await self.answers.wait()
        return CommandAccepted(account=command.account, command=command)

    async def read(self, command: Fetch) -> AccountRead | CommandLost:
        self.reads += 1
        await self.answers.wait()
        return AccountRead(account=command.account, asked_at=NOW)

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while self.enforcement.under_way:
                await asyncio.sleep(0)
        await asyncio.sleep(0)


def close(contract: str = "C", account: int = 1) -> Close:
    return Close(account=account, contract=contract)


async def test_the_most_urgent_leave_first_and_all_before_it_returns() -> None:
    desk = Desk(is_open=False)
    commands: list[Command] = [
        PlaceStop(account=1, contract="C", side=Side.SELL, size=1, price=Decimal(1), tag="t"),
        Cancel(account=1, order=1),
        Resize(account=1, order=2, size=1),
        Fetch(account=1),
        Reduce(account=1, contract="B", size=1),
        MoveStop(account=2, order=3, price=Decimal(1)),
        close("A"),
        close("B", account=2),
    ]
    desk.enforcement.carry_out(commands)
    assert [type(command) for command in desk.taken] == [Close, Close, Reduce, Cancel, Resize, MoveStop, PlaceStop]
    assert not desk.events


async def test_a_hanging_close_holds_nothing_back() -> None:
    desk = Desk(is_open=False)
    desk.enforcement.carry_out([close("A")])
    desk.enforcement.carry_out([close("B"), Cancel(account=1, order=5)])
    assert len(desk.taken) == 3
    assert desk.enforcement.under_way == 3
    desk.answers.set()
    await desk.settle()
    assert [event.command for event in desk.events if isinstance(event, CommandAccepted)] == desk.taken


async def test_reads_of_one_account_are_one_at_a_time_and_the_last_wish_is_honoured() -> None:
    desk = Desk(is_open=False)
    for _ in range(5):
        desk.enforcement.carry_out([Fetch(account=1)])
        await asyncio.sleep(0)
    desk.enforcement.carry_out([Fetch(account=2)])
    await asyncio.sleep(0)
    assert desk.reads == 2
    desk.answers.set()
    await desk.settle()
    assert desk.reads == 3
    assert [event.account for event in desk.events if isinstance(event, AccountRead)].count(1) == 2


async def test_the_breaker_holds_back_what_goes_in_circles_and_tells_of_each_and_loudly_of_the_first() -> None:
    desk = Desk()
    for _ in range(23):
        desk.enforcement.carry_out([close()])
    desk.enforcement.carry_out([close(account=2)])
    assert len(desk.taken) == 19
    assert not any(isinstance(event, CommandHeld) for event in desk.events)  # told later, never from within
    await desk.settle()
    held = [event for event in desk.events if isinstance(event, CommandHeld)]
    assert [event.opens for event in held] == [True, False, False, False, False]
    assert held[0].command == close()
    assert held[0].why.startswith("the breaker is open: 18 requests of account 1 left within 10 s")


async def test_what_leaves_late_counts_from_then_and_what_never_leaves_not_at_all() -> None:
    class Busy(Desk):
        """Nothing leaves at once; where `is_gone` is set, never."""

        def __init__(self) -> None:
            super().__init__(is_open=False)
            self.now, self.is_gone = 0.0, False
            self.waiting: dict[OrderCommand, Still] = {}
            self.enforcement._clock = lambda: self.now

        def send(self, command: OrderCommand, still: Still) -> Awaitable[Outcome]:
            self.waiting[command] = still
            return super().send(command, still)

        async def _answer(self, command: OrderCommand) -> Outcome:
            await self.answers.wait()
            if self.is_gone or self.waiting[command]() is None:
                return CommandLost(account=command.account, command=command, left=False)
            return CommandAccepted(account=command.account, command=command)

    desk = Busy()
    flatten: list[Command] = [close(f"C{number}") for number in range(20)]
    desk.enforcement.carry_out(flatten)
    desk.now = 1.5
    desk.answers.set()
    await desk.settle()
    desk.now = 10.5  # ten seconds after they were asked for, nine after they left
    desk.enforcement.carry_out([close("C0")])
    assert len(desk.taken) == 20
    desk.now, desk.is_gone = 11.5, True
    desk.enforcement.carry_out(flatten)
    await desk.settle()
    desk.enforcement.carry_out(flatten)
    assert len(desk.taken) == 60


async def test_flattening_ten_accounts_of_sixteen_positions_is_not_held_back() -> None:
    desk = Desk()
    for account in range(1, 11):
        closes: list[Command] = [close(f"C{number}", account) for number in range(16)]
        desk.enforcement.carry_out([*closes, *(Cancel(account=account, order=n) for n in range(16))])
    assert len(desk.taken) == 320


async def test_a_bug_with_one_command_does_not_hold_back_the_next() -> None:
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    class Broken(Desk):
        def send(self, command: OrderCommand, still: Still) -> Awaitable[Outcome]:
            if isinstance(command, Close) and command.contract == "A":
                raise RuntimeError("A bug.")
            return super().send(command, still)

        async def _answer(self, command: OrderCommand) -> Outcome:
            raise RuntimeError("Another.")

        async def read(self, command: Fetch) -> AccountRead | CommandLost:
            raise RuntimeError("A third.")

    desk = Broken()
    desk.enforcement.carry_out([close("A"), close("B"), Fetch(account=1)])
    await desk.settle()
    assert [event.command for event in desk.events if isinstance(event, CommandLost)] == [
        close("A"),
        close("B"),
        Fetch(account=1),
    ]
    assert len(told) == 3
    desk.enforcement.carry_out([Fetch(account=1)])
    await desk.settle()
    assert len(told) == 4


async def test_stopping_waits_for_what_is_under_way_but_not_for_ever() -> None:
    desk = Desk(is_open=False)
    desk.enforcement.carry_out([close()])
    asyncio.get_running_loop().call_later(0.01, desk.answers.set)
    await desk.enforcement.stop()
    assert len(desk.events) == 1
    desk.answers.clear()
    desk.enforcement.carry_out([close()])
    await desk.enforcement.stop(grace_seconds=0.01)
    assert desk.enforcement.under_way == 0


async def test_stopping_does_not_wait_for_reads_and_loses_no_answer() -> None:
    desk = Desk(is_open=False)
    desk.enforcement.carry_out([Fetch(account=1), Fetch(account=2)])
    await asyncio.sleep(0)
    await desk.enforcement.stop()  # nobody will ever answer
    assert desk.enforcement.under_way == 0
    desk.enforcement.carry_out([close(), Fetch(account=1)])
    await asyncio.sleep(0)
    stopping = start(desk.enforcement.stop(), "test: stop")
    await asyncio.sleep(0)
    assert not stopping.done()
    desk.answers.set()
    await stopping
    assert [type(event) for event in desk.events] == [CommandAccepted]
