"""Why was my last position closed: the guard's last close of an account, by a rule, under a lock, by guards before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from risk_manager.core.events import Cleared, PositionSeen
from risk_manager.daemon.asked import before
from risk_manager.daemon.picture import Picture
from risk_manager.ipc.status import CloseStatus, GuardStatus
from tests.daemon.by_hand import MNQ, Life, OwnClock, chosen, loss, told
from tests.daemon.watched import FIRST

LOSS: Final[dict[str, Any]] = {"daily_realized_loss": {"limit": -500}}
NOON: Final = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


def shown_by(life: Life, clock: OwnClock) -> Picture:
    """What a screen of this guard is shown, as `run` puts it together."""
    known = before(life.home / "data" / "state.db", [FIRST])
    return Picture(life.guard, clock, lambda: 0, before=known)


def last_close(status: GuardStatus) -> CloseStatus | None:
    return status.accounts[0].last_close


async def test_it_is_the_last_close_and_not_what_was_told_since_also_after_a_restart(tmp_path: Path) -> None:
    clock = OwnClock(NOON)
    first = Life(tmp_path / "home", clock, chosen(**LOSS))
    picture = shown_by(first, clock)
    first.reads(held=2)
    assert last_close(picture.status()) is None
    clock.at += MINUTE
    first.reads(loss(1, clock.at), held=2)
    await told()
    by_the_rule = last_close(picture.status())
    assert by_the_rule is not None
    assert (by_the_rule.at, by_the_rule.asked) == (clock.at, ("close all of MNQ",))
    assert by_the_rule.why.startswith("RULE-003: ")
    clock.at += MINUTE
    first.guard.put(sees(0))
    clock.at += MINUTE
    first.guard.put(sees(1))
    await told()
    under_the_lock = last_close(picture.status())
    reason = "Daily loss -$600.00 reached the limit -$500.00 (realized -$600.00, open $0.00)"
    assert under_the_lock == CloseStatus(
        at=clock.at, asked=("close all of MNQ",), why=f"the account is locked by RULE-003 ({reason})"
    )
    clock.at += MINUTE
    first.guard.put(sees(0))
    first.guard.put(Cleared(account=FIRST, rule="RULE-003", why="enough"))
    await told()
    assert last_close(picture.status()) == under_the_lock
    home = await first.killed()
    second = Life(home, clock, chosen(**LOSS))
    again = shown_by(second, clock).status()
    assert last_close(again) == under_the_lock
    says = f"The guard asks to close all of MNQ: {under_the_lock.why}"
    assert (again.acts[0].at, again.acts[0].says) == (under_the_lock.at, says)
    await second.ends()


def sees(size: int) -> PositionSeen:
    """So many MNQ, as the broker tells."""
    return PositionSeen(account=FIRST, contract=MNQ, signed_size=size, average_price=Decimal(25000), opened_at=None)


def test_where_nothing_was_saved_nothing_is_known(tmp_path: Path) -> None:
    assert before(tmp_path / "state.db", [FIRST]) == ((), {})
