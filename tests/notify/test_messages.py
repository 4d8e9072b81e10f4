"""What is sent fits what each service takes, whatever there is to tell; and what it answers is understood."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.core.record import Severity
from risk_manager.notify import discord, telegram, webhook
from risk_manager.notify.answer import Delivered, Later, Refused
from risk_manager.notify.notice import Notice
from risk_manager.notify.wording import cut, text
from tests.notify.samples import LOSS, NOON, critical, notice
from tests.notify.services import Discord, units

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3000)
NOTICES = st.lists(
    st.builds(
        Notice,
        severity=st.sampled_from(Severity),
        event=st.sampled_from(["breach", "alert"]),
        at=st.just(NOON),
        says=TEXTS,
        account=st.sampled_from([None, 465]),
        account_name=TEXTS,
        acts=st.lists(st.just("close all of MNQ"), max_size=30).map(tuple),
        then=st.just("x"),
    ),
    min_size=1,
    max_size=30,
)


def test_a_breach_is_told_in_the_traders_words() -> None:
    lines = text(LOSS).splitlines()
    assert lines[:-1] == [
        "CRITICAL: account 465 50K *Combine*, RULE-003 daily_realized_loss",
        "Daily loss -$512.50 reached the limit -$500.00 (realized -$400.00, open -$112.50)",
        "The guard asks to close all of MNQ, cancel order 7.",
        "The account is locked until Fri 17:00:00 in Chicago.",
        "Nothing can be opened before that: the guard closes whatever appears.",
    ]
    assert lines[-1] == "Fri 20 Nov 12:00:00 Chicago (18:00:00 UTC)"


def test_discord_shows_it_with_its_colour_and_takes_no_name_for_a_mark() -> None:
    told, count = discord.message([LOSS], 0)
    assert count == 1
    (embed,) = told["embeds"]
    assert embed["title"] == r"CRITICAL: account 465 50K \*Combine\*, RULE-003 daily\_realized\_loss"
    assert embed["description"].startswith("Daily loss -$512.50 reached")
    assert (embed["color"], embed["timestamp"]) == (0xD92D20, "2026-11-20T18:00:00+00:00")
    assert "Daily loss" in told["content"]
    assert told["allowed_mentions"] == {"parse": []}


def test_telegram_sounds_for_what_is_loud_only() -> None:
    told, _ = telegram.message([LOSS], 0, "-100200300")
    assert (told["chat_id"], told["text"], told["disable_notification"]) == (-100200300, text(LOSS), False)
    assert telegram.message([notice(severity=Severity.INFO)], 0, "@mine")[0]["disable_notification"] is True
    assert telegram.message([notice()], 0, "@mine")[0]["chat_id"] == "@mine"


def test_a_webhook_gets_every_field() -> None:
    told, _ = webhook.message([LOSS, notice()], 3)
    first = told["notices"][0]
    assert (first["severity"], first["event"], first["account"], first["rule"]) == (
        "critical",
        "breach",
        465,
        "RULE-003",
    )
    assert (first["value"], first["limit"], first["until"]) == ("-512.50", "-500", "2026-11-20T23:00:00Z")
    assert (told["version"], told["left_out"], len(told["notices"])) == (1, 3, 2)
    assert "Daily loss" in told["text"]
    assert "not_to" not in first


@given(NOTICES, st.integers(0, 10_000))
def test_discord_takes_whatever_there_is_to_tell(notices: list[Notice], left_out: int) -> None:
    told, count = discord.message(notices, left_out)
    assert Discord.wrong(told) == []
    assert told["content"]
    assert 1 <= count == len(told["embeds"]) <= len(notices)


@given(NOTICES, st.integers(0, 10_000))
def test_telegram_takes_whatever_there_is_to_tell(notices: list[Notice], left_out: int) -> None:
    told, count = telegram.message(notices, left_out, "5")
    assert 0 < units(told["text"]) <= 4096
    assert told["text"].strip()
    assert 1 <= count <= len(notices)
    assert ("left out" in told["text"]) == (left_out > 0) or any("left out" in one.says for one in notices)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(1, 40))
def test_a_text_is_cut_between_its_characters(words: str, most: int) -> None:
    short = cut(words, most)
    assert units(short) <= most
    assert short == words or short.endswith("…")


def test_what_fits_goes_together_and_the_rest_later() -> None:
    many = [notice(f"Number {number} " + "x" * 900) for number in range(30)]
    assert 1 < discord.message(many, 0)[1] < 10
    assert 1 < telegram.message(many, 0, "5")[1] < 10
    assert discord.message([notice(f"{number}") for number in range(30)], 0)[1] == 10


@pytest.mark.parametrize(
    ("answered", "status", "headers", "content", "means"),
    [
        (discord.answered, 200, {}, b"{}", Delivered()),
        (discord.answered, 204, {}, b"", Delivered()),
        (discord.answered, 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "2"}, b"{}", Delivered(2)),
        (discord.answered, 200, {"X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "1.5"}, b"{}", Delivered()),
        (discord.answered, 429, {"Retry-After": "9"}, b'{"message": "slow", "retry_after": 0.65}', 0.65),
        (discord.answered, 429, {"Retry-After": "9"}, b"<html>", 9.0),
        (discord.answered, 429, {}, b'{"retry_after": -5}', 0.0),
        (discord.answered, 429, {}, b'{"retry_after": 1e99}', 600.0),
        (discord.answered, 500, {}, b"", None),
        (telegram.answered, 200, {}, b'{"ok": true, "result": {}}', Delivered()),
        (telegram.answered, 429, {}, b'{"ok": false, "parameters": {"retry_after": 7}}', 7.0),
        (telegram.answered, 502, {}, b"Bad Gateway", None),
        (webhook.answered, 202, {}, b"", Delivered()),
        (webhook.answered, 503, {"Retry-After": "30"}, b"", 30.0),
        (webhook.answered, 408, {}, b"", None),
    ],
)  # fmt: skip
def test_an_answer_is_understood(answered: Any, status: int, headers: Any, content: bytes, means: Any) -> None:
    answer = answered(status, headers, content)
    if isinstance(means, Delivered):
        assert answer == means
    else:
        assert isinstance(answer, Later)
        assert answer.after == means


@pytest.mark.parametrize(
    ("answered", "status", "content", "says", "is_about_message"),
    [
        (discord.answered, 404, b'{"message": "Unknown Webhook", "code": 10015}', "not there any more", False),
        (discord.answered, 401, b'{"message": "Invalid Webhook Token", "code": 50027}', "Invalid Webhook Token", False),
        (discord.answered, 400, b'{"message": "Invalid Form Body", "code": 50035}', "Invalid Form Body", True),
        (telegram.answered, 401, b'{"ok": false, "description": "Unauthorized"}', "Unauthorized", False),
        (telegram.answered, 400, b'{"ok": false, "description": "chat not found"}', "may not write", False),
        *(
            (telegram.answered, 400, f'{{"ok": false, "description": "Bad Request: {why}"}}'.encode(), why, False)
            for why in ("CHAT_WRITE_FORBIDDEN", "TOPIC_CLOSED", "message thread not found", "PEER_ID_INVALID")
        ),
        (telegram.answered, 403, b'{"ok": false, "description": "Forbidden: bot was blocked"}', "may not write", False),
        (telegram.answered, 400, b'{"ok": false, "description": "message is too long"}', "too long", True),
        (
            telegram.answered, 400,
            b'{"ok": false, "description": "upgraded", "parameters": {"migrate_to_chat_id": -1009}}',
            "write chat_id: -1009", False,
        ),
        (webhook.answered, 410, b"", "HTTP 410", False),
        (webhook.answered, 302, b"", "HTTP 302", False),
        (webhook.answered, 413, b"", "HTTP 413", True),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong(
    answered: Any, status: int, content: bytes, says: str, is_about_message: bool
) -> None:
    answer = answered(status, {}, content)
    assert isinstance(answer, Refused)
    assert says in answer.why
    assert answer.is_about_message is is_about_message


def test_a_critical_one_says_so_first() -> None:
    assert text(critical("It is grave")).startswith("CRITICAL: the guard\nIt is grave")
