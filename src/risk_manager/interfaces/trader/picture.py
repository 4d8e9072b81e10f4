"""The state that was published last, for commands that show it once: or a sentence why there is none."""

from __future__ import annotations

import enum
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from risk_manager import home as homes
from risk_manager.ipc import status as published
from risk_manager.ipc.status import AccountStatus, ConnectionStatus, GuardStatus, MarketStatus, PositionStatus

OLD_AFTER_SECONDS = 5


def published_state(home: Path | None) -> GuardStatus | None:
    """What the guard of a home has published; None, with the reason on stderr, where nothing can be shown."""
    path = homes.folder(home) / "data" / "status.json"
    try:
        return published.read(path)
    except FileNotFoundError:
        print(f"The guard has not published anything in {path}: it has not run here yet.", file=sys.stderr)
    except (OSError, msgspec.MsgspecError) as error:
        print(f"{path} cannot be read: {error}. Start the guard again, it writes a new one.", file=sys.stderr)
    return None


def no_account(status: GuardStatus, account: int | None) -> str | None:
    """That the guard has no such account, as a sentence; None where it has it, or none is asked for."""
    known = [one.id for one in status.accounts]
    if account is None or account in known:
        return None
    return f"The guard has no account {account}. It has: {', '.join(map(str, known))}."


def age_seconds(status: GuardStatus) -> int:
    """How old a state is."""
    return int((datetime.now(UTC) - status.at).total_seconds())


def is_away(status: GuardStatus, age_seconds: float) -> bool:
    """True where nobody writes it any more: the guard has said so, or has not said anything for too long."""
    return status.has_ended or age_seconds > OLD_AFTER_SECONDS


class Guarding(enum.Enum):
    """What a trader may count on."""

    SURE = enum.auto()
    """It hears of orders and fills, and closes what is to be closed."""
    BLIND = enum.auto()
    """It does not hear of them, and reads the account in between: it may close late."""
    OFFLINE = enum.auto()
    """It has no line to the broker."""
    AWAY = enum.auto()
    """It does not run."""


def guarding(connection: ConnectionStatus, *, is_running: bool) -> Guarding:
    """What may be counted on. Prices alone that are away stop no close: a missing stop needs none."""
    if not is_running:
        return Guarding.AWAY
    if connection.user_hub:
        return Guarding.SURE
    return Guarding.BLIND if connection.market_hub else Guarding.OFFLINE


def price_age_seconds(position: PositionStatus, now: datetime) -> float | None:
    """How old the price is that a position is counted with, never below 0; None where it has none."""
    return max(0.0, (now - position.mark_at).total_seconds()) if position.mark_at is not None else None


def is_market_closed(market: MarketStatus | None, now: datetime) -> bool:
    """True where it is known to sleep; of hours that are not known, or are of an earlier time, nothing is known."""
    return market is not None and not market.is_open and now < market.changes_at


def has_old_price(position: PositionStatus, account: AccountStatus, market: MarketStatus | None, now: datetime) -> bool:
    """True where its P&L hangs on a price that the account's settings call old, and its market does not sleep."""
    age = price_age_seconds(position, now)
    return age is not None and age >= account.quote_stale_after and not is_market_closed(market, now)
