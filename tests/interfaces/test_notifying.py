"""`notify test` and `notify prefs`, as a trader types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from risk_manager.exit_codes import ExitCode
from tests.daemon.programs import done, make_home, program
from tests.notify.services import BOT_TOKEN, CHAT, Discord, Telegram, open_service

BOT = ("--kind", "telegram", f"--chat-id={CHAT}", "--secret-stdin")


async def prefs(folder: Path, *words: str, says: str | None = None) -> tuple[int, str]:
    own = {"XDG_DATA_HOME": str(folder)}
    async with program("notify", "prefs", *words, says=says, **own) as running:
        return await running.ended(), "\n".join((*running.out, *running.err))


def kept(folder: Path) -> Path:
    return folder / "risk-manager" / "notifications.json"


async def test_every_channel_is_tried_and_says_what_it_answered(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "http://127.0.0.1:9", key="a key")
    own = {"XDG_DATA_HOME": str(tmp_path)}
    code, out, err = await done("notify", "test", "--home", str(home), **own)
    assert (code, out) == (ExitCode.DIFFERS, "")
    assert "Nobody is told" in err
    async with open_service(coach := Discord()), open_service(phone := Telegram()):
        channels: dict[str, dict[str, object]] = {
            "coach": {"kind": "discord", "webhook_url": coach.hook},
            "phone": {"kind": "telegram", "bot_token": BOT_TOKEN, "chat_id": CHAT, "api_url": phone.url},
        }
        path = home / "config" / "notifications.yaml"
        path.write_text(json.dumps({"version": 1, "channels": channels}))
        code, out, _ = await done("notify", "test", "--home", str(home), **own)
        lines = ["ok   coach, discord: It has taken the message.", "ok   phone, telegram: It has taken the message."]
        assert (code, out.splitlines()) == (ExitCode.FINE, lines)
        assert "This is a test of this channel" in json.dumps(coach.delivered)
        assert "This is a test of this channel" in json.dumps(phone.delivered)

        channels["phone"]["chat_id"] = 5
        path.write_text(json.dumps({"version": 1, "channels": channels}))
        code, out, _ = await done("notify", "test", "--home", str(home), "--json", **own)
        assert code == ExitCode.DIFFERS
        found = {one["channel"]: (one["is_good"], one["says"]) for one in json.loads(out)}
        assert found["coach"][0]
        assert found["phone"] == (
            False,
            "It takes nothing: the bot may not write to this chat; say something to it there first"
            " (it does not take the message (HTTP 400, Bad Request: chat not found)).",
        )
    path.write_text("version: 1\nchannels: {a: {kind: fax}}\n")
    code, _, err = await done("notify", "test", "--home", str(home), **own)
    assert code == ExitCode.BAD_INPUT
    assert "notifications.yaml:2  channels.a.kind" in err


async def test_a_trader_chooses_channels_of_his_own(tmp_path: Path) -> None:
    code, shown = await prefs(tmp_path)
    assert code == ExitCode.FINE
    assert "You have no channel of your own." in shown
    code, shown = await prefs(tmp_path, "--add", "phone", *BOT, says=BOT_TOKEN)
    assert code == ExitCode.FINE, shown
    assert "phone, telegram: everything; no quiet hours" in shown
    assert "What is critical comes always. The admin's channels are told besides" in shown
    code, shown = await prefs(
        tmp_path, "--severity", "warning", "--events", "breach, lock", "--quiet", "22:00-07:00", "--timezone", "UTC"
    )
    assert "warnings and what is critical about breach, lock; quiet from 22:00 to 07:00 (UTC)" in shown
    assert str(kept(tmp_path)) in shown
    code, shown = await prefs(tmp_path, "--json")
    assert json.loads(shown)["channels"][0]["quiet_hours"] == {
        "start": "22:00:00",
        "end": "07:00:00",
        "timezone": "UTC",
    }
    code, shown = await prefs(tmp_path, "--quiet", "23:00-06:00")
    assert "quiet from 23:00 to 06:00 (UTC)" in shown
    code, shown = await prefs(tmp_path, "--quiet", "off", "--events", "all", "--channel", "phone")
    assert "phone, telegram: warnings and what is critical; no quiet hours" in shown
    assert BOT_TOKEN not in shown
    code, shown = await prefs(tmp_path, "--remove", "phone")
    assert code == ExitCode.FINE
    assert "You have no channel of your own." in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--remove", "fax"), "You have no channel fax. You have: phone."),
        (("--severity", "warning", "--channel", "fax"), "You have no channel fax"),
        (("--events", "breech"), '"breech" is not known here. Write breach'),
        (("--quiet", "22:00"), '"22:00" are no quiet hours. Write --quiet 22:00-07:00'),
        (("--quiet", "22:00-25:00"), "is not a time of day"),
        (("--timezone", "UTC"), "--timezone is that of quiet hours"),
        (("--quiet", "22:00-07:00", "--timezone", "Chicago"), "is not a time zone"),
        (("--add", "phone", *BOT), "You have a channel phone already"),
        (("--add", "other", "--kind", "telegram"), "needs --chat-id"),
        (("--add", "other", "--kind", "webhook", "--secret-stdin"), "no address that can be used"),
    ],
)
async def test_what_makes_no_sense_is_said_and_changes_nothing(
    tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    assert (await prefs(tmp_path, "--add", "phone", *BOT, says=BOT_TOKEN))[0] == ExitCode.FINE
    before = kept(tmp_path).read_bytes()
    code, shown = await prefs(tmp_path, *words, says="http://example.org/x")
    assert code == ExitCode.BAD_INPUT
    assert says in shown
    assert kept(tmp_path).read_bytes() == before


async def test_where_nobody_can_type_a_secret_is_not_asked_for(tmp_path: Path) -> None:
    code, shown = await prefs(tmp_path, "--add", "phone", "--kind", "discord")
    assert code == ExitCode.REFUSED
    assert "There is no terminal to type it at. In scripts: --secret-stdin" in shown
    assert not kept(tmp_path).exists()
