"""The session with a gateway of a few lines and a clock of our own."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable

import pytest

from risk_manager.core.events import AnyEvent, LoginRefused
from risk_manager.gateway import codes
from risk_manager.gateway.errors import GatewayError, UnreachableError
from risk_manager.gateway.rest import Reply
from risk_manager.gateway.session import Credentials, Session
from risk_manager.gateway.tasks import end, start
from risk_manager.gateway.token import Token

KEY = "the-secret-key"
DAY = 86_400.0


def jwt(ends: float, number: int = 0) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": ends, "n": number}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.sig"


class Door:
    """The login endpoints, with answers that are set by the test."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked: list[tuple[str, str | None]] = []
        self.login: Callable[[], Reply] = self.new_token
        self.renewal: Callable[[], Reply] = self.new_token
        self.events: list[AnyEvent] = []
        self.tokens: list[str] = []
        self.session = Session(
            Credentials("trader", KEY),
            self.post,
            self.events.append,
            on_new_token=self.tokens.append,
            on_no_token=lambda: self.tokens.append("none"),
            clock=lambda: self.now,
            wall=lambda: self.now,
            draw=lambda: 1.0,
        )

    def new_token(self) -> Reply:
        token = jwt(self.now + DAY, len(self.asked))
        return Reply(200, json.dumps({"token": token, "newToken": token, "success": True, "errorCode": 0}).encode())

    async def post(self, path: str, body: bytes, token: str | None, seconds: float) -> Reply:
        assert seconds > 0
        assert (KEY.encode() in body) == (path == codes.LOGIN)
        self.asked.append((path, token))
        await asyncio.sleep(0)
        return self.login() if path == codes.LOGIN else self.renewal()

    async def run_until(self, condition: Callable[[], bool]) -> None:
        task = start(self.session.run(), "session")
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.001)
        await end(task)


def refuse(code: int) -> Callable[[], Reply]:
    return lambda: Reply(200, json.dumps({"success": False, "errorCode": code, "errorMessage": None}).encode())


def silent() -> Reply:
    raise UnreachableError("No answer.")


def test_a_token_is_renewed_at_80_percent_or_five_minutes_before_its_end() -> None:
    assert Token(jwt(DAY), now=5.0, wall=0.0).renew_at == 5.0 + 0.8 * DAY
    assert Token(jwt(1000.0), now=5.0, wall=0.0).renew_at == 5.0 + 700.0
    assert Token(jwt(10.0), now=5.0, wall=0.0).renew_at == 5.0 + 5.0
    assert Token("no jwt", now=5.0, wall=0.0).ends_at == 5.0 + DAY
    assert Token("a.!!!.c", now=5.0, wall=0.0).ends_at == 5.0 + DAY
    assert Token(jwt(-10.0), now=5.0, wall=0.0).ends_at > 5.0


def test_secrets_are_in_no_repr() -> None:
    assert KEY not in repr(Credentials("trader", KEY))
    assert "eyJ" not in repr(Token(jwt(1.0), now=0.0, wall=0.0))


async def test_it_logs_in_and_renews_before_the_end() -> None:
    door = Door()
    await door.run_until(lambda: len(door.tokens) == 1)
    assert await door.session.token() == door.tokens[0]
    assert door.session.seconds_left() == DAY
    door.now += 0.8 * DAY
    await door.run_until(lambda: len(door.tokens) == 2)
    assert door.asked == [(codes.LOGIN, None), (codes.VALIDATE, door.tokens[0])]


@pytest.mark.parametrize("answer", [refuse(3), silent, lambda: Reply(401, b""), lambda: Reply(502, b"<html>")])
async def test_where_renewing_fails_it_logs_in(answer: Callable[[], Reply]) -> None:
    door = Door()
    await door.run_until(lambda: len(door.tokens) == 1)
    door.now += 0.9 * DAY
    door.renewal = answer
    await door.run_until(lambda: len(door.tokens) == 2)
    assert [path for path, _ in door.asked] == [codes.LOGIN, codes.VALIDATE, codes.LOGIN]
    assert not door.events


@pytest.mark.parametrize(
    ("code", "advice"),
    [(3, "API key"), (7, "agreements"), (9, "subscription"), (10, "switched off"), (8, "in a browser")],
)
async def test_a_refused_login_is_told_once_with_what_to_do(code: int, advice: str) -> None:
    door = Door()
    door.login = refuse(code)
    await door.run_until(lambda: bool(door.events))
    with pytest.raises(GatewayError):
        await door.session.replace("")
    assert len(door.asked) == 1  # within the pause nothing is asked
    door.now += 60.0
    with pytest.raises(GatewayError):
        await door.session.replace("")
    assert len(door.asked) == 2
    (event,) = door.events
    assert isinstance(event, LoginRefused)
    assert f"code {code}" in event.why
    assert advice in event.why


async def test_a_gateway_that_does_not_answer_is_no_refusal() -> None:
    door = Door()
    door.login = silent
    await door.run_until(lambda: len(door.asked) == 1)
    door.login = door.new_token
    door.now += 10.0
    await door.run_until(lambda: len(door.tokens) == 1)
    assert not door.events


async def test_many_who_were_refused_make_one_login() -> None:
    door = Door()
    await door.run_until(lambda: len(door.tokens) == 1)
    replaced = await asyncio.gather(*(door.session.replace(door.tokens[0]) for _ in range(10)))
    assert set(replaced) == {door.tokens[2]}
    assert door.tokens[1] == "none"
    assert len(door.asked) == 2


async def test_a_token_that_was_refused_is_given_to_nobody_and_the_login_is_tried_again_without_being_asked() -> None:
    door = Door()
    running = start(door.session.run(), "session")
    stale = await door.session.token()
    door.login = silent
    with pytest.raises(GatewayError):
        await door.session.replace(stale)
    waiting = start(door.session.token(), "test: somebody wants to send")
    await asyncio.sleep(0)
    assert not waiting.done()
    door.login = door.new_token
    door.now += 10.0
    async with asyncio.timeout(5):
        assert await waiting == door.tokens[-1] != stale
    await end(running)


async def test_a_token_that_may_still_be_good_is_used_until_there_is_another() -> None:
    door = Door()
    await door.run_until(lambda: len(door.tokens) == 1)
    door.login = silent
    with pytest.raises(GatewayError):
        await door.session.another(door.tokens[0])
    assert await door.session.token() == door.tokens[0]
