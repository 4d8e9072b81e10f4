"""What traders type while the guard runs, as processes: monitor, rules, history, clock. And when it does not run."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import status as published
from tests.daemon.programs import SECRET, done, make_home, program, until
from tests.daemon.test_command import broker, guard, shown

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")


async def test_a_day_of_the_trader(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path / "guard", side.url)
        own = {"XDG_DATA_HOME": str(tmp_path / "own")}
        at = ("--home", str(home))
        async with guard(home) as running, program("monitor", *at) as monitor, program("monitor", *at, "--json") as raw:
            assert (await done("clock", "in", **own))[0] == ExitCode.FINE
            await monitor.says("Connected to the guard.")
            await raw.says("Connected to the guard.")
            await side.post("place", accountId=465, contractId=await side.contract("MNQ"), side=0, size=5)
            await monitor.says("465 RULE-002 BREACHED: 5 MNQ are more than the limit of 2")
            await monitor.says("465 The guard asks to close 3 of MNQ")
            await monitor.says("465 long 2 MNQ at ")
            await raw.says('"type":"GatewayUserPosition","account_id":465')
            assert all(json.loads(line)["account_id"] in (465, None) for line in raw.out)
            assert all("Connected" not in line for line in (*monitor.out, *raw.out)), "stdout is data"
            await shown(home, "  long 2 MNQ at ")

            code, told, _ = await done("rules", *at)
            assert code == ExitCode.FINE
            assert "  RULE-002 max_contracts_per_instrument" in told
            assert "[####################] 100 %" in told
            code, told, err = await done("rules", *at, "--account", "7")
            assert (code, told, err) == (ExitCode.BAD_INPUT, "", "The guard has no account 7. It has: 465.")
            code, told, _ = await done("rules", *at, "--json")
            assert json.loads(told)[0]["rules"][0]["key"] == "max_contracts_per_instrument"

            await the_past_is_told(home)
            code, told, _ = await done("clock", "out", *at, **own)
            assert code == ExitCode.FINE
            assert " on account 465" in told
            assert "not known" not in told
            assert (await done("clock", "out", *at, **own))[0] == ExitCode.REFUSED
            assert await running.stop() == ExitCode.FINE
            await monitor.says("The guard")
            everything = [*monitor.out, *monitor.err, *raw.out, told]
        assert not any(SECRET in line for line in everything)

        code, out, err = await done("history", *at)
        assert (code, out) == (ExitCode.NOT_RUNNING, "")
        assert err.endswith("What was saved is closed to everybody but the guard: start it, then ask.")
        code, told, _ = await done("clock", *at, **own)
        assert " on account 465" in told, "what a session made is kept"
        await the_last_close_is_known_to_the_next_guard(home)


async def the_last_close_is_known_to_the_next_guard(home: Path) -> None:
    path = home / "data" / "status.json"
    before = published.read(path)
    async with guard(home) as running:
        await until(lambda: published.read(path).started_at > before.started_at, "the next guard has published")
        last = published.read(path).accounts[0].last_close
        assert last is not None
        assert last == before.accounts[0].last_close
        assert (last.asked, last.why[:10]) == (("close 3 of MNQ",), "RULE-002: ")
        assert await running.stop() == ExitCode.FINE


async def the_past_is_told(home: Path) -> None:
    """`history` with its filters, after five were bought and three closed."""
    at = ("--home", str(home))
    await saved(home, trades=2)
    code, told, _ = await done("history", *at)
    assert code == ExitCode.FINE
    assert "trade  MNQ" in told
    assert "the guard asks to close 3 of MNQ (accepted)" in told
    code, told, _ = await done("history", *at, "--csv", "--kind", "trade", "--symbol", "mnq")
    rows = list(csv.DictReader(told.splitlines()))
    assert [(row["kind"], row["what"].split(" at ")[0]) for row in rows] == [
        ("trade", "bought 5"),
        ("trade", "sold 3"),
    ]
    assert [(row["side"], row["size"]) for row in rows] == [("buy", "5"), ("sell", "3")]
    _, told, err = await done("history", *at, "--kind", "trade", "--limit", "1")
    assert (len(told.splitlines()), "sold 3 at" in told) == (1, True)
    assert err.splitlines()[-1] == "These are the newest 1 trades: --limit shows more."
    code, told, err = await done("history", *at, "--csv", "--json")
    assert (code, told, err) == (ExitCode.BAD_INPUT, "", "A table or JSON: choose --csv or --json.")
    code, told, _ = await done("history", *at, "--to", "2020-01-01")
    assert (code, told) == (ExitCode.FINE, "Nothing was saved that fits.")
    code, _, err = await done("history", *at, "--from", "soon")
    assert (code, err.splitlines()[0][:6]) == (ExitCode.BAD_INPUT, "'soon'")


async def saved(home: Path, trades: int) -> None:
    """Wait until so many trades can be looked up, and every act has its answer."""
    from risk_manager.ipc import address

    await until(lambda: address.read(address.path_in(home / "data")) is not None, "the door is open")
    told = ""
    for _ in range(200):
        _, told, _ = await done("history", "--home", str(home), "--json")
        found = json.loads(told)
        if len(found["trades"]) == trades and all(row["outcome"] for row in found["acts"]):
            return
    raise AssertionError(told)


async def test_a_guard_that_is_started_again_is_heard_by_the_same_monitor(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url)
        async with program("monitor", "--home", str(home)) as monitor:
            await monitor.says("The guard is not running here, or it has no door.")
            for times in (1, 2):
                async with guard(home) as running:
                    await until(
                        lambda now=times: sum("Connected to the guard." in line for line in monitor.err) == now,  # type: ignore[misc]
                        f"connected {times} times: {monitor.err}",
                    )
                    assert await running.stop() == ExitCode.FINE


async def test_a_port_that_is_no_port_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", SECRET)
    code, _, err = await done("run", "--home", str(home), RISK_MANAGER_PORT="eight")
    assert (code, err) == (
        ExitCode.BAD_INPUT,
        "RISK_MANAGER_PORT is 'eight'. A port is a whole number up to 65535; 0: any that is free.",
    )
    code, _, err = await done("run", "--home", str(home), "--port", "70000")
    assert code == ExitCode.BAD_INPUT
    assert "--port" in err
