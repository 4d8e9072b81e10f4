"""The guard as a process, the broker as another, and the services that people are told by on this machine.

Whatever those do, the guard does what it would do without them.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from tests.crash.house import ACCOUNT, account_of, broker, guard, new_home, rows, status
from tests.daemon.programs import Side, done, until
from tests.daemon.test_secrets import PASSWORD, answer, left_in, search
from tests.notify.services import (
    BOT_TOKEN,
    CHAT,
    HOOK_TOKEN,
    Discord,
    Service,
    Telegram,
    broken,
    open_service,
    too_many_for_telegram,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM and SIGKILL")

TWO_MNQ: Final = {"max_contracts_per_instrument": {"limits": {"MNQ": 2}, "enforcement": "reduce_to_limit"}}
ONE_LOSS: Final = {"daily_realized_loss": {"limit": -1, "include_unrealized": False}}
BUY: Final = 0


async def buy(side: Side, size: int) -> None:
    await side.post("place", accountId=ACCOUNT, contractId=await side.contract("MNQ"), side=BUY, size=size)


def tell(home: Path, channels: dict[str, Any], **more: Any) -> None:
    """Who is told, from now on."""
    text = json.dumps({"version": 1, "channels": channels, **more})  # JSON is YAML
    (home / "config" / "notifications.yaml").write_text(text)


def by_discord(service: Discord, **more: Any) -> dict[str, Any]:
    return {"kind": "discord", "webhook_url": service.hook, **more}


def by_telegram(service: Telegram, **more: Any) -> dict[str, Any]:
    return {"kind": "telegram", "bot_token": BOT_TOKEN, "chat_id": CHAT, "api_url": service.url, **more}


@asynccontextmanager
async def services() -> AsyncIterator[tuple[Discord, Telegram]]:
    coach, phone = Discord(), Telegram()
    async with open_service(coach), open_service(phone):
        yield coach, phone
    assert coach.refused == phone.refused == []


def told(service: Discord) -> list[str]:
    return [one["description"] for message in service.delivered for one in message["embeds"]]


async def test_a_breach_reaches_people_with_what_was_done_and_an_orderly_end_too(tmp_path: Path) -> None:
    async with broker() as side, services() as (coach, phone):
        home = new_home(tmp_path, side, **TWO_MNQ)
        tell(home, {"coach": by_discord(coach), "phone": by_telegram(phone, severity="warning")})
        async with guard(home) as running:
            await coach.got("Guarding.")
            await buy(side, 5)
            text = (await phone.got("5 MNQ are more than the limit of 2"))["text"]
            assert "WARNING: account 465" in text
            assert "RULE-002 max_contracts_per_instrument" in text
            assert "The guard asks to close 3 of MNQ." in text
            assert "Nothing is locked" in text
            await coach.got("5 MNQ are more than the limit of 2")
            assert await running.stop() == ExitCode.FINE
        assert "Nobody watches the account now" in json.dumps(phone.delivered)
        assert "Guarding." not in json.dumps(phone.delivered), "that is no warning"


async def test_a_lock_says_until_when_and_what_it_means(tmp_path: Path) -> None:
    async with broker() as side, services() as (coach, phone):
        home = new_home(tmp_path, side, **ONE_LOSS)
        rest = {"start": "00:00", "end": "23:59:59", "timezone": "UTC"}
        tell(home, {"coach": by_discord(coach, severity="critical", events=["reset"], quiet_hours=rest)})
        async with guard(home) as running:
            await buy(side, 1)
            contract = await side.contract("MNQ")
            await side.post("place", accountId=ACCOUNT, contractId=contract, side=1, size=1)
            message = await coach.got("reached the limit")
            (embed,) = message["embeds"]
            assert "RULE-003" in embed["title"]
            assert "The account is locked until" in embed["description"]
            assert "Chicago" in embed["description"]
            assert "the guard closes whatever appears" in embed["description"]
            assert await running.stop() == ExitCode.FINE
    assert phone.delivered == []


async def test_whatever_is_wrong_with_the_services_the_guard_does_the_same(tmp_path: Path) -> None:
    stuck, shut = Service(), Telegram()
    stuck.is_stuck = True
    shut.troubles = [too_many_for_telegram(3600)]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        async with broker() as side, open_service(stuck), open_service(shut):
            home = new_home(tmp_path, side, **TWO_MNQ)
            tell(
                home,
                {
                    "stuck": {"kind": "webhook", "webhook_url": stuck.url},
                    "shut": by_telegram(shut),
                    "nobody": {"kind": "webhook", "webhook_url": f"http://127.0.0.1:{nobody.getsockname()[1]}"},
                    "no-name": {"kind": "webhook", "webhook_url": "https://nowhere.invalid/x"},
                },
                heartbeat={"ping_url": stuck.url, "every_seconds": 0.05},
            )
            async with guard(home) as running:
                for round_ in range(1, 6):
                    await buy(side, 3)
                    await until(lambda: _reduced(home, round_), f"breach {round_} is answered")  # noqa: B023
                await until(lambda: status(home) is not None and _mute(home) >= {"nobody"}, "it is shown")
                doctor = await done("doctor", "--home", str(home))
                assert "RED  notifying: Not everybody can be told: " in doctor[1]
                assert await side.net() == [2]
                assert await running.stop() == ExitCode.FINE
            assert (await done("audit", "verify", "--home", str(home)))[0] == ExitCode.FINE
    assert stuck.tries > 0
    assert shut.tries == 1, "it was asked to wait for an hour"


def _reduced(home: Path, times: int) -> bool:
    seen = status(home)
    sizes = [one.signed_size for one in account_of(seen).positions] if seen is not None and seen.accounts else []
    acts = rows(home, "SELECT count(*) AS many FROM enforcement_log WHERE kind = 'reduce'")
    return sizes == [2] and acts[0]["many"] >= times


def _mute(home: Path) -> set[str]:
    seen = status(home)
    return {one.split(":")[0] for one in seen.mute} if seen is not None else set()


async def test_other_settings_are_in_force_at_once_and_broken_ones_change_nothing(tmp_path: Path) -> None:
    async with broker() as side, services() as (coach, phone):
        home = new_home(tmp_path, side, **TWO_MNQ)
        async with guard(home) as running:
            tell(home, {"coach": by_discord(coach)})
            await coach.got("notifications.yaml is in force. Told are: coach.")
            tell(home, {"coach": {"kind": "discord"}})
            await coach.got("is missing")
            tell(home, {"coach": by_discord(coach), "phone": by_telegram(phone)})
            await phone.got("Told are: coach, phone.")
            (home / "config" / "notifications.yaml").write_text("")
            await phone.got("must not silence a channel")
            await buy(side, 3)
            await phone.got("3 MNQ are more than the limit of 2")
            assert await running.stop() == ExitCode.FINE


async def test_the_admin_changes_who_is_told_by_command(tmp_path: Path) -> None:
    async with broker() as side, services() as (coach, _):
        home = new_home(tmp_path, side, **TWO_MNQ)
        set_password(home / "config" / "admin_password.hash", PASSWORD, rounds=4)
        tell(home, {"coach": by_discord(coach)})
        yaml = home / "config" / "notifications.yaml"
        words = ("admin", "config", "set", "channels.coach.severity", "critical", "--file", yaml.name)
        async with guard(home) as running:
            await coach.got("Guarding.")
            code, shown = await answer(*words, "--home", str(home), says=PASSWORD)
            assert code == ExitCode.FINE, shown
            assert "The running guard takes it within a second or two." in shown
            assert HOOK_TOKEN not in shown
            set_to = await running.says("channels.coach.severity: not set -> critical")
            in_force = "notifications.yaml is in force. Told are: coach."
            await until(lambda: any(in_force in line for line in running.err[running.err.index(set_to) :]), in_force)
            await buy(side, 3)
            await running.says("3 MNQ are more than the limit of 2")
            assert await running.stop() == ExitCode.FINE
        await coach.got("Nobody watches the account now")
    assert "3 MNQ are more" not in json.dumps(coach.delivered)


async def test_a_broken_file_at_the_start_keeps_nobody_from_guarding(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side, **TWO_MNQ)
        tell(home, {"coach": {"kind": "fax"}})
        async with guard(home) as running:
            await running.says("notifications.yaml does not hold, so it has nobody told")
            await buy(side, 3)
            await until(lambda: _reduced(home, 1), "it guards")
            assert await running.stop() == ExitCode.FINE


async def test_the_traders_own_channel_is_told_and_cannot_silence_the_admins(tmp_path: Path) -> None:
    async with broker() as side, services() as (coach, phone):
        home = new_home(tmp_path, side, **TWO_MNQ)
        own = tmp_path / "traders" / "notifications.json"
        own.parent.mkdir()
        tell(home, {"phone": by_telegram(phone)}, trader_file=str(own))
        async with guard(home) as running:
            mine = {"version": 1, "channels": {"phone": by_discord(coach)}}
            own.write_text(json.dumps(mine))
            await coach.got("The trader's own notifications are in force")
            await buy(side, 3)
            await coach.got("3 MNQ are more than the limit of 2")
            await phone.got("3 MNQ are more than the limit of 2")
            own.write_text(json.dumps({"version": 1, "channels": {"x": {"kind": "webhook", "webhook_url": "${HOME}"}}}))
            await phone.got("The trader's own file does not hold")
            own.unlink()
            await phone.got("The trader's own notifications are in force. Told are: nobody.")
            assert await running.stop() == ExitCode.FINE


async def test_no_name_of_a_traders_channel_hides_one_of_the_admins(tmp_path: Path) -> None:
    async with broker() as side, services() as (mine, admins):
        home = new_home(tmp_path, side, **TWO_MNQ)
        own = tmp_path / "notifications.json"
        own.write_text(json.dumps({"version": 1, "channels": {"coach": by_discord(mine)}}))
        tell(home, {"own-coach": by_telegram(admins), "coach": by_telegram(admins)}, trader_file=str(own))
        async with guard(home) as running:
            await buy(side, 3)
            await mine.got("3 MNQ are more than the limit of 2")
            await admins.until(lambda: json.dumps(admins.delivered).count("3 MNQ are more than the limit") == 2)
            assert await running.stop() == ExitCode.FINE


async def test_the_trouble_of_a_traders_channel_is_the_traders_and_in_the_log_once(tmp_path: Path) -> None:
    async with broker() as side, services() as (mine, admins), open_service(flaps := Service()):
        home = new_home(tmp_path, side, **TWO_MNQ)
        own = tmp_path / "notifications.json"
        flaps.troubles = [broken(), lambda: (200, {}, {}), broken(), lambda: (200, {}, {})]
        hers = {"coach": by_discord(mine), "flaps": {"kind": "webhook", "webhook_url": flaps.url}}
        own.write_text(json.dumps({"version": 1, "channels": hers}))
        tell(home, {"phone": by_telegram(admins)}, trader_file=str(own))
        async with guard(home) as running:
            await mine.got("takes nothing")
            for round_ in range(1, 4):
                await buy(side, 3)
                await until(lambda: _reduced(home, round_), f"breach {round_} is answered")  # noqa: B023
            await flaps.until(lambda: flaps.tries > 3)
            assert await running.stop() == ExitCode.FINE
        assert sum("takes nothing" in one for one in (*running.out, *running.err)) == 1
    assert "takes nothing" not in json.dumps(admins.delivered)
    assert "Nobody watches the account now" in json.dumps(admins.delivered)


async def test_the_heart_beats_until_the_guard_is_gone(tmp_path: Path) -> None:
    switch = Service()
    async with broker() as side, open_service(switch):
        home = new_home(tmp_path, side, **TWO_MNQ)
        switch.troubles = [lambda: (200, {}, {})] * 1000
        tell(home, {}, heartbeat={"ping_url": f"{switch.url}/secret", "every_seconds": 0.05})
        async with guard(home) as running:
            await switch.until(lambda: switch.tries > 3)
            running.process.kill()
            assert await running.ended() != ExitCode.FINE
        after = switch.tries
        assert await side.net() == []
        assert switch.tries == after


def kept(home: Path) -> str:
    """What waits for the next guard, as it is written."""
    path = home / "data" / "untold.json"
    return path.read_text() if path.exists() else ""


async def test_what_nobody_took_before_a_kill_is_told_once_by_the_next_guard_with_its_age(tmp_path: Path) -> None:
    async with broker() as side, open_service(coach := Discord()):
        home = new_home(tmp_path, side, **ONE_LOSS)
        tell(home, {"coach": by_discord(coach, severity="critical")})
        coach.troubles = [broken()] * 10_000
        contract = await side.contract("MNQ")
        async with guard(home) as running:
            for way in (BUY, 1):
                await side.post("place", accountId=ACCOUNT, contractId=contract, side=way, size=1)
            await until(lambda: "reached the limit" in kept(home), "it is kept")
            await running.says("The channel coach (discord) takes nothing")
            running.process.kill()
            await running.ended()
        assert coach.delivered == []
        assert (home / "data" / "untold.json").stat().st_mode & 0o777 == 0o600
        assert search(dict(left_in(home / "data")), HOOK_TOKEN) == []
        coach.troubles = []
        async with guard(home) as second:
            message = await coach.got("reached the limit")
            (said, *_) = [one["description"] for one in message["embeds"] if "reached the limit" in one["description"]]
            await coach.got("it crashed or was killed")
            assert re.search(r"^Told \d+ s after it happened: the guard ended before anybody took it, and", said), said
            await until(lambda: kept(home) == "[]", "nothing waits any more")
            assert await second.stop() == ExitCode.FINE
        async with guard(home) as third:
            assert await third.stop() == ExitCode.FINE
    assert len([one for one in told(coach) if "reached the limit" in one]) == 1


async def test_no_secret_of_a_channel_is_in_anything_that_a_guard_leaves(tmp_path: Path) -> None:
    secret = HOOK_TOKEN
    async with broker() as side, open_service(coach := Discord()):
        home = new_home(tmp_path, side, **TWO_MNQ)
        wrong = {"kind": "telegram", "bot_token": f"5:{secret}", "chat_id": 1, "api_url": coach.url}
        beat = {"ping_url": f"{coach.url}/{secret}-ping", "every_seconds": 0.05}
        tell(home, {"coach": by_discord(coach), "wrong": wrong}, heartbeat=beat)
        async with guard(home) as running:
            await buy(side, 3)
            await coach.got("3 MNQ are more than the limit of 2")
            await running.says("The channel wrong (telegram) takes nothing")
            await running.says("The heartbeat does not arrive")
            looks = ["admin config show", "doctor", "status --json", "admin config check", "notify test"]
            what = {one: "\n".join((await done(*one.split(), "--home", str(home)))[1:]) for one in looks}
            assert await running.stop() == ExitCode.FINE
            what["guard"] = "\n".join((*running.out, *running.err))
        what |= {name: text for name, text in left_in(home) if "notifications" not in name}
        assert "***" in what["admin config show"]
        assert "coach" in what["notify test"]
    assert search(what, secret) == []
