"""Wrong passwords cost time where no guard runs, too: for every command, over processes, and however they end."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from risk_manager.config import attempts
from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import House, RefusedError
from risk_manager.interfaces.admin.password import WrongError, held
from tests.crash.house import broker, guard, new_home
from tests.daemon.programs import make_home, program, until

PASSWORD = "three words do it"
WORDS = ("config", "set", "max_contracts.limit", "3", "--password-stdin")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A home with a password, and no guard."""
    folder = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    set_password(folder / "config" / "admin_password.hash", PASSWORD, rounds=4)
    return House(folder)


def kept(house: House) -> attempts.Attempts:
    return attempts.read(attempts.beside(house.hash), datetime.now(UTC))


def says(house: House, password: str) -> str:
    """The answer to a password."""
    try:
        return house.let_in(password).says
    except RefusedError as error:
        return str(error)


def later(house: House) -> None:
    """The silence is over."""
    over = datetime.now(UTC) - timedelta(seconds=1)
    attempts.keep(attempts.beside(house.hash), attempts.Attempts(silences=kept(house).silences, silent_until=over))


def test_five_cost_a_minute_the_next_five_two_and_a_right_one_forgives(house: House) -> None:
    for _ in range(4):
        assert says(house, "wrong") == "The password is wrong."
    assert says(house, "wrong").startswith("The password is wrong. None is looked at before ")
    assert says(house, PASSWORD).startswith("After wrong passwords none is looked at before ")
    later(house)
    for _ in range(5):
        says(house, "wrong")
    silence = kept(house).silent_until
    assert silence is not None
    assert timedelta(minutes=1) < silence - datetime.now(UTC) <= timedelta(minutes=2)
    later(house)
    assert says(house, PASSWORD) == "You are in. No guard is running."
    assert not attempts.beside(house.hash).exists()


def test_the_old_password_of_a_new_one_counts_too(house: House) -> None:
    for _ in range(5):
        with pytest.raises(WrongError, match="Nothing has changed"):
            held(house, "wrong")
    assert "none is looked at" in says(house, PASSWORD)


def test_many_at_once_are_not_more_tries(house: House) -> None:
    with ThreadPoolExecutor(12) as several:
        told = list(several.map(lambda _: says(house, "wrong"), range(12)))
    assert sum(one.startswith("The password is wrong.") for one in told) == attempts.WRONG_MAX
    assert sum(one.startswith("After wrong passwords") for one in told) == 12 - attempts.WRONG_MAX


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGKILL")
async def test_one_that_is_killed_while_it_is_looked_at_is_counted(house: House) -> None:
    set_password(house.hash, PASSWORD, rounds=16)  # seconds
    async with program("admin", *WORDS, "--home", str(house.folder), says="wrong") as running:
        await until(attempts.beside(house.hash).exists, "the attempt is counted")
        running.process.kill()
        await running.ended()
    assert kept(house).wrong == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Unix sockets")
async def test_a_guard_that_starts_forgives_none_and_neither_does_its_end(tmp_path: Path) -> None:
    async with broker() as side:
        home = new_home(tmp_path, side)
        house = House(home)
        set_password(house.hash, PASSWORD, rounds=4)
        for _ in range(3):
            says(house, "wrong")
        async with guard(home) as running:
            for _ in range(2):
                async with program("admin", *WORDS, "--home", str(home), says="wrong") as command:
                    assert await command.ended() == ExitCode.REFUSED
            await running.says("too often. None is looked at before")
            assert await running.stop() == ExitCode.FINE
        assert "After wrong passwords none is looked at before" in says(house, PASSWORD)
