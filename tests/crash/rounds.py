"""Rounds of one house: the trader trades, the guard is killed at a random instant, another one starts, all is judged.

A round's chance is seeded; the instant within the guard's work is as the machine runs, so a red seed may need a few
tries to be red again.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from risk_manager.audit.past import read, settings_of_home
from risk_manager.gateway.tasks import start
from risk_manager.store import replay, verify
from tests.crash.clearing import clear
from tests.crash.hand import Hand
from tests.crash.house import ACCOUNT, account_of, broker, guard, has_database, new_home, rows, status
from tests.crash.judge import disagreements, lost_graces, lost_locks, running_graces, unlogged, wrongs
from tests.daemon.programs import SECRET, Program, Side, program

_PATIENCE_SECONDS: Final = 20.0
LOSS: Final = "RULE-003"
RULES: Final[dict[str, Any]] = {
    "max_contracts_per_instrument": {"limits": {"MNQ": 2, "ES": 1}, "enforcement": "reduce_to_limit"},
    "daily_realized_loss": {"limit": -250, "include_unrealized": False},
    "symbol_blocks": {"blocked_symbols": ["RTY"]},
    "trade_frequency_limit": {
        "limits": {"per_minute": 12, "per_session": 100_000},
        "cooldown_on_breach": {"enabled": True, "per_minute_breach": 2},
    },
    "no_stop_loss_grace": {"grace_period_seconds": 3600},
}


@dataclass
class Figures:
    """What the rounds have come to, for people."""

    rounds: int = 0
    starts_killed: int = 0
    trades: int = 0
    enforced: int = 0
    locks: int = 0
    waivers: int = 0
    graces: int = 0
    """Times without a stop that were running when a guard was killed."""
    crossing: int = 0
    """Reversals by two closes that crossed each other, both of which the rules ask for."""
    problems: list[str] = field(default_factory=list)


class Rounds:
    """A broker, a home, a trader, and guards one after the other."""

    def __init__(self, home: Path, side: Side, draw: random.Random) -> None:
        self.home, self.side, self.draw = home, side, draw
        self.hand = Hand(side, draw)
        self.figures = Figures()
        self._cleared: set[str] = set()
        self._arrived, self._logged = 0, 0

    async def round(self) -> None:
        """Load, kill, gap, start, quiet, judge; the guard that was judged is killed by the next round."""
        enough = asyncio.Event()
        async with guard(self.home) as running:
            trading = start(self.hand.trade_until(enough), "crash: trader")
            await asyncio.sleep(self.draw.uniform(0, 0.9))
            killed = await self._kill(running)
        await self._judge_log(killed)
        if self.draw.random() < 0.3:
            await self._kill_a_start()
        enough.set()
        await trading
        before = status(self.home)
        self.figures.graces += running_graces(before)
        await self._clear_sometimes()
        await self.hand.trade(self.draw.randint(0, 3))
        async with guard(self.home) as running:
            await self._quiet(lambda: lost_locks(before, status(self.home), self._cleared))
            record = await self.hand.record()
            self._say(lost_graces(before, status(self.home), record))
            self._judge_fills(record)
            if self.draw.random() < 0.5:
                await running.stop()
                await self._judge_log(None)
            else:
                await self._judge_log(await self._kill(running))
        await self.hand.go_flat()
        self.figures.rounds += 1

    async def _kill(self, running: Program) -> int:
        """Kill it; when, by the clock that the broker notes arrivals by too."""
        running.process.kill()
        at = time.monotonic_ns()
        await running.ended()
        self._no_secret([*running.out, *running.err])
        return at

    async def _kill_a_start(self) -> None:
        async with guard(self.home, is_up=False) as running:
            await asyncio.sleep(self.draw.uniform(0, 0.8))
            killed = await self._kill(running)
        await self._judge_log(killed)
        self.figures.starts_killed += 1

    async def _clear_sometimes(self) -> None:
        seen = status(self.home)
        if seen is None or LOSS in self._cleared or self.draw.random() < 0.5:
            return
        if rows(self.home, f"SELECT rule FROM lockouts WHERE rule = '{LOSS}' AND ended_at IS NULL"):
            await clear(self.home, LOSS)
            self._cleared.add(LOSS)
            # What that one asked for went to nobody.
            self._logged = rows(self.home, "SELECT max(seq) AS last FROM journal")[0]["last"]

    async def _quiet(self, more: Callable[[], Iterable[str]]) -> None:
        """Wait until the guard, its database and the broker agree."""
        told: list[str] = []
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while told := [*disagreements(self.home, await self.hand.record()), *more()]:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self._say(told)

    def _judge_fills(self, record: Any) -> None:
        made_worse = [*wrongs(record, self.hand.orders)]
        self._say(one.says for one in made_worse if not one.is_crossing)
        self.figures.crossing = sum(one.is_crossing for one in made_worse)

    async def _judge_log(self, killed_ns: int | None) -> None:
        """Hold the log of the guard that has just ended against what arrived from it."""
        reply = await self.side.get(f"requests?since={self._arrived}")
        self._arrived = reply["last"]
        if not has_database(self.home):
            return
        logged = rows(self.home, f"SELECT * FROM enforcement_log WHERE seq > {self._logged} ORDER BY seq, number")
        self._logged = max((row["seq"] for row in logged), default=self._logged)
        self.figures.enforced += len(logged)
        self._say(unlogged(reply["requests"], logged, killed_ns))

    async def end(self) -> None:
        """What must hold of the files of a house whose guards are all gone."""
        found = verify(self.home / "data" / "state.db")
        self._say(found.problems)
        self._say(replay(self.home / "data" / "state.db", settings_of_home(self.home), read).differences)
        for path in (self.home / "data").rglob("*"):
            if path.is_file() and SECRET.encode() in path.read_bytes():
                self._say([f"the key stands in {path.name}"])
        code = await _exit_code("audit", "verify", "--home", str(self.home))
        self._say([f"audit verify ends with {code}"] if code else [])
        self.figures.trades = len((await self.hand.record())["trades"])
        self.figures.locks = len(rows(self.home, "SELECT rule FROM lockouts"))
        self.figures.waivers = len(rows(self.home, "SELECT rule FROM waivers"))

    def _no_secret(self, told: Iterable[str]) -> None:
        self._say(f"the key is said: {line}" for line in told if SECRET in line)
        self._say(f"a bug is said: {line}" for line in told if "Traceback" in line)

    def _say(self, problems: Iterable[str]) -> None:
        self.figures.problems += [f"round {self.figures.rounds}: {problem}" for problem in problems]


async def _exit_code(*words: str) -> int:
    async with program(*words) as running:
        return await running.ended()


async def run(folder: Path, seed: int, rounds: int) -> Figures:
    """So many rounds in one house. Stops at the first problem."""
    draw = random.Random(seed)
    async with broker("--seed", str(seed), "--quotes-per-second", "20") as side:
        house = Rounds(new_home(folder, side, **RULES), side, draw)
        await house.hand.begin()
        for _ in range(rounds):
            await house.round()
            if house.figures.problems:
                break
        await house.end()
        seen = status(house.home)
        assert seen is not None and account_of(seen).id == ACCOUNT
        return house.figures
