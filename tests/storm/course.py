"""How one seed runs: storm, calm, rest, a last restart, judgement."""

from __future__ import annotations

import asyncio
import gc
import shutil
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from risk_manager.simulator.faults import CutHub, Status
from tests.storm import judge, rest
from tests.storm.broker import Asked, Broker
from tests.storm.life import Life
from tests.storm.loop import BEGINNING, GoingInCirclesError, NothingWillHappenError, VirtualClock, VirtualLoop
from tests.storm.plan import THIRD, Plan, plan_of
from tests.storm.story import Story
from tests.storm.trader import StormTrader
from tests.storm.verdict import digest, judged
from tests.storm.weather import Weather

CALM_SECONDS: Final = 130.0
"""A breached account is flat and quiet so long after the calm at the latest: a login that was refused is tried again
within a minute, a session that was fought for after a minute, and then comes the steady read."""
_LOOK_SECONDS: Final = 0.5
_REST_SECONDS: Final = 6.0


@dataclass
class Result:
    """What came of a seed."""

    seed: int
    digest: str = ""
    problems: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)


def run(seed: int, plan: Plan | None = None, weather: Weather | None = None) -> Result:
    """Run one seed."""
    plan = plan or plan_of(seed)
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="storm-", dir=shm if shm.is_dir() else None))
    loop = VirtualLoop()
    gc.disable()
    course = Course(plan, weather or Weather(seed, plan.storm_seconds), loop, folder)
    try:
        loop.run_until_complete(loop.create_task(course.run(), name="storm: course"))
    except (GoingInCirclesError, NothingWillHappenError) as error:
        course.end(f"{type(error).__name__}: {error}")
        loop.run_until_complete(loop.create_task(course.life.kill(), name="storm: end"))
    finally:
        loop.close()
        gc.enable()
        shutil.rmtree(folder, ignore_errors=True)
    return course.result


class Course:
    """One seed under way."""

    def __init__(self, plan: Plan, weather: Weather, loop: VirtualLoop, folder: Path) -> None:
        self.plan, self.weather, self.loop, self.folder = plan, weather, loop, folder
        self.result = Result(plan.seed)
        self.clock = VirtualClock(loop, plan.start)
        self.broker = Broker(loop, self.clock, plan.venue)
        self.story = Story(self.clock, plan)
        self.trader = StormTrader(plan, self.broker, self.story.tell)
        self.lives: list[Life] = []
        self._saved: dict[int, Any] = {}
        self._draw = Random(f"{plan.seed}:course")
        self._is_calm = False
        self._deadly: list[float] = []
        """How long nobody watches after the next act of the guard, on which it is killed."""
        self._dying: set[asyncio.Task[None]] = set()
        self.broker.listeners.heard.append(self._heard_request)

    @property
    def life(self) -> Life:
        """The guard of now, or the last one."""
        return self.lives[-1]

    async def run(self) -> None:
        """All of it."""
        try:
            self._start()
            await self._storm()
            await self._rest()
            await self._probe()
            await self.life.stop()
            self.story.tell("the guard is stopped")
            self._say(judged(self))
            self.result.digest = digest(self)
        except AssertionError as error:
            self._say([str(error)])
        except Exception:  # noqa: BLE001  whatever it is, the story belongs to it
            self._say([traceback.format_exc()])
        finally:
            if not self.life.is_over:
                await self.life.kill()
            self.end()

    def end(self, problem: str = "") -> None:
        """Nothing more is judged."""
        self._say([problem] if problem else [])
        self._say(self.loop.bugs)
        self.result.story = self.story.lines(self.broker.venue.arrivals.since())
        self._count()

    # Lives

    def _start(self) -> None:
        number = len(self.lives)
        self.lives.append(Life(number, self.plan, self.loop, self.broker, self.folder, self.story.hear))
        self.story.tell(f"the guard starts (life {number})")
        found = self.life.found
        if number and found is not None:
            self._say(judge.forgotten(self._saved, found.accounts, self.clock.now() + abs(self.plan.ahead)))

    async def _die(self, how: str, gap: float) -> None:
        life = self.life
        if life.is_over or life.is_ending:
            return
        life.is_ending = True
        self._saved = life.saved_locks()
        self.story.tell(f"the guard is {how}, for {gap:.1f} s")
        await (life.stop() if how == "stopped" else life.kill())
        if how == "stopped":
            self._saved = life.saved_locks()
        await asyncio.sleep(gap)
        self._start()

    def _heard_request(self, asked: Asked) -> None:
        if self._deadly and not self.life.is_over:
            self._end_life("killed as it acts", self._deadly.pop())

    def _end_life(self, how: str, gap: float) -> None:
        dying = self.loop.create_task(self._die(how, gap), name="storm: a guard dies")
        self._dying.add(dying)
        dying.add_done_callback(self._dying.discard)

    # The storm

    async def _storm(self) -> None:
        ends = BEGINNING + self.plan.storm_seconds
        for at, fault in self.weather.faults:
            self.loop.call_at(BEGINNING + at, self._install, fault)
        for at, kind, seconds in self.weather.strokes:
            self.loop.call_at(BEGINNING + at, self._strike, kind, seconds)
        await asyncio.sleep(0.2)
        while self.loop.time() < ends:
            self.trader.act()
            await asyncio.sleep(self._draw.choice((0.01, 0.1, 0.5, 1.0, 2.0)))
        self.trader.is_tired = self._is_calm = True
        self._deadly.clear()
        if self._dying:
            await asyncio.wait(self._dying)
        self.broker.calm()
        self.life.network.mend()
        self._open_market()
        self.broker.venue.exchange.conditions.refuse_closes_when_blocked = False
        for number in self.plan.accounts:
            # Where the gateway closes nothing but by orders, a blocked account cannot be closed at all.
            if number == THIRD and not self.broker.venue.exchange.ledger.accounts[number].can_trade:
                self.broker.venue.trader.set_can_trade(number, True)
        self.story.tell("calm")

    def _install(self, fault: Any) -> None:
        if not self._is_calm:
            self.story.tell(f"trouble: {fault}")
            self.broker.venue.trader.install(fault)

    def _strike(self, kind: str, seconds: float) -> None:
        if self._is_calm:
            return
        self.story.tell(f"trouble: {kind}, {seconds:.1f} s")
        network, venue = self.life.network, self.broker.venue
        match kind:
            case "the line is down":
                network.break_down(seconds)
            case "the line is slow":
                network.hold(seconds)
            case "maintenance":
                number = venue.trader.install(Status(path="*", status=502, times=None))
                venue.trader.install(CutHub())
                self.loop.call_later(seconds, venue.trader.clear, number)
            case "the market is closed":
                venue.exchange.sessions.keeps_hours = True
                venue.exchange.sessions.holidays |= {(self.plan.start + timedelta(days=n)).date() for n in (-1, 0, 1)}
                self.loop.call_later(seconds, self._open_market)
            case "the disk stalls":
                self.life.pace.stall(seconds)
            case "the token ends":
                venue.tokens.revoke_all()
            case "the account is blocked":
                account = self._draw.choice(self.plan.accounts)
                venue.exchange.conditions.refuse_closes_when_blocked = self._draw.random() < 0.5
                venue.trader.set_can_trade(account, False)
                self.loop.call_later(seconds, venue.trader.set_can_trade, account, True)
            case "the guard is killed as it acts":
                self._deadly.append(seconds)
            case "the guard is killed" | "the guard is stopped":
                self._end_life(kind.removeprefix("the guard is "), seconds)
            case "a trade is voided":
                if trades := venue.exchange.ledger.trades:
                    venue.trader.void_trade(self._draw.choice(trades))

    def _open_market(self) -> None:
        self.broker.venue.exchange.sessions.keeps_hours = False

    # The calm

    async def _rest(self) -> None:
        """Wait until all is as it should be, and stays so."""
        began = self.loop.time()
        rest_since: float | None = None
        told: list[str] = []
        while self.loop.time() < began + CALM_SECONDS + _REST_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)
            self._end_with_the_guard()
            told = list(rest.unrest(self.plan, self.broker, self.life.watch.guard.state.accounts))
            if told or not self.life.watch.is_guarding.is_set():
                rest_since = None
                continue
            rest_since = rest_since or self.loop.time()
            if self.loop.time() >= rest_since + _REST_SECONDS:
                counts = self.result.counts
                counts["seconds to rest"] = max(counts.get("seconds to rest", 0.0), round(rest_since - began, 1))
                return
        self._say(told or [f"nothing is wrong only since {rest_since}"])

    def _end_with_the_guard(self) -> None:
        if self.life.task.done():
            raise AssertionError(f"the guard has ended by itself: {self.life.task.exception()!r}")

    async def _probe(self) -> None:
        """One more restart; who is locked tries to trade, and must be flat and quiet soon."""
        self._saved = self.life.saved_locks()
        await self._die(self._draw.choice(("stopped", "killed")), 0.1)
        await self._rest()
        locked = [
            number
            for number, account in self.life.watch.guard.state.accounts.items()
            if number in self.plan.accounts and account.is_locked_hard()
        ]
        for number in locked:
            self.trader.probe(number)
        await self._rest()

    def _say(self, problems: Iterable[str]) -> None:
        self.result.problems += problems

    def _count(self) -> None:
        self.result.counts |= {
            "trades": len(self.broker.venue.exchange.ledger.trades),
            "requests": len(self.broker.asked),
            "steps": self.story.steps,
            "lives": len(self.lives),
            "virtual seconds": round(self.loop.time() - BEGINNING),
        }
