"""What a step writes into the tables that people read."""

from __future__ import annotations

from risk_manager.core import engine
from risk_manager.core.commands import Close
from risk_manager.core.events import CommandHeld
from risk_manager.store.tables import rows
from tests.core.story import ACCOUNT, Story


def test_a_command_that_was_held_back_says_so_in_the_enforcement_log() -> None:
    story = Story()
    held = CommandHeld(account=ACCOUNT, command=Close(account=ACCOUNT, contract="C"), why="the breaker is open")
    step = engine.step(story.state, held, {ACCOUNT: story.settings}, story.now)
    (written,) = [values for _, values in rows(story.state, held, step, 7)]
    assert (written[0], *written[2:5]) == ("held back", "the breaker is open", 7, ACCOUNT)
