"""Work that takes its time, beside the screen; whoever leaves meanwhile does not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Final, TypeVar

T = TypeVar("T")
NAME: Final = "console: a job"


async def in_thread(job: Callable[[], T]) -> T:
    """What `job` gives or raises. Its thread ends with the program, where asyncio's own would be waited for."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if ended.done():  # nobody waits for it any more
            return
        if error is not None:
            ended.set_exception(error)
        else:
            ended.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = job()
        except BaseException as raised:  # noqa: BLE001  whoever waits is told
            error = raised
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, result, error)

    Thread(target=work, name=NAME, daemon=True).start()
    return await ended
