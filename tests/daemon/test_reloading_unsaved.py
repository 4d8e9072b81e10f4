"""While nothing can be saved no new settings are taken: a restart would forget them, and they may be looser."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from risk_manager.config import Configuration
from risk_manager.core.events import StoreBack, StoreLost
from risk_manager.daemon.reloading import Reloading
from tests.daemon.by_hand import NOBODY, Life, OwnClock
from tests.daemon.watched import FIRST, configuration


def contracts(most: int) -> Configuration:
    """So many contracts may be open."""
    return configuration(NOBODY, {"max_contracts": {"limit": most}}, FIRST)


async def test_while_nothing_can_be_saved_no_settings_are_taken_and_then_they_are(tmp_path: Path) -> None:
    life = Life(tmp_path / "home", OwnClock(datetime.now(UTC)), contracts(2))
    life.reads(account=FIRST)
    reloading = Reloading(tmp_path, lambda: contracts(9), life.guard, life.keeping, contracts(2))
    before = life.guard.settings[FIRST]
    life.guard.put(StoreLost(why="The disk is full."))
    refused = await reloading.reload()
    assert not refused.is_applied
    assert "no reload before writing works again" in refused.says
    assert life.guard.settings[FIRST] == before
    life.guard.put(StoreBack())
    assert (await reloading.reload()).is_applied
    assert life.guard.settings[FIRST] != before
    await life.ends()
