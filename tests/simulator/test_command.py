"""The command as a process."""

import asyncio
import signal
import socket
import sys

import pytest

from risk_manager.simulator.command import introduction, run
from risk_manager.simulator.server import SimulatorServer
from tests.simulator.caller import Caller

SERVE = "from risk_manager.simulator.command import run; raise SystemExit(run(quotes_per_second=20))"


def test_it_says_how_to_log_in() -> None:
    lines = introduction(SimulatorServer(port=5000)).splitlines()
    assert lines[0] == "Simulator ready at http://127.0.0.1:5000"
    assert "User name: trader" in lines
    assert "API key: simulator-key" in lines
    assert "Account: 465 PRAC-V2-100001-40000002 150000" in lines


def test_a_taken_port_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(port=port) == 1
    assert f"cannot listen on port {port}" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_a_signal_comes(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode()
    assert first.startswith("Simulator ready at http://127.0.0.1:")
    async with Caller(first.split()[-1]) as caller:
        assert await caller.log_in()
        hub = await caller.open_hub("user")
        process.send_signal(number)
        assert await process.wait() == 0
        await hub.socket.close()
