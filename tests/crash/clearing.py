"""The admin's clear while no guard runs: the store and the engine in this process, without a broker."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from risk_manager.config import load_home
from risk_manager.config.rule_table import known_rules
from risk_manager.core.events import Cleared
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.keeping import Keeping
from tests.crash.house import ACCOUNT
from tests.daemon.programs import SECRET


async def clear(home: Path, rule: str) -> None:
    """Clear a rule's lock, which waives the rule until its next reset; an orderly end."""
    configuration = load_home(home, known_rules(), environment={**os.environ, "BROKER_KEY": SECRET})
    clock = SystemClock()
    keeping = Keeping(home / "data", clock)
    try:
        found = keeping.recover(configuration)
        guard = Guard(configuration.settings, lambda _: None, clock, found.state)
        keeping.attach(guard, configuration)
        guard.put(Cleared(account=ACCOUNT, rule=rule, why="the admin said so"))
        await asyncio.sleep(0)
        guard.stop()
    finally:
        keeping.close()
