"""Which pictures there are. Each answers one question at one look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docs.pictures import states
from docs.pictures.still import Still, shown, svg


@dataclass(frozen=True)
class Picture:
    """What is shown, and what it tells."""

    source: Still
    tells: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)


PICTURES: Final = {
    "calm": Picture(Still(states.CALM), "A calm day: protected, may trade, how far each limit is"),
    "near": Picture(Still(states.NEAR), "Near a limit, and a position without a stop"),
    "locked": Picture(Still(states.LOCKED), "Why it was closed, and when it may be traded again"),
    "light": Picture(Still(states.LOCKED), "The same on a light background: key t", ("t",)),
    "away": Picture(Still(states.AWAY, "The guard is not running here, or it has no door."), "Nobody watches"),
    "twenty": Picture(Still(states.TWENTY), "Twenty positions: those without a stop first", ("2",)),
    "rules": Picture(Still(states.NEAR), "Every rule, and what happens at its limit", ("4",), (120, 40)),
    "stats": Picture(Still(states.LOCKED), "The day in numbers", ("6",), (120, 40)),
}


async def drawn(name: str) -> str:
    """One of them."""
    picture = PICTURES[name]
    async with shown(picture.source, *picture.keys, size=picture.size) as pilot:
        return svg(pilot, picture.tells)
