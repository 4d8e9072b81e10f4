"""How a client tells the benchmark that it is ready, and learns that it is over: by its standard streams."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import suppress


def ready() -> None:
    """Everything is connected and subscribed; the garbage collector need not look at what stays."""
    gc.collect()
    gc.freeze()
    print("ready", flush=True)


def wait_for_the_end() -> None:
    """Until whoever started this process closes its standard input."""
    sys.stdin.read()


async def ended() -> None:
    """The same, where there is a loop that has to turn meanwhile."""
    with suppress(asyncio.CancelledError):
        await asyncio.get_running_loop().run_in_executor(None, wait_for_the_end)
