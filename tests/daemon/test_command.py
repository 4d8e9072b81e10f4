"""`risk-manager run` and `status` as people use them: processes, exit codes, sentences. The broker is one as well."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from risk_manager.exit_codes import ExitCode
from tests.daemon.programs import SECRET, Program, Side, done, make_home, program, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")


@asynccontextmanager
async def broker() -> AsyncIterator[Side]:
    """The simulator as a process, found by its first line."""
    async with program("simulator", "--api-key", SECRET) as running:
        line = await running.says("Simulator ready at ")
        yield Side(line.rpartition(" ")[2])


@asynccontextmanager
async def guard(home: Path) -> AsyncIterator[Program]:
    """The guard as a process; it is guarding."""
    async with program("run", "--home", str(home), BROKER_KEY=SECRET) as running:
        await running.says("Guarding.")
        yield running


async def test_a_day_of_the_guard(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url)
        contract = await side.contract("MNQ")
        async with guard(home) as running:
            assert "Account 465 Main: max_contracts_per_instrument." in running.err
            await side.post("place", accountId=465, contractId=contract, side=0, size=5)
            await running.says("The guard asks to close 3 of MNQ")
            await shown(home, "  long 2 MNQ at ")
            assert await side.net() == [2]

            code, told, _ = await done("status", "--home", str(home))
            assert code == ExitCode.FINE
            assert told.startswith("The guard is running and connected.\nMarket ")
            assert "\n\nAccount 465 " in told
            assert "The guard asks to close 3 of MNQ" in told

            code, as_json, _ = await done("status", "--home", str(home), "--json")
            assert code == ExitCode.FINE
            account = json.loads(as_json)["accounts"][0]
            assert (account["id"], [row["signed_size"] for row in account["positions"]]) == (465, [2])
            assert account["rules"] == ["max_contracts_per_instrument"]

            assert await running.stop() == ExitCode.FINE
            assert running.err[-1] == "The guard has stopped. Nobody watches the account now."
            assert running.out == []
        published = (home / "data" / "status.json").read_text()
        for text in (*running.err, told, as_json, published):
            assert SECRET not in text
            assert "eyJ" not in text, "a token begins like that"

        grow_old(home)
        code, told, _ = await done("status", "--home", str(home))
        assert code == ExitCode.NOT_RUNNING
        assert told.startswith("THE GUARD IS NOT RUNNING. This is what it saw ")
        assert "long 2 MNQ" in told


async def shown(home: Path, text: str) -> None:
    """Wait until `status` shows a line that begins so."""
    from risk_manager.interfaces.trader.status import lines
    from risk_manager.ipc import status as published

    path = home / "data" / "status.json"
    await until(
        lambda: any(line.startswith(text) for line in lines(published.read(path), 0)),
        f"{text!r} in {published.read(path)}",
    )


def grow_old(home: Path) -> None:
    """Have the published state be from an hour ago, as it would be after an hour."""
    path = home / "data" / "status.json"
    status = json.loads(path.read_text())
    path.write_text(json.dumps({**status, "at": f"2020{status['at'][4:]}"}))


async def test_the_guard_outlives_the_broker_and_finds_it_again(tmp_path: Path) -> None:
    async with program("simulator", "--api-key", SECRET) as first:
        url = (await first.says("Simulator ready at ")).rpartition(" ")[2]
        home = make_home(tmp_path, url)
        async with guard(home) as running:
            assert await first.stop() == ExitCode.FINE
            await until(lambda: not connected(home), "the guard says that it is blind")
            code, told, _ = await done("status", "--home", str(home))
            assert code == ExitCode.FINE
            assert "BLIND" in told.splitlines()[0]
            port = url.rpartition(":")[2]
            async with program("simulator", "--api-key", SECRET, "--port", port) as second:
                await second.says("Simulator ready at ")
                side = Side(url)
                contract = await side.contract("MNQ")
                await side.post("place", accountId=465, contractId=contract, side=0, size=5)
                await running.says("The guard asks to close 3 of MNQ")
                await shown(home, "  long 2 MNQ at ")
                assert await side.net() == [2]
            assert await running.stop() == ExitCode.FINE


def connected(home: Path) -> bool:
    connection = json.loads((home / "data" / "status.json").read_text())["connection"]
    return bool(connection["user_hub"] and connection["market_hub"])


async def test_a_broken_configuration_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", SECRET)
    (home / "config" / "risk_config.yaml").write_text(
        "version: 1\nmax_contract:\n  limit: 2\ndaily_realized_loss:\n  limit: 500\n"
    )
    code, out, err = await done("run", "--home", str(home))
    assert (code, out) == (ExitCode.BAD_INPUT, "")
    problems = err.splitlines()
    assert problems[0].startswith("risk_config.yaml:2 ")
    assert "max_contracts" in problems[0]
    assert any(line.startswith("risk_config.yaml:5 ") and "-500" in line for line in problems)
    assert problems[-1] == "The guard does not start with a configuration that it cannot trust."
    assert SECRET not in err
    assert not (home / "data" / "status.json").exists()


async def test_a_home_without_a_configuration_says_what_is_missing(tmp_path: Path) -> None:
    code, _, err = await done("run", "--home", str(tmp_path))
    assert code == ExitCode.BAD_INPUT
    assert "There is no risk_config.yaml" in err
    assert "There is no accounts.yaml" in err
    assert "Traceback" not in err


async def test_an_account_of_somebody_else_ends_it_with_a_sentence(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url)
        accounts = home / "config" / "accounts.yaml"
        accounts.write_text(accounts.read_text().replace("account_id: 465", "account_id: 999"))
        code, out, err = await done("run", "--home", str(home), BROKER_KEY=SECRET)
        assert (code, out) == (ExitCode.BAD_INPUT, "")
        assert "This login has no account 999. It has: 465 (" in err
        assert "Traceback" not in err


async def test_a_wrong_key_is_told_at_once_and_never_shown(tmp_path: Path) -> None:
    async with broker() as side:
        home = make_home(tmp_path, side.url)
        async with program("run", "--home", str(home), BROKER_KEY="not-the-key-at-all") as running:
            await running.says("CRITICAL: The gateway refuses the login.")
            assert await running.stop() == ExitCode.FINE
        assert "Guarding." not in running.err
        assert not any("not-the-key-at-all" in line for line in running.err)
