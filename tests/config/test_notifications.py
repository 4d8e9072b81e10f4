from __future__ import annotations

import os
import subprocess
from datetime import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from risk_manager.config import ConfigError
from risk_manager.config.channels import EVENTS_IN_WORDS, ChannelKind, Event
from risk_manager.config.hiding import hidden
from risk_manager.config.notifications import Notifications, notifications_of, read_notifications
from risk_manager.config.own_notifications import own_channels_of, read_own, write_own, written
from risk_manager.config.secret import NO_SECRETS, Secret
from risk_manager.core.record import Severity

SECRET = "known-only-to-us"
HOOK = f"https://discord.com/api/webhooks/1/{SECRET}"
GOOD = f"""
version: 1
channels:
  coach:
    kind: discord
    webhook_url: {HOOK}
    severity: warning
    events: [breach, lock]
    quiet_hours: {{start: "22:00", end: "07:00", timezone: America/Chicago}}
  phone: {{kind: telegram, bot_token: "${{TOKEN}}", chat_id: -100123}}
  pager: {{kind: apprise, apprise_url: "pover://{SECRET}"}}
heartbeat: {{ping_url: "http://127.0.0.1:9/{SECRET}"}}
trader_file: /somewhere/notifications.json
"""


def refusal(text: str, **environment: str) -> str:
    with pytest.raises(ConfigError) as told:
        notifications_of(text, environment)
    return str(told.value)


def test_everything_that_may_stand_there_is_read() -> None:
    read = notifications_of(GOOD, {"TOKEN": "7:abc"})
    coach, phone, pager = read.channels
    assert (coach.name, coach.kind, coach.secret.reveal()) == ("coach", ChannelKind.DISCORD, HOOK)
    assert (coach.severity, coach.events) == (Severity.WARNING, (Event.BREACH, Event.LOCK))
    assert coach.quiet_hours is not None
    assert (coach.quiet_hours.start, coach.quiet_hours.end) == (time(22), time(7))
    assert (phone.secret.reveal(), phone.chat_id) == ("7:abc", "-100123")
    assert phone.severity is Severity.INFO
    assert pager.secret.reveal() == f"pover://{SECRET}"
    assert read.heartbeat is not None
    assert (read.heartbeat.ping_url.reveal(), read.heartbeat.every_seconds) == (f"http://127.0.0.1:9/{SECRET}", 60.0)
    assert read.trader_file == Path("/somewhere/notifications.json")
    assert SECRET not in repr(read)


def test_without_a_file_nobody_is_told(tmp_path: Path) -> None:
    assert read_notifications(tmp_path) == Notifications()
    assert replace(notifications_of("version: 1\n", {}), text=Secret("")) == Notifications()


def test_every_event_is_said_in_words() -> None:
    assert set(EVENTS_IN_WORDS) == set(Event)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must not silence a channel. Write version: 1"),
        ("version: 2", "2 is no version that is known here"),
        ("version: 1\nchannels: {a: {kind: fax}}", "is not known here. Write discord, telegram"),
        ("version: 1\nchannels: {a: {kind: discord}}", "a discord channel needs webhook_url; webhook_url is missing"),
        ("version: 1\nchannels: {a: {kind: telegram, bot_token: '1:a'}}", "chat_id is missing"),
        (
            "version: 1\nchannels: {a: {kind: telegram, bot_token: '1:a', chat_id: 'my chat'}}",
            '"my chat" is no chat. A chat is its number',
        ),
        (
            "version: 1\nchannels:\n  a: {kind: webhook, webhook_url: 'https://x.org', bot_token: '1:a'}",
            "notifications.yaml:3  channels.a.bot_token: a webhook channel has none",
        ),
        (
            f"version: 1\nchannels:\n  a: {{kind: webhook, webhook_url: 'http://x.org/{SECRET}'}}",
            "channels.a.webhook_url: this is no address that can be used. An address is written with https",
        ),
        (f"version: 1\nchannels: {{a: {{kind: telegram, bot_token: '{SECRET}', chat_id: 1}}}}", "no bot token"),
        (f"version: 1\nchannels: {{a: {{kind: webhook, webhook_url: ['{SECRET}']}}}}", "This is not a text"),
        ("version: 1\nchannels: {a: {kind: webhook, webhook_url: '${NOBODY}'}}", "NOBODY is not set"),
        ("version: 1\nchannels: {a b: {kind: webhook, webhook_url: 'https://x.org'}}", "letters, digits, - and _"),
        (
            "version: 1\nchannels: {a: {kind: webhook, webhook_url: 'https://x.org', events: [breech]}}",
            "Did you mean breach?",
        ),
        (
            "version: 1\nchannels: {a: {kind: webhook, webhook_url: 'https://x.org',"
            " quiet_hours: {start: '22:00', end: '22:00'}}}",
            "channels.a.quiet_hours.end: is the same as start",
        ),
        ("version: 1\nheartbeat: {every_seconds: 0}", "heartbeat.ping_url: is missing"),
        (f"version: 1\nheartbeat: {{ping_url: 'ftp://{SECRET}'}}", "heartbeat.ping_url: this is no address"),
        (f"version: 1\nheartbeat: 'https://{SECRET}'", "a text stands where a section belongs"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_said_with_what_would_be_right_and_without_the_secret(text: str, says: str) -> None:
    told = refusal(text)
    assert says in told
    assert SECRET not in told


def test_a_file_is_checked_also_where_its_secrets_are_not_at_hand() -> None:
    text = 'version: 1\nchannels: {a: {kind: telegram, bot_token: "${TOKEN}", chat_id: 5}}\n'
    assert "TOKEN is not set" in refusal(text)
    assert len(notifications_of(text, NO_SECRETS, NO_SECRETS.get).channels) == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"version: 1\nchannels: {{coach: {{kind: discord, webhok_url: '{HOOK}'}}}}\n",
        f"version: 1\nchannels: {{coach: '{HOOK}'}}\n",
        f"version: 1\nchannels: ['{HOOK}']\ncoach: 1\n",
        f"version: 1\nheartbeat: {{url: '{HOOK}'}}\ncoach: 1\n",
        f"version: 1\nheartbeat: '{HOOK}'\ncoach: 1\n",
    ],
)
def test_where_the_file_is_shown_its_secrets_are_not(text: str) -> None:
    shown = hidden(text)
    assert SECRET not in shown
    assert "***" in shown
    assert "coach" in shown


# The trader's own file

OWN = {"phone": {"kind": "telegram", "bot_token": "7:abc", "chat_id": "5", "severity": "warning"}}


def test_the_traders_own_file_is_kept_and_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "notifications.json"
    assert (read_own(path), written(path)) == ((), {})
    write_own(path, OWN)
    (phone,) = read_own(path)
    assert (phone.name, phone.secret.reveal(), phone.severity) == ("phone", "7:abc", Severity.WARNING)
    assert written(path) == OWN
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o640)
        write_own(path, OWN)
        assert path.stat().st_mode & 0o777 == 0o640, "the guard's user was let in, and stays so"


def test_what_would_not_hold_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "notifications.json"
    write_own(path, OWN)
    with pytest.raises(ConfigError, match="chat_id is missing"):
        write_own(path, {"phone": {"kind": "telegram", "bot_token": "7:abc"}})
    assert written(path) == OWN


@pytest.mark.parametrize(
    "reference",
    ["${TOPSTEPX_API_KEY}", "$\\u007bTOPSTEPX_API_KEY}", "keyring:topstepx", "\\u0063redential:risk-manager.api_key"],
)
@pytest.mark.parametrize("field", ["webhook_url", "apprise_url"])
def test_nothing_of_the_guards_is_carried_out_by_a_reference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, field: str, reference: str
) -> None:
    """The trader names the address; what the environment of the guard has is not the trader's to send there."""
    monkeypatch.setenv("TOPSTEPX_API_KEY", f"https://{SECRET}")
    kind = "webhook" if field == "webhook_url" else "apprise"  # which would be refused anyway
    path = tmp_path / "notifications.json"
    path.write_text(f'{{"version": 1, "channels": {{"a": {{"kind": "{kind}", "{field}": "{reference}"}}}}}}')
    with pytest.raises(ConfigError, match="A reference") as told:
        read_own(path)
    assert SECRET not in str(told.value)


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_a_link_a_pipe_and_a_flood_are_not_read(tmp_path: Path) -> None:
    path, secret = tmp_path / "notifications.json", tmp_path / "accounts.yaml"
    secret.write_text(f"topstepx: {{api_key: {SECRET}}}\n")
    path.symlink_to(secret)
    for make, says in (
        (lambda: None, "is a link"),
        (lambda: subprocess.run(["mkfifo", str(path)], check=True), "no plain file"),
        (lambda: path.write_bytes(b" " * 20_000), "no plain file"),
        (lambda: path.write_bytes(b"\xff\xfe\xff"), "no UTF-8 text"),
    ):
        make()
        with pytest.raises(ConfigError, match=says) as told:
            read_own(path)
        assert SECRET not in str(told.value)
        path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError, match="no plain file"):
        read_own(path)


@pytest.mark.parametrize("line", ['"heartbeat": {"ping_url": "https://x.org"}', '"trader_file": "elsewhere"'])
def test_the_admins_part_is_not_the_traders(line: str) -> None:
    with pytest.raises(ConfigError, match="This is for the admin's file"):
        own_channels_of(f'{{"version": 1, "channels": {{}}, {line}}}')


def test_apprise_starts_programs_and_is_not_the_traders_to_start() -> None:
    with pytest.raises(ConfigError, match=r"apprise is for the admin's file\. Write one of discord, telegram, webhook"):
        own_channels_of('{"version": 1, "channels": {"a": {"kind": "apprise", "apprise_url": "json://127.0.0.1"}}}')


def test_a_trader_has_a_few_channels_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "notifications.json"
    write_own(path, {f"phone-{number}": OWN["phone"] for number in range(5)})
    with pytest.raises(ConfigError, match=r"There are 6 channels, and a trader has 5 at most\. Take out the others"):
        write_own(path, {f"phone-{number}": OWN["phone"] for number in range(6)})
    assert len(read_own(path)) == 5
