"""Login codes and what the other calls do to tokens."""

import pytest

from risk_manager.simulator.api.auth import Auth
from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.form import Form
from risk_manager.simulator.api.reply import Reply
from risk_manager.simulator.api.token import Login, Tokens
from tests.simulator.floor import Floor


def _call(floor: Floor, token: str = "") -> Call:
    form = Form({"userName": "Trader", "apiKey": "simulator-key"})
    return Call(floor.exchange, floor.desk, form, "trader", floor.now, token)


@pytest.mark.parametrize(
    ("code", "text"),
    [(7, "Please log into the ProjectX platform and complete the required agreements"), (9, None), (10, None)],
)
def test_a_right_pair_can_be_refused(floor: Floor, code: int, text: str | None) -> None:
    auth = Auth({"trader": Login(refusal_code=code)}, Tokens(b"s"))
    reply: Reply = auth.login_key(_call(floor))
    assert (reply.status, reply.error_code) == (200, code)
    assert (reply.body["token"], reply.body["errorMessage"]) == (None, text)


def test_validate_gives_a_new_token_and_keeps_the_old_one(floor: Floor) -> None:
    tokens = Tokens(b"s")
    old = tokens.issue("trader", floor.now)
    new = Auth({}, tokens).validate(_call(floor, old)).body["newToken"]
    assert new != old
    assert tokens.owner(old, floor.now) == tokens.owner(new, floor.now) == "trader"


def test_logout_ends_one_token(floor: Floor) -> None:
    tokens = Tokens(b"s")
    first, second = tokens.issue("trader", floor.now), tokens.issue("trader", floor.now)
    assert Auth({}, tokens).logout(_call(floor, first)).error_code == 0
    assert (tokens.owner(first, floor.now), tokens.owner(second, floor.now)) == (None, "trader")
