"""What the demo looks like: each act, what the guard said, and a summary at the end."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from risk_manager.core import pnl
from risk_manager.core.pnl import usd
from risk_manager.core.told_times import lock_end
from risk_manager.daemon.guard import Taken
from risk_manager.daemon.telling import sentences
from risk_manager.demo.script import Act, Told, tell
from risk_manager.demo.stage import ACCOUNT, RISK_CONFIG, Stage, set_up


async def play() -> bool:
    """Play it; True where everything that should happen did."""
    async with set_up() as stage:
        if not stage.watch.is_guarding.is_set():
            print("The guard could not start.")
            return False
        print(f"\nThe simulator listens on {stage.server.url}. The guard watches account {ACCOUNT} with:\n")
        print("\n".join(f"    {line}" for line in RISK_CONFIG.splitlines()))
        stage.watch.guard.listen(_say)
        told: list[Told] = []
        async for one in tell(stage, _announce):
            told.append(one)
            print(f"  {verdict(one)}")
        return summary(stage, told)


async def _announce(act: Act) -> None:
    print(f"\nThe trader {act.title}.", flush=True)


def _say(taken: Taken) -> None:
    for sentence in sentences(taken):
        print(f"    {_clock(taken.at)}  {sentence}", flush=True)


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}.{at.microsecond // 1000:03d}"


def verdict(one: Told) -> str:
    """How an act ended, in one sentence."""
    took = f", {one.reaction_milliseconds:.1f} ms after it happened" if one.reaction_milliseconds is not None else ""
    return f"{'As it should be' if one.came_true else 'NOT AS IT SHOULD BE'}: {one.expected}{took}."


def summary(stage: Stage, told: list[Told]) -> bool:
    """Say how it went; True where all of it was told and everything that should happen did."""
    account = stage.watch.guard.state.accounts[ACCOUNT]
    realized = sum((trade.profit or Decimal(0) for trade in stage.trades()), Decimal(0))
    costs = sum((trade.fees + trade.commissions for trade in stage.trades()), Decimal(0))
    reactions = [one.reaction_milliseconds for one in told if one.reaction_milliseconds is not None]
    print("\nSummary")
    for one in told:
        print(f"  {'ok ' if one.came_true else 'BAD'}  the trader {one.title}: {one.expected}")
    print(f"  The day by the broker's own book: {usd(realized - costs)}; the guard says {usd(_realized(stage))}.")
    for lock in account.locks:
        print(f"  Locked until {lock_end(lock.rule, lock.until)}: {lock.why}.")
    if reactions:
        print(f"  From the event to the guard's request: {min(reactions):.1f} to {max(reactions):.1f} ms.")
    is_equal = realized - costs == _realized(stage)
    is_well = len(told) == 5 and all(one.came_true for one in told) and is_equal
    print("  Everything that should happen did." if is_well else "  SOMETHING THAT SHOULD HAPPEN DID NOT.")
    return is_well


def _realized(stage: Stage) -> Decimal:
    return pnl.realized(stage.watch.guard.state.accounts[ACCOUNT])
