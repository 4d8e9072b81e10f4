"""A guard that cannot start, and the people who are told: once, however often it is started again."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from risk_manager.daemon import refusing_to_start
from risk_manager.daemon.refusing_to_start import AGAIN_AFTER, is_news, is_other, is_repeated
from risk_manager.exit_codes import ExitCode
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import done, make_home
from tests.daemon.test_telling_people import TWO_MNQ, by_discord, by_telegram, tell, told
from tests.notify.services import Discord, Telegram, broken, open_service

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")

NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)


async def run(home: Path) -> int:
    """One more try; its exit code."""
    return (await done("run", "--home", str(home), "--port", "0", BROKER_KEY="x"))[0]


async def test_a_configuration_that_does_not_hold_is_told_once_and_another_mistake_once_more(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "http://127.0.0.1:9")
    risk = home / "config" / "risk_config.yaml"
    async with open_service(coach := Discord()), open_service(phone := Telegram()):
        phone.troubles = [broken()] * 100  # disturbs nobody
        tell(home, {"coach": by_discord(coach, events=["reset"]), "phone": by_telegram(phone)})
        risk.write_text("version: 1\nmax_contracts: {limmit: 1}\n")
        assert [await run(home), await run(home)] == [ExitCode.BAD_INPUT] * 2
        (says,) = told(coach)
        assert says.startswith("The guard could not start: risk\\_config.yaml:2")
        assert "Nobody watches the account until that is mended." in says
        assert "CRITICAL" in coach.delivered[0]["embeds"][0]["title"]
        risk.write_text("version: 1\nmax_contracts: {limit: one}\n")
        assert await run(home) == ExitCode.BAD_INPUT
    assert len(told(coach)) == 2
    assert coach.refused == []


async def test_what_nobody_took_is_tried_at_the_next_start(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "http://127.0.0.1:9")
    (home / "config" / "risk_config.yaml").write_text("version: 1\nmax_contracts: {limmit: 1}\n")
    async with open_service(coach := Discord()):
        coach.troubles = [broken()]
        tell(home, {"coach": by_discord(coach)})
        assert [await run(home), await run(home), await run(home)] == [ExitCode.BAD_INPUT] * 3
        assert (coach.tries, len(told(coach))) == (2, 1)


async def test_a_second_guard_is_a_warning_and_leaves_the_first_alone(tmp_path: Path) -> None:
    async with broker() as side, open_service(coach := Discord()):
        home = new_home(tmp_path, side, **TWO_MNQ)
        tell(home, {"coach": by_discord(coach, severity="warning")})
        async with guard(home) as running:
            assert [await run(home), await run(home)] == [ExitCode.REFUSED] * 2
            (says,) = told(coach)
            assert says.startswith("A guard was started while another one guards, and has ended: ")
            assert "Nobody watches" not in says
            assert await running.stop() == ExitCode.FINE


async def test_an_account_that_the_login_has_not_is_told_once_and_nothing_else_of_the_next_tries(
    tmp_path: Path,
) -> None:
    async with broker() as side, open_service(coach := Discord()):
        home = new_home(tmp_path, side, **TWO_MNQ)
        accounts = home / "config" / "accounts.yaml"
        right = accounts.read_text()
        accounts.write_text(right.replace("465", "999"))
        tell(home, {"coach": by_discord(coach)})
        for _ in range(3):
            assert (await done("run", "--home", str(home), BROKER_KEY="a-key-that-nobody-may-see"))[0] == 2
        assert len([one for one in told(coach) if "This login has no account 999" in one]) == 1
        before = len(coach.delivered)
        assert (await done("run", "--home", str(home), BROKER_KEY="a-key-that-nobody-may-see"))[0] == 2
        # The user hub may be quicker with its own word for it, at any of the tries.
        assert [one for one in told(coach)[before:] if "The account was not found" not in one] == []
        accounts.write_text(right)
        async with guard(home) as running:
            await coach.got("Guarding.")
            assert await running.stop() == ExitCode.FINE


async def test_what_is_critical_at_a_start_after_a_refused_one_is_told(tmp_path: Path) -> None:
    async with broker() as side, open_service(coach := Discord()):
        home = new_home(tmp_path, side, **TWO_MNQ)
        async with guard(home) as running:
            assert await running.stop() == ExitCode.FINE
        accounts = home / "config" / "accounts.yaml"
        right = accounts.read_text()
        accounts.write_text(right.replace("465", "999"))
        tell(home, {"coach": by_discord(coach)})
        assert (await done("run", "--home", str(home), BROKER_KEY="a-key-that-nobody-may-see"))[0] == 2
        await coach.got("This login has no account 999")
        accounts.write_text(right)
        for left in (home / "data").glob("state.db*"):
            left.write_bytes(os.urandom(20_000))
        async with guard(home) as running:
            await running.says("The database was damaged")
            await coach.got("The database was damaged")
            assert await running.stop() == ExitCode.FINE


async def test_a_login_that_is_refused_is_told(tmp_path: Path) -> None:
    async with broker() as side, open_service(coach := Discord()):
        home = new_home(tmp_path, side, **TWO_MNQ)
        accounts = home / "config" / "accounts.yaml"
        accounts.write_text(accounts.read_text().replace("${BROKER_KEY}", "a-wrong-key"))
        tell(home, {"coach": by_discord(coach, severity="critical")})
        async with guard(home, is_up=False) as running:
            message = await coach.got("Check user name")
            assert "CRITICAL" in json.dumps(message)
            assert "a-wrong-key" not in json.dumps(coach.delivered)
            assert await running.stop() == ExitCode.FINE


def test_the_same_reason_is_news_once_an_hour_whatever_its_numbers_are(tmp_path: Path) -> None:
    later = NOON + timedelta(minutes=59)
    assert not is_repeated(tmp_path, NOON)
    assert is_news(tmp_path, "process 12 holds it", NOON)
    assert not is_news(tmp_path, "process 13 holds it", later)
    assert is_repeated(tmp_path, later)
    assert is_news(tmp_path, "something else", later)
    assert is_news(tmp_path, "process 14 holds it", NOON + AGAIN_AFTER)
    refusing_to_start.forget(tmp_path)
    assert is_news(tmp_path, "process 14 holds it", NOON + AGAIN_AFTER)
    assert is_news(tmp_path, "process 15 holds it", NOON), "the clock was set back"


def test_after_a_failed_start_only_the_very_same_is_held_back(tmp_path: Path) -> None:
    assert is_other(tmp_path, "CRITICAL: account 465 holds 3. Since 2026-11-20 18:00 (40 s)", NOON)
    assert not is_other(tmp_path, "CRITICAL: account 465 holds 3. Since 2026-11-20 18:01 (2 min)", NOON)
    assert is_other(tmp_path, "CRITICAL: account 465 holds 4. Since 2026-11-20 18:01 (2 min)", NOON)
    assert is_other(tmp_path, "CRITICAL: account 465 holds 3. Since 2026-11-20 18:00 (40 s)", NOON + AGAIN_AFTER)


def test_where_nothing_can_be_remembered_no_reason_is_news_and_every_sentence_is_told(tmp_path: Path) -> None:
    assert not is_news(tmp_path / "gone", "it is so", NOON)
    assert is_other(tmp_path / "gone", "it is so", NOON)
    assert is_other(tmp_path / "gone", "it is so", NOON)
    (tmp_path / refusing_to_start.FILE).write_bytes(b"{")
    assert is_news(tmp_path, "it is so", NOON)
