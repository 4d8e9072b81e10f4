"""The one place where tasks begin: named, kept alive, and never failing unheard."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")
_alive: Final[set[asyncio.Task[Any]]] = set()
"""The loop keeps only weak references to tasks."""


def start(coroutine: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Run `coroutine` as a task called `name`. What it raises goes to the loop's exception handler too."""
    task = asyncio.get_running_loop().create_task(coroutine, name=name)
    _alive.add(task)
    task.add_done_callback(_ended)
    return task


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel `tasks` and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def report(text: str, error: BaseException) -> None:
    """Tell the loop's exception handler of a bug that must not end what goes on."""
    asyncio.get_running_loop().call_exception_handler({"message": text, "exception": error})


def _ended(task: asyncio.Task[Any]) -> None:
    _alive.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": f"The task {task.get_name()} ended with an error.", "exception": error, "task": task}
        )
