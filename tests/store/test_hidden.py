"""No secret is written down, however it is spelled; references stay as they are."""

from __future__ import annotations

import msgspec
import pytest

from risk_manager.config.document import only_document
from risk_manager.config.tree import plain
from risk_manager.store.hidden import REFERENCE, without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "topstepx:\n  username: me\n  api_key: s3cret-key==\n",
        'topstepx:\n  username: me\n  api_key: "s3cret-key=="  # mine\n',
        "topstepx:\n  username: me\n  api_key: 's3cret-key=='\n",
        "topstepx: {username: me, api_key: s3cret-key==}\n",
        "topstepx: {api_key: s3cret-key==, username: me}\n",
        '{"topstepx": {"api_key": "s3cret-key==", "username": "me"}}',
        "topstepx:\n  api_key: >-\n    s3cret-key==\n  username: me\n",
        "topstepx:\n  api_key: |\n    s3cret-key==\n\n  username: me\n",
        "topstepx:\n  Api-Key:    s3cret-key==\n  username: me\n",
    ],
)
def test_a_key_that_stands_in_the_text_is_hidden_and_the_rest_reads_as_before(text: str) -> None:
    hidden = without_secrets({"accounts.yaml": text})["accounts.yaml"]
    assert "s3cret" not in hidden
    read = msgspec.convert(plain(only_document(hidden, "accounts.yaml")), dict[str, dict[str, str]])
    assert sorted(read["topstepx"].values()) == [REFERENCE, "me"]


@pytest.mark.parametrize(
    "text",
    ["api_key: ${MY_KEY}\n", 'api_key: "${MY_KEY}"\n', "api_key: keyring:a\n", "api_key: credential:a\n"],
)
def test_a_reference_stays(text: str) -> None:
    assert without_secrets({"accounts.yaml": text}) == {"accounts.yaml": text}


def test_a_secret_that_is_known_is_hidden_wherever_it_stands() -> None:
    texts = {"accounts.yaml": "note: s3cret-key== was the old one\n"}
    assert without_secrets(texts, ["s3cret-key=="]) == {"accounts.yaml": f"note: {REFERENCE} was the old one\n"}
