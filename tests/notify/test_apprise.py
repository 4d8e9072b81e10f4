"""The library Apprise itself, in its own process, against a service on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from risk_manager.notify.answer import Answer, Delivered, Later, Refused
from risk_manager.notify.apprise import Apprise
from risk_manager.notify.line import Line
from tests.notify.samples import LOSS, notice
from tests.notify.services import Service, open_service


async def told(url: str, seconds: float = 60.0) -> tuple[Answer, int]:
    line = Line()
    try:
        return await Apprise(url, seconds).tell(line, [LOSS, notice("And more.")], 1)
    finally:
        await line.close()


async def test_it_speaks_what_apprise_speaks() -> None:
    async with open_service(service := Service()):
        assert await told(service.url.replace("http://", "json://") + "/secret-path") == (Delivered(), 2)
    (message,) = service.delivered
    assert message["title"] == "CRITICAL: account 465 50K *Combine*, RULE-003 daily_realized_loss"
    assert "Daily loss -$512.50" in message["message"]
    assert "And more." in message["message"]
    assert "left out" in message["message"]
    assert message["type"] == "failure"


async def test_what_it_does_not_understand_and_what_it_cannot_deliver_is_said_without_the_address() -> None:
    answer, _ = await told("nothing-like-it://secret")
    assert isinstance(answer, Refused)
    answer, _ = await told("json://127.0.0.1:9/secret")
    assert isinstance(answer, Later)
    assert "secret" not in str(answer)


async def test_one_that_hangs_is_ended() -> None:
    async with open_service(service := Service()):
        service.is_stuck = True
        answer, _ = await told(service.url.replace("http://", "json://"), seconds=3.0)
    assert isinstance(answer, Later)


async def test_nothing_of_the_guards_environment_goes_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In place of the interpreter a script that writes down what it has been given."""
    script, seen = tmp_path / "python", tmp_path / "seen"
    script.write_text(f'#!/bin/sh\nenv > {seen}\necho "$@" >> {seen}\ncat > /dev/null\n')
    script.chmod(0o700)
    monkeypatch.setenv("TOPSTEPX_API_KEY", "the-key")
    monkeypatch.setattr(sys, "executable", str(script))
    assert await told("json://127.0.0.1/secret-path") == (Delivered(), 2)
    assert "PATH=" in seen.read_text()
    assert "the-key" not in seen.read_text()
    assert "secret-path" not in seen.read_text(), "what stands on a command line everybody can read"
