"""Tokens."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from risk_manager.simulator.api.token import Tokens

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _tokens() -> Tokens:
    return Tokens(b"secret", HOUR)


def test_a_token_has_three_parts_and_an_end() -> None:
    parts = _tokens().issue("trader", NOW).split(".")
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    assert len(parts) == 3
    assert claims["exp"] == (NOW + HOUR).timestamp()


def test_it_is_valid_until_its_end_and_not_at_it() -> None:
    tokens = _tokens()
    token = tokens.issue("trader", NOW)
    assert tokens.owner(token, NOW + HOUR - timedelta(seconds=1)) == "trader"
    assert tokens.owner(token, NOW + HOUR) is None


def test_a_second_token_does_not_displace_the_first() -> None:
    tokens = _tokens()
    first, second = tokens.issue("trader", NOW), tokens.issue("trader", NOW)
    assert first != second
    assert tokens.owner(first, NOW) == tokens.owner(second, NOW) == "trader"


@pytest.mark.parametrize("token", [None, "", "a.b.c", "a.b", "é.é.é"])
def test_nonsense_is_nobodys(token: str | None) -> None:
    assert _tokens().owner(token, NOW) is None


def test_a_forged_token_is_nobodys() -> None:
    assert _tokens().owner(Tokens(b"other").issue("trader", NOW), NOW) is None


def test_revoking_one_and_all() -> None:
    tokens = _tokens()
    first, second = tokens.issue("trader", NOW), tokens.issue("trader", NOW)
    tokens.revoke(first)
    assert (tokens.owner(first, NOW), tokens.owner(second, NOW)) == (None, "trader")
    tokens.revoke_all()
    assert tokens.owner(second, NOW) is None
    assert tokens.owner(tokens.issue("trader", NOW), NOW) == "trader"
