"""What a trader reads of the help for each position, word for word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from risk_manager.core.events import AnyEvent
from risk_manager.core.gauge import Gauge
from tests.core.story import Story, position, quote, stop_order

THEN = "Stops are placed and moved, only in the position's favour; nothing is closed."
STOP = {"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 2}}
BREAKEVEN = {"auto_breakeven": {"profit_trigger_ticks": 10, "offset_ticks": 2}}
TRAIL = {"trailing_stop": {"activation_ticks": 20, "trail_distance_ticks": 8}}
LONG, SHORT = position("MNQ", 2, 100), position("MNQ", -2, 100)


def shown(story: Story) -> list[Gauge]:
    """What the rule shows now."""
    armed = story.settings.armed("RULE-012")
    assert armed is not None
    assert armed.rule.gauges is not None
    return list(armed.rule.gauges(story.sight, armed.config))


def about(symbol: str, says: str) -> Gauge:
    """A gauge without a number, and without anything that is about to happen."""
    return Gauge(label=f"Help with {symbol}", says=f"{symbol}: {says}.", then=THEN, symbol=symbol)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (
            STOP | BREAKEVEN | TRAIL,
            "A position gets a stop 40 ticks from its entry after 2 s, breakeven at 10 ticks of profit, "
            "a trailing stop from 20 ticks on.",
        ),
        ({}, "None of its parts is on."),
    ],
)
def test_while_nothing_is_open_it_says_what_a_position_will_get(parts: Mapping[str, Any], says: str) -> None:
    assert shown(Story(trade_management=parts)) == [Gauge(label="Help", says=f"Nothing is open. {says}", then=THEN)]


@pytest.mark.parametrize(
    ("parts", "seen", "says"),
    [
        ({}, [LONG], "no stop"),
        ({}, [LONG, stop_order(1, "MNQ", -1, 90)], "stop at 90, not for all of it"),
        ({}, [LONG, stop_order(1, "MNQ", -1, 95), stop_order(2, "MNQ", -1, "90.50")], "stop at 90.5 and 95"),
        (STOP, [LONG, stop_order(1, "MNQ", -2, 90)], "stop at 90"),
        (STOP, [LONG, stop_order(1, "MNQ", -2, 90, tag="rmstop-1")], "stop at 90, placed by the guard"),
        (STOP, [SHORT, stop_order(1, "MNQ", 2, 110)], "stop at 110"),
        (BREAKEVEN, [LONG], "no stop; breakeven at 100.5 from 102.5 on"),
        (BREAKEVEN, [SHORT], "no stop; breakeven at 99.5 from 97.5 on"),
        (BREAKEVEN, [LONG, quote("MNQ", "102.25")], "no stop; breakeven at 100.5 from 102.5 on"),
        (BREAKEVEN, [LONG, quote("MNQ", "102.50")], "no stop; breakeven at 100.5 is due"),
        (
            BREAKEVEN,
            [LONG, stop_order(1, "MNQ", -2, 101), quote("MNQ", "102.50")],
            "stop at 101; breakeven at 100.5 done",
        ),
        (TRAIL, [LONG], "no stop; trails from 105 on"),
        (TRAIL, [SHORT], "no stop; trails from 95 on"),
        (TRAIL, [LONG, quote("MNQ", "104.75")], "no stop; trails from 105 on"),
        (TRAIL, [LONG, quote("MNQ", 106), quote("MNQ", 103)], "no stop; trails 8 ticks behind 106"),
        (TRAIL, [position("XYZ", 1)], None),
    ],
)
def test_each_position_is_told_by_what_is_done_for_it(
    parts: Mapping[str, Any], seen: Sequence[AnyEvent], says: str | None
) -> None:
    story = Story(trade_management=parts)
    story.sees(*seen)
    assert shown(story) == [about("MNQ", says) if says is not None else about("XYZ", "its tick size is not known yet")]


def test_a_stop_that_is_about_to_be_placed_is_counted_down_to() -> None:
    story = Story(trade_management=STOP)
    story.sees(LONG)
    (gauge,) = shown(story)
    assert (gauge.says, gauge.ends_at) == ("MNQ: no stop, the guard places one.", story.now + timedelta(seconds=2))
    story.waits("2s")
    assert shown(story)[0].ends_at is None, "it is not to come any more: it is under way"


def test_every_position_has_its_own() -> None:
    story = Story(trade_management=TRAIL)
    story.sees(LONG, position("ES", -1, 6700))
    assert [gauge.symbol for gauge in shown(story)] == ["MNQ", "ES"]
