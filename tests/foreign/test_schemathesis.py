"""The local door tried by schemathesis, which makes requests of its own from the door's own description."""

from __future__ import annotations

from tests.foreign.prepare import SDK_PYTHON
from tests.foreign.program import output
from tests.ipc.house import open_house

REQUESTS = ["--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", "200", "--seed", "1"]


async def test_every_answer_is_as_described_and_nothing_odd_is_taken() -> None:
    async with open_house() as house:
        where = [f"{house.url}/api/openapi.json", "--url", house.url]
        told = await output(str(SDK_PYTHON), "-m", "schemathesis.cli", "run", *where, *REQUESTS, "--no-color")
        assert "No issues found" in told
