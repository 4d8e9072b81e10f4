"""The driver alone: a clock and a loop that the test owns, and a broker that answers from within."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.config import settings_from_mapping
from risk_manager.core.commands import Close, Command, Reduce
from risk_manager.core.events import (
    AccountRead,
    AnyEvent,
    CommandAccepted,
    Hub,
    HubLost,
    PositionSeen,
    QuoteSeen,
    TimePassed,
)
from risk_manager.daemon.guard import Guard, Taken

ACCOUNT, MNQ = 465, "CON.F.US.MNQ.Z26"
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
RULES = {
    "max_contracts_per_instrument": {"limits": {"MNQ": 2}},
    "no_stop_loss_grace": {"grace_period_seconds": 10},
    "daily_unrealized_loss": {"limit": -1000},
    "defaults": {"quote_stale_after": 100_000},
}


class Instant(selectors.DefaultSelector):
    """Waits for nothing: what the loop would have slept for has passed at once."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        super().__init__()
        self._passes = passes

    def select(self, timeout: float | None = None) -> list[Any]:
        self._passes(timeout or 0.0)
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time only passes while it sleeps."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(Instant(self._pass))

    def time(self) -> float:
        return self._now

    def _pass(self, seconds: float) -> None:
        self._now += seconds


class Clock:
    """The wall clock: the loop's time, and what somebody has set it ahead by."""

    def __init__(self, loop: Loop) -> None:
        self.ahead = timedelta(0)
        self._loop = loop

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._loop.time()) + self.ahead


class Room:
    """A guard whose commands are carried out by `broker`."""

    def __init__(self, loop: Loop) -> None:
        self.loop, self.clock = loop, Clock(loop)
        self.story: list[str] = []
        self.heard: list[Taken] = []
        self.broker: Callable[[Sequence[Command]], None] = lambda _: None
        settings = {ACCOUNT: settings_from_mapping(RULES)}
        self.guard = Guard(settings, self._carry_out, self.clock)
        self.guard.listen(self._listen)

    def put(self, event: AnyEvent) -> None:
        self.story.append(f"put {said(event)}")
        self.guard.put(event)
        self.story.append(f"took {said(event)}")

    def run(self, seconds: float = 0.0) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def _carry_out(self, commands: Sequence[Command]) -> None:
        self.story += [f"asked to {type(command).__name__}" for command in commands]
        self.broker(commands)

    def _listen(self, taken: Taken) -> None:
        self.story.append(f"heard {said(taken.event)}")
        self.heard.append(taken)


def said(event: AnyEvent) -> str:
    return f"position {event.signed_size}" if isinstance(event, PositionSeen) else type(event).__name__


def position(size: int) -> PositionSeen:
    return PositionSeen(account=ACCOUNT, contract=MNQ, signed_size=size, average_price=Decimal(25000))


def read() -> AccountRead:
    return AccountRead(account=ACCOUNT, asked_at=NOON, can_trade=True, positions=(), orders=(), trades=())


@contextmanager
def in_room() -> Iterator[Room]:
    loop = Loop()
    asyncio.set_event_loop(loop)
    room = Room(loop)

    async def begin() -> None:
        return None

    try:
        loop.run_until_complete(begin())
        yield room
        room.guard.stop()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@pytest.fixture
def room() -> Iterator[Room]:
    with in_room() as one:
        yield one


def in_loop(room: Room, act: Callable[[], None]) -> None:
    """Do something from within the loop, and let it come to rest."""

    async def acting() -> None:
        act()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    room.loop.run_until_complete(acting())


def puts(room: Room, *events: AnyEvent) -> None:
    for event in events:
        room.put(event)


def test_commands_leave_in_the_same_turn_and_before_anybody_hears(room: Room) -> None:
    in_loop(room, lambda: room.put(read()))
    room.story.clear()
    in_loop(room, lambda: room.put(position(5)))
    assert room.story == ["put position 5", "asked to Reduce", "took position 5", "heard position 5"]


def test_what_is_put_while_an_event_is_taken_waits_its_turn(room: Room) -> None:
    def answer(commands: Sequence[Command]) -> None:
        for command in commands:
            room.guard.put(CommandAccepted(account=ACCOUNT, command=command))
            room.guard.put(position(2))
            room.story.append("the broker has answered")

    room.broker = answer
    in_loop(room, lambda: room.put(read()))
    room.story.clear()
    in_loop(room, lambda: room.put(position(5)))
    assert room.story == [
        "put position 5",
        "asked to Reduce",
        "the broker has answered",
        "took position 5",
        "heard position 5",
        "heard CommandAccepted",
        "heard position 2",
    ]
    assert room.guard.state.accounts[ACCOUNT].positions[MNQ].signed_size == 2


def test_every_listener_hears_every_step_in_order_with_its_own_record(room: Room) -> None:
    others: list[Taken] = []
    room.guard.listen(others.append)
    events: list[AnyEvent] = [read(), *(position(size) for size in (1, 2, 3, 2, 0)), HubLost(hub=Hub.USER)]

    def all_of_it() -> None:
        for event in events:
            room.guard.put(event)
        assert not others, "listeners wait for the turn to end"

    in_loop(room, all_of_it)
    assert [taken.event for taken in others] == events
    assert others == room.heard
    sizes = [
        sum(one.signed_size for one in taken.step.state.accounts[ACCOUNT].positions.values()) for taken in others[:-1]
    ]
    assert sizes == [0, 1, 2, 3, 2, 0]
    assert others[-1].step.state is room.guard.state


def test_a_quote_that_nothing_came_of_is_told_only_to_those_who_want_everything(room: Room) -> None:
    everything: list[Taken] = []
    room.guard.listen_to_all(everything.append)
    calm = QuoteSeen(contract=MNQ, last=Decimal(25010))
    ruin = QuoteSeen(contract=MNQ, last=Decimal(24000))
    in_loop(room, lambda: puts(room, read(), position(1), calm, ruin))
    assert [taken.event for taken in everything] == [read(), position(1), calm, ruin]
    assert [said(taken.event) for taken in room.heard] == ["AccountRead", "position 1", "QuoteSeen"]
    assert room.heard[-1].event == ruin


def test_a_listener_that_puts_an_event_is_not_told_of_it_out_of_order(room: Room) -> None:
    def react(taken: Taken) -> None:
        if taken.event == position(1):
            room.guard.put(position(2))

    room.guard.listen(react)
    in_loop(room, lambda: puts(room, read(), position(1), HubLost(hub=Hub.MARKET)))
    room.run(0.01)
    assert [said(taken.event) for taken in room.heard] == ["AccountRead", "position 1", "HubLost", "position 2"]


def test_a_listener_that_fails_takes_no_step_away_from_the_others(room: Room) -> None:
    told: list[dict[str, Any]] = []
    room.loop.set_exception_handler(lambda _, context: told.append(context))
    later: list[Taken] = []

    def fail(taken: Taken) -> None:
        raise RuntimeError(f"a bug over {said(taken.event)}")

    room.guard.listen(fail)
    room.guard.listen(later.append)
    in_loop(room, lambda: puts(room, read(), position(1)))
    assert later == room.heard
    assert [said(taken.event) for taken in later] == ["AccountRead", "position 1"]
    assert [str(one["exception"]) for one in told] == ["a bug over AccountRead", "a bug over position 1"]


def test_a_broker_that_fails_does_not_leave_the_inbox_shut(room: Room) -> None:
    def fail(_: Sequence[Command]) -> None:
        raise RuntimeError("a bug")

    room.broker = fail
    in_loop(room, lambda: room.put(read()))
    with pytest.raises(RuntimeError):
        in_loop(room, lambda: room.put(position(5)))
    room.broker = lambda _: None
    in_loop(room, lambda: room.put(position(1)))
    assert room.guard.state.accounts[ACCOUNT].positions[MNQ].signed_size == 1


def test_after_a_turn_that_has_failed_there_is_no_beat(room: Room) -> None:
    """Whoever has put the event may have passed over it: a task, a timer, the loop itself."""

    def fail(_: Sequence[Command]) -> None:
        raise RuntimeError("a bug")

    in_loop(room, lambda: room.put(read()))
    in_loop(room, room.guard.beat)
    room.broker = fail
    with pytest.raises(RuntimeError):
        in_loop(room, lambda: room.put(position(5)))
    room.broker = lambda _: None
    for _ in range(2):
        with pytest.raises(RuntimeError, match="a bug"):
            in_loop(room, room.guard.beat)


# Being woken


def test_a_timer_whose_turn_fails_holds_the_beat_up(room: Room) -> None:
    """The loop only tells of what its timers raise, and the next deadline is not slept for."""
    told: list[dict[str, Any]] = []
    room.loop.set_exception_handler(lambda _, context: told.append(context))

    def fail(_: Sequence[Command]) -> None:
        raise RuntimeError("a bug")

    in_loop(room, lambda: puts(room, read(), position(1)))
    in_loop(room, room.guard.beat)
    room.broker = fail
    room.run(11)  # the grace for a stop is over: the position is to be closed
    assert [str(one["exception"]) for one in told] == ["a bug"]
    with pytest.raises(RuntimeError, match="a bug"):
        in_loop(room, room.guard.beat)


def grace(room: Room) -> None:
    """A position without a stop: it is closed 10 s later."""
    in_loop(room, lambda: puts(room, read(), position(1)))


def closes(room: Room) -> list[float]:
    """When closes were asked for, in seconds since the beginning by the wall clock."""
    return [
        (taken.at - NOON).total_seconds()
        for taken in room.heard
        for command in taken.step.commands
        if type(command).__name__ in ("Close", "Reduce")
    ]


def test_it_wakes_at_the_deadline_and_not_later(room: Room) -> None:
    grace(room)
    room.run(9.9)
    assert closes(room) == []
    room.run(0.2)
    assert closes(room) == [pytest.approx(10, abs=0.001)]


def test_an_earlier_deadline_that_comes_up_meanwhile_is_kept(room: Room) -> None:
    in_loop(room, lambda: puts(room, read(), HubLost(hub=Hub.USER)))
    room.run(2)
    assert not any(taken.step.alerts for taken in room.heard)
    in_loop(room, lambda: room.put(position(1)))
    room.run(3.1)
    assert [alert.severity.value for taken in room.heard for alert in taken.step.alerts] == ["critical"]
    room.run(7)
    assert closes(room) == [pytest.approx(12, abs=0.001)]


def test_a_clock_that_was_set_back_is_slept_for_again(room: Room) -> None:
    grace(room)
    room.run(5)
    room.clock.ahead = timedelta(seconds=-3)
    room.run(5.1)
    woken = [taken for taken in room.heard if isinstance(taken.event, TimePassed)]
    assert woken, "the timer fired, by a clock that says 7 s"
    assert closes(room) == []
    room.run(3)
    assert closes(room) == [pytest.approx(10, abs=0.01)]


@pytest.mark.parametrize("seconds", [12, 30, 55, 3600])
def test_after_a_long_absence_one_close_leaves_and_not_one_for_each_pause(room: Room, seconds: int) -> None:
    left: list[Command] = []
    room.broker = left.extend
    grace(room)
    room.run(1)
    room.clock.ahead = timedelta(seconds=seconds)
    in_loop(room, lambda: room.put(HubLost(hub=Hub.MARKET)))
    assert [type(command) for command in left].count(Close) == 1


def test_no_sleep_is_longer_than_an_hour_so_that_a_set_clock_is_noticed(room: Room) -> None:
    in_loop(room, lambda: room.put(read()))  # the next deadline is the reset, five hours away
    room.run(2 * 3600 + 1)
    woken = [taken for taken in room.heard if isinstance(taken.event, TimePassed)]
    assert [(taken.at - NOON).total_seconds() for taken in woken] == [pytest.approx(3600), pytest.approx(7200)]


def test_it_sleeps_on_while_nothing_is_due(room: Room) -> None:
    grace(room)
    room.run(20)
    woken = [taken for taken in room.heard if isinstance(taken.event, TimePassed)]
    assert 1 <= len(woken) <= 12, "it must not spin"


def test_after_stop_nothing_wakes_it(room: Room) -> None:
    grace(room)
    room.guard.stop()
    room.run(60)
    assert closes(room) == []


def test_what_is_told_after_stop_is_taken_and_wakes_nothing_either(room: Room) -> None:
    in_loop(room, lambda: room.put(read()))
    room.guard.stop()
    in_loop(room, lambda: room.put(position(1)))
    assert MNQ in room.guard.state.accounts[ACCOUNT].positions
    room.run(60)
    assert closes(room) == []


def test_an_account_that_is_not_guarded_changes_nothing(room: Room) -> None:
    in_loop(room, lambda: room.put(read()))
    before = room.guard.state.accounts
    stranger = PositionSeen(account=1, contract=MNQ, signed_size=50, average_price=Decimal(1))
    in_loop(room, lambda: room.put(stranger))
    assert room.guard.state.accounts == before
    assert not any(isinstance(command, Reduce) for taken in room.heard for command in taken.step.commands)
