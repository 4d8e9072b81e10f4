"""`python -m docs.pictures`: every picture anew, in this folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from docs.pictures.album import PICTURES, drawn
from docs.pictures.decides import decides

FOLDER = Path(__file__).parent


async def main() -> None:
    """Draw them all."""
    (FOLDER / "decides.svg").write_text(decides(), encoding="utf-8", newline="\n")
    for name in PICTURES:
        (FOLDER / f"{name}.svg").write_text(await drawn(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    asyncio.run(main())
