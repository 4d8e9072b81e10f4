"""What is secret in a file is not shown, however it is written; and what an edit changes is told without it."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.config import ConfigError, load_texts
from risk_manager.config.changes import changes, changes_of_files
from risk_manager.config.document import only_document
from risk_manager.config.editing import Edit
from risk_manager.config.hiding import hidden, masked, recorded, shown_way
from risk_manager.config.notifications import notifications_of
from risk_manager.config.secret import NO_SECRETS
from risk_manager.config.tree import plain
from risk_manager.core.rules import RULES

KEY = "pst#do: not-tell"


@pytest.mark.parametrize(
    "text",
    [
        f"topstepx:\n  api_key: '{KEY}'   # mine\n  username: me\n",
        f'topstepx: {{username: me, api_key: "{KEY}"}}\n',
        f'{{"topstepx": {{"username": "me", "api_key": "{KEY}"}}}}\n',
        "topstepx:\n  username: me\n  api_key: >-\n    pst#do:\n    not-tell\n",
        f"topstepx:\n  username: me\n  api_key:\n    '{KEY}'\n",
        f"topstepx:\n  username: me\n  api_key: [a, '{KEY}']\n",
        f"mine: &k '{KEY}'\ntopstepx: {{username: me, api_key: *k}}\n",
        f"topstepx: {{username: me, api_kye: '{KEY}'}}\n",
        f"topstepx: '{KEY}'\nmonitored_account: {{account_name: me}}\n",
        f"discord: {{webhook_url: '{KEY}', name: me}}\n",
        f"topstepx:\n  api_key: '{KEY}'\n  username: me\n  broken: [\n",
        f"topstepx:\n  username: me\n  api_key: |\n    {KEY}\n broken: [\n",
    ],
)  # fmt: skip
def test_a_secret_is_not_shown_and_the_rest_is(text: str) -> None:
    shown = hidden(text)
    assert "not-tell" not in shown
    assert "pst#do" not in shown
    assert "***" in shown
    assert "me" in shown
    assert shown.count("\n") >= 1


@pytest.mark.parametrize(
    "reference", ["${TOPSTEPX_API_KEY}", '"${TOPSTEPX_API_KEY}"', "keyring:topstepx", "credential:key"]
)
def test_a_reference_is_no_secret(reference: str) -> None:
    text = f"topstepx:\n  api_key: {reference}\n"
    assert hidden(text) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("accounts.yaml", "topstepx: {username: me, api_key pst-do-not-tell1}\nmonitored_account: {account_id: 1}\n"),
        ("accounts.yaml", "topstepx: {username: me, api_key:pst-do-not-tell1: }\nmonitored_account: {account_id: 1}\n"),
        ("notifications.yaml", "version: 1\nheartbeat: {ping_url 'https://pst-do-not-tell1'}\n"),
        ("notifications.yaml", "version: 1\nchannels: {a: {kind: discord, webhook_url https://pst-do-not-tell1}}\n"),
        ("notifications.yaml", "version: 1\nchannels: {'https://pst-do-not-tell1': {kind: telegram}}\n"),
    ],
)
def test_a_secret_that_has_become_a_key_for_want_of_a_colon_is_not_told(name: str, text: str) -> None:
    texts = {name: text, "risk_config.yaml": "version: 1\n"}
    load = partial(load_texts, texts, RULES) if name == "accounts.yaml" else partial(notifications_of, text)
    with pytest.raises(ConfigError) as refused:
        load(environment=NO_SECRETS)
    node = only_document(text, name)
    for told in (str(refused.value), hidden(text), *changes("", text), str(plain(masked(node)))):
        assert "do-not-tell1" not in told
    assert "***" in str(refused.value)


@pytest.mark.parametrize("key", ["api_kye", "chanel", "quiet_hour", "severity"])
def test_a_key_that_is_misspelled_is_told(key: str) -> None:
    assert shown_way(("topstepx", key)) == ("topstepx", key)
    assert shown_way(("channels", "my-phone_2", key)) == ("channels", "my-phone_2", key)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(before: str, after: str) -> None:
    hidden(before)
    changes(before, after)


def test_another_key_is_told_and_neither_is_shown() -> None:
    edit = Edit(
        name="accounts.yaml", before="topstepx: {api_key: first-one}\n", after="topstepx: {api_key: other-one}\n"
    )
    told = "\n".join(edit.lines())
    assert "becomes another one" in told
    assert "-one" not in told
    assert changes(edit.before, edit.after) == ("topstepx.api_key: another one, which is not shown",)


def test_each_change_has_its_old_value_and_its_new_one() -> None:
    before = "a: {limit: -500, flag: true}\nrows: [{x: 1}, {x: 2}]\nat: '17:00'\n"
    after = "a: {limit: -400.50, flag: true}\nrows: [{x: 1}]\nat: '17:00'\nb: {}\n"
    assert changes(before, after) == ("a.limit: -500 -> -400.50", "rows.2.x: 2 -> not set", "b: not set -> {}")
    assert changes(before, before) == ()
    assert changes(before, "a: [") == ()


def test_every_change_is_told_and_two_long_values_that_differ_at_their_end_read_differently() -> None:
    before, after = ("\n".join(f"k{number}: {'x' * 200}{end}" for number in range(59)) for end in "ab")
    told = changes(before, after)
    assert len(told) == 59
    assert told[-1] == f"k58: {'x' * 200}a -> {'x' * 200}b"


def test_files_are_compared_by_their_name_whatever_it_ends_with() -> None:
    before = {"risk_config.yaml": "a: 1\n", "accounts.yaml": "b: 1\n"}
    after = {"risk_config.yml": "a: 2\n", "accounts.yaml": "b: 1\n", "holidays.yaml": "c: 1\n"}
    assert changes_of_files(before, after) == ("a: 1 -> 2", "c: not set -> 1")


def test_what_is_recorded_of_a_text_are_its_values_without_secrets_and_comments() -> None:
    coach = f"{{kind: discord, webhook_url: '{KEY}', severity: warning}}"
    text = f"# {KEY}\nversion: 1\nchannels:\n  coach: {coach}  # {KEY}\n"
    kept = recorded(text)
    assert KEY not in kept
    assert changes(kept, recorded(text.replace("warning", "critical"))) == (
        "channels.coach.severity: warning -> critical",
    )
    assert changes(kept, recorded(text.replace(KEY, "another"))) == ()
    assert changes("", kept)[:2] == ("version: not set -> 1", "channels.coach.kind: not set -> discord")


def test_the_address_of_a_server_of_ones_own_may_hold_a_password_and_is_not_told() -> None:
    before = "channels: {phone: {kind: telegram, api_url: 'https://me:opensesame@bot.example'}}\n"
    told = changes(recorded(before), recorded(before.replace("opensesame", "another")))
    assert "opensesame" not in recorded(before) + str(told)


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_of_a_text_without_values_nothing_is_recorded(text: str) -> None:
    assert recorded(text) == ""
