"""A guard with its store in this process: the clock, the writer and the gateway's word are in the test's own hands."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from risk_manager.audit.past import read
from risk_manager.config import Configuration
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.events import AccountRead, PositionSeen
from risk_manager.core.model import AccountId, Side, Trade
from risk_manager.core.state import Account
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from risk_manager.store import replay, verify
from tests.daemon.watched import FIRST, configuration

NOBODY: Final = "http://127.0.0.1:9"
MNQ: Final = "CON.F.US.MNQ.Z26"


class OwnClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class AtOnce:
    """A pace that writes whatever is handed over in the same moment."""

    def __init__(self, on_written: Callable[[], None] = lambda: None) -> None:
        self._on_written = on_written
        self._turn: Callable[[], None] = lambda: None
        self._last_turn = self._turn

    def monotonic(self) -> float:
        return 0.0

    def begin(self, turn: Callable[[], None], last_turn: Callable[[], None]) -> None:
        self._turn, self._last_turn = turn, last_turn
        self.hurry(is_urgent=True)

    def hurry(self, *, is_urgent: bool) -> None:
        del is_urgent
        self._turn()
        self._on_written()

    def breathe(self, waiting: int = 0) -> None: ...

    def aside(self, work: Callable[[], None], name: str) -> None: ...

    def finish(self, timeout_seconds: float) -> bool:
        del timeout_seconds
        self._last_turn()
        return True

    def finish_aside(self, timeout_seconds: float) -> None: ...


class Life:
    """One guard from its start to its end. Wherever it is, it can be killed."""

    def __init__(self, home: Path, clock: OwnClock, chosen: Configuration, pace: AtOnce | None = None) -> None:
        self.home, self.clock = home, clock
        self.commands: list[Command] = []
        self.keeping = Keeping(home / "data", clock, pace or AtOnce())
        self.found = self.keeping.recover(chosen)
        self.guard = Guard(chosen.settings, self._carry_out, clock, self.found.state)
        self.keeping.attach(self.guard, chosen)

    def _carry_out(self, commands: Sequence[Command]) -> None:
        self.commands += [command for command in commands if not isinstance(command, Fetch)]

    def reads(
        self, *trades: Trade, held: int = 0, opened_at: datetime | None = None, account: AccountId = FIRST
    ) -> None:
        """The first read of an account: these fills, and so many MNQ."""
        now = self.clock.now()
        one = PositionSeen(
            account=account, contract=MNQ, signed_size=held, average_price=Decimal(25000), opened_at=opened_at
        )
        self.guard.put(
            AccountRead(
                account=account,
                asked_at=now,
                positions=(one,) if held else (),
                orders=(),
                trades=trades,
                can_trade=True,
                after_restart=True,
            )
        )

    def account(self, account: AccountId = FIRST) -> Account:
        return self.guard.state.accounts[account]

    @property
    def locks(self) -> list[tuple[str, datetime | None]]:
        """The first account's."""
        return [(lock.rule, lock.until) for lock in self.account().locks]

    async def killed(self) -> Path:
        """The home as a kill in this moment leaves it. This guard ends in the old one."""
        await told()
        left = Path(shutil.copytree(self.home, self.home.with_name(f"{self.home.name}+")))
        await self.ends()
        return left

    async def ends(self) -> None:
        """In order. What it has written is whole, and leads to what is there."""
        await told()
        self.guard.stop()
        self.keeping.close()
        is_whole(self.home)


async def told() -> None:
    """What was told to nobody yet is told in the next turn of the loop."""
    await asyncio.sleep(0)


def is_whole(home: Path) -> None:
    """The journal is what was written, and leads to the tables."""
    assert verify(home / "data" / "state.db").problems == ()
    assert replay(home / "data" / "state.db", {}, read).differences == ()


def loss(number: int, at: datetime, amount: int = -600) -> Trade:
    """A fill that closes at a loss."""
    return Trade(
        id=number,
        order=number,
        contract=MNQ,
        side=Side.SELL,
        size=1,
        price=Decimal(25000),
        profit_and_loss=Decimal(amount),
        costs=Decimal(0),
        at=at,
    )


def chosen(**rules: Any) -> Configuration:
    """One account with these rules; its day ends at 17:00 in Chicago."""
    defaults = {"reset_time": "17:00", "timezone": "America/Chicago"}
    return configuration(NOBODY, {"defaults": defaults, **rules}, FIRST)
