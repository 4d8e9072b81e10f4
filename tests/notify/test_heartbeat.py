"""The dead man's switch: it is asked for as long as the guard guards and its loop turns, and no longer."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from risk_manager.notify.channel import Plan
from risk_manager.notify.heartbeat import Beat
from risk_manager.notify.speaking import speaker
from tests.notify.samples import notice
from tests.notify.services import Service, broken, open_service
from tests.notify.telling import telling


async def test_it_beats_while_the_guard_decides_and_only_then() -> None:
    async with open_service(switch := Service()):
        switch.judged = _accepted  # type: ignore[method-assign]
        async with telling(beat=Beat(f"{switch.url}/ping", 0.02), is_guarding=False) as told:
            await told.asked(3)
            assert switch.tries == 0, "not every account has been read and judged"
            told.is_guarding = True
            await switch.until(lambda: switch.tries > 3)
            told.is_guarding = False
            await told.asked(1)  # the beat before that one has its answer by then
            before = switch.tries
            await told.asked(10)
            assert switch.tries == before


async def test_it_does_not_beat_for_a_guard_that_stands_still() -> None:
    """The notifier's own thread goes on then: it tells people."""
    beats: list[str] = []
    messages = threading.Semaphore(0)

    class Switch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beats.append(self.path)
            self.answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer()
            messages.release()

        def answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Switch) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        try:
            async with telling(Plan("own", "webhook", speaker("webhook", url)), beat=Beat(url, 0.01)) as told:
                async with asyncio.timeout(20):
                    while len(beats) < 3:
                        await asyncio.sleep(0.01)
                before = len(beats)
                for number in range(3):  # from here on the guard's loop does not turn
                    told.put(notice(f"Number {number}."))
                    assert messages.acquire(timeout=20)
                assert len(beats) <= before + 1, "one may have been on its way"
        finally:
            server.shutdown()
            serving.join()


async def test_that_it_does_not_arrive_is_said_once_without_the_address() -> None:
    async with open_service(switch := Service()):
        switch.judged = _accepted  # type: ignore[method-assign]
        switch.troubles += [broken()] * 5
        async with telling(beat=Beat(f"{switch.url}/secret-ping", 0.01)) as told:
            await told.reported("The heartbeat does not arrive: it answers HTTP 502")
            await told.reported("arrives again")
        assert [name for name, _, _ in told.reports] == ["heartbeat", "heartbeat"]
        assert "secret-ping" not in str(told.reports)


async def _accepted(request: Any) -> Any:
    from aiohttp import web

    return web.Response(text="OK")
