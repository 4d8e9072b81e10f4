"""One guard for an account on this machine, from whatever home."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from risk_manager.core.model import AccountId
from risk_manager.exit_codes import ExitCode
from risk_manager.service.claim import Claim, HeldError
from tests.crash.house import broker, guard, new_home

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of sockets that no folder holds are Linux's")
if sys.platform == "win32":
    ME = 0
else:
    ME = os.getuid()
as_root = pytest.mark.skipif(ME != 0, reason="only root may become somebody else")

NOBODY = 65534
HOLDING = """\
import os, sys
from risk_manager.service.claim import Claim
os.setuid(int(sys.argv[1]))
claim = Claim()
claim.take(sys.argv[2], [465])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def gateway() -> str:
    """An address that no other test has."""
    return f"https://{uuid4()}.example"


@contextmanager
def held_by(user: int, gateway: str) -> Iterator[subprocess.Popen[str]]:
    """A process of a user that has claimed account 465."""
    words = [sys.executable, "-c", HOLDING, str(user), gateway]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


async def test_a_second_guard_of_an_account_is_refused_from_another_home_too() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:  # short: a door is a socket
        async with broker() as side:
            homes = [new_home(Path(folder) / "home", side, max_contracts={"limit": 2}) for folder in (one, other)]
            async with guard(homes[0]) as first:
                async with guard(homes[1], is_up=False) as second:
                    assert await second.ended() == ExitCode.REFUSED
                said = "\n".join(second.err)
                assert f"Another guard, process {first.process.pid} of user {ME}, watches account 465" in said
                assert "Guarding." not in said
                first.process.kill()
                await first.ended()
            async with guard(homes[1]) as second:
                assert await second.stop() == ExitCode.FINE


def test_an_account_is_claimed_until_it_is_released(gateway: str) -> None:
    first, second = Claim(), Claim()
    first.take(gateway, [AccountId(465), AccountId(466)])
    with pytest.raises(HeldError, match="watches account 466 already"):
        second.take(gateway, [AccountId(467), AccountId(466)])
    second.release()
    first.release()
    second.take(gateway, [AccountId(465), AccountId(466)])
    second.release()


def test_another_account_and_another_gateway_are_nobody_elses(gateway: str) -> None:
    first, second = Claim(), Claim()
    first.take(gateway, [AccountId(465)])
    second.take(gateway, [AccountId(466)])
    second.take(f"{gateway}.org", [AccountId(465)])
    with pytest.raises(HeldError):
        second.take(f"{gateway}/", [AccountId(465)])
    first.release()
    second.release()


def test_a_guard_that_is_killed_holds_nothing(gateway: str) -> None:
    mine = Claim()
    who = f"of user {ME}, watches account 465"
    with held_by(ME, gateway) as other, pytest.raises(HeldError, match=f"process {other.pid} {who}"):
        mine.take(gateway, [AccountId(465)])
    mine.take(gateway, [AccountId(465)])
    assert not mine.warnings
    mine.release()


@as_root
def test_another_person_keeps_no_guard_away(gateway: str) -> None:
    mine = Claim()
    with held_by(NOBODY, gateway) as other:
        mine.take(gateway, [AccountId(465)])
        assert mine.warnings == [
            f"CRITICAL: Another guard, process {other.pid} of user {NOBODY}, watches account 465 already, from another "
            "home. Two guards would close the same position twice. This one guards all the same: end that one."
        ]


@as_root
def test_the_systems_own_guard_keeps_another_persons_away(gateway: str) -> None:
    mine = Claim()
    mine.take(gateway, [AccountId(465)])
    words = [sys.executable, "-c", HOLDING, str(NOBODY), gateway]
    second = subprocess.run(words, input="", capture_output=True, text=True, check=False)
    mine.release()
    assert second.returncode != 0
    assert f"process {os.getpid()} of user 0, watches account 465" in second.stderr
