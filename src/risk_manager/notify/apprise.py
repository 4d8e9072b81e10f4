"""Everything that the library Apprise speaks, in a process of its own.

It takes half a second of the processor to load and its services do as they please: none of that belongs into a process
that closes positions. The process gets the address on its stdin and nothing of our environment but how to reach the
network; of its talk nothing is read, for the address may be in it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from risk_manager.core.record import Severity
from risk_manager.notify.answer import Answer, Delivered, Later, Refused
from risk_manager.notify.apprise_child import NOT_INSTALLED, NOT_TAKEN, NOT_UNDERSTOOD, Task
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.wording import cut, dropped, text, title

_SECONDS: Final = 30.0
_TEXT_MAX: Final = 2000
_NOTICES_MAX: Final = 5
_KINDS: Final = {Severity.CRITICAL: "failure", Severity.WARNING: "warning", Severity.INFO: "info"}
_PASSED_ON: Final = frozenset(
    {
        *("PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "VIRTUAL_ENV"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "no_proxy"),
    }
)
_ENDS: Final[dict[int, Answer]] = {
    0: Delivered(),
    NOT_INSTALLED: Refused("the package apprise is not installed here: pip install risk-manager[notify-all]"),
    NOT_UNDERSTOOD: Refused("apprise does not understand this address"),
    NOT_TAKEN: Later("apprise could not deliver it"),
}


class Apprise:
    """Speaks by a process for each message."""

    def __init__(self, url: str, seconds: float = _SECONDS) -> None:
        """`seconds` are given to it; then it is killed."""
        self._url = url
        self._seconds = seconds

    async def tell(self, line: Line, notices: Sequence[Notice], left_out: int) -> tuple[Answer, int]:  # noqa: ARG002  it has a line of its own
        """As the protocol of `speaking.py` says."""
        told = notices[:_NOTICES_MAX]
        words = "\n\n".join(one for one in (*map(text, told), dropped(left_out)) if one)
        task = Task(url=self._url, title=title(told[0]), body=cut(words, _TEXT_MAX), kind=_KINDS[told[0].severity])
        return await self._run(msgspec.json.encode(task)), len(told)

    async def _run(self, task: bytes) -> Answer:
        nothing = asyncio.subprocess.DEVNULL
        environment = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "risk_manager.notify.apprise_child",
                stdin=asyncio.subprocess.PIPE,
                stdout=nothing,
                stderr=nothing,
                env=environment,
            )
        except OSError as error:
            return Later(f"its process cannot be started ({error.strerror})")
        try:
            async with asyncio.timeout(self._seconds):
                await child.communicate(task)
        except TimeoutError:
            return Later("apprise does not come to an end")
        finally:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return _ENDS.get(child.returncode or 0, Later("apprise failed"))

    def __repr__(self) -> str:
        return "Apprise(***)"
