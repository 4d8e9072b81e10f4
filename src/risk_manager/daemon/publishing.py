"""The state for everyone on the machine to read, at most four times a second."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from risk_manager import __version__
from risk_manager.core import pnl
from risk_manager.core.contracts import symbol_of
from risk_manager.core.events import Hub
from risk_manager.core.rule import LockKind
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, State
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.guard import Guard, Taken
from risk_manager.daemon.hearsay import Hearsay
from risk_manager.daemon.telling import sentences
from risk_manager.ipc import status as published
from risk_manager.ipc.status import (
    AccountStatus,
    ConnectionStatus,
    GuardStatus,
    LockStatus,
    OrderStatus,
    PositionStatus,
)

PAUSE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0
_ACTS_KEPT = 20


class Publisher:
    """Writes the status file when something has happened, and every second so that its age tells who is alive."""

    def __init__(
        self,
        path: Path,
        guard: Guard,
        clock: Clock,
        reconnects: Callable[[], int],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`say` is told when the file cannot be written, once, and when it can be again."""
        self._path = path
        self._guard = guard
        self._clock = clock
        self._reconnects = reconnects
        self._say = say
        self._is_in_trouble = False
        self._started_at = clock.now()
        self._acts: deque[str] = deque(maxlen=_ACTS_KEPT)
        self._news = asyncio.Event()
        self._hearsay = Hearsay()
        guard.listen(self._hearsay.heard)
        guard.listen(self._heard)

    def _heard(self, taken: Taken) -> None:
        for sentence in sentences(taken):
            self._acts.appendleft(f"{taken.at:%H:%M:%S} {sentence}")
        self._news.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._publish()
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                await asyncio.wait_for(self._news.wait(), _HEARTBEAT_SECONDS - PAUSE_SECONDS)
            except TimeoutError:
                continue
            self._news.clear()

    def _publish(self) -> None:
        try:
            published.write(self._path, self.status())
        except OSError as error:  # A full disk: it is tried again, and nothing else waits for it.
            if not self._is_in_trouble:
                self._say(
                    f"CRITICAL: {self._path} cannot be written ({error.strerror}): the status that is shown is old."
                )
            self._is_in_trouble = True
            return
        if self._is_in_trouble:
            self._say("The status is shown again.")
        self._is_in_trouble = False

    def status(self) -> GuardStatus:
        """What is published now."""
        state, now = self._guard.state, self._clock.now()
        away = state.away
        return GuardStatus(
            at=now,
            started_at=self._started_at,
            version=__version__,
            connection=ConnectionStatus(
                user_hub=Hub.USER not in away,
                market_hub=Hub.MARKET not in away,
                lost_since=min((one.since for one in away.values()), default=None),
                reconnects=self._reconnects(),
                unreadable=state.unreadable,
                repeated=self._hearsay.repeated,
                missed=self._hearsay.missed,
            ),
            accounts=tuple(
                account_status(state, account, self._guard.settings[key], now)
                for key, account in state.accounts.items()
            ),
            last_acts=tuple(self._acts),
        )


def account_status(state: State, account: Account, settings: Settings, now: datetime) -> AccountStatus:
    """One account for people to read."""
    realized = pnl.realized(account)
    unrealized = pnl.unrealized(state, account, settings)
    return AccountStatus(
        id=account.id,
        name=account.name,
        can_trade=account.can_trade,
        balance=account.balance,
        realized_pnl=realized,
        unrealized_pnl=unrealized,
        net_pnl=realized + unrealized,
        is_tradable=not any(lock.symbol is None for lock in account.locks),
        positions=tuple(_positions(state, account, settings)),
        orders=tuple(_orders(account)),
        locks=tuple(
            LockStatus(
                rule=lock.rule,
                symbol=lock.symbol,
                kind="hard" if lock.kind is LockKind.HARD else "cooldown",
                since=lock.since,
                until=lock.until,
                why=lock.why,
            )
            for lock in account.locks
        ),
        waived_rules=tuple(waiver.rule for waiver in account.waivers if waiver.until > now),
        being_closed=tuple(account.closings),
        rules=tuple(armed.rule.key for armed in settings.rules),
    )


def _positions(state: State, account: Account, settings: Settings) -> list[PositionStatus]:
    rows: list[PositionStatus] = []
    for position in account.positions.values():
        mark = pnl.mark(state, position, settings.defaults)
        quote = state.quotes.get(position.contract)
        rows.append(
            PositionStatus(
                contract=position.contract,
                symbol=symbol_of(position.contract),
                signed_size=position.signed_size,
                average_price=position.average_price,
                mark=mark,
                mark_at=quote.told_at if quote is not None else None,
                open_pnl=pnl.of_position(account, position, mark) if mark is not None else None,
                unprotected_since=account.unprotected.get(position.contract),
            )
        )
    return rows


def _orders(account: Account) -> list[OrderStatus]:
    return [
        OrderStatus(
            id=order.id,
            contract=order.contract,
            symbol=symbol_of(order.contract),
            side=order.side.name.lower(),
            type=order.type.name.lower(),
            status=order.status.name.lower(),
            size=order.size,
            filled=order.filled,
            limit_price=order.limit_price,
            stop_price=order.stop_price,
        )
        for order in account.orders.values()
    ]
