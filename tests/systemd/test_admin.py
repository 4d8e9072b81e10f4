"""What an admin does while the guard runs: shut in as it is, it does what is asked, and lives."""

from __future__ import annotations

from pathlib import Path

from risk_manager.config.attempts import WRONG_MAX, beside
from risk_manager.config.logs import LOGGING_FILE
from risk_manager.config.password import HASH_FILE
from risk_manager.exit_codes import ExitCode
from risk_manager.service.systemd.unit import CONFIG, HOME, UNIT, USER
from tests.systemd.guarded import NOT_ALLOWED, PASSWORD, done, is_guarding, journal, pid
from tests.systemd.machine import Machine, until

RELOAD = ("admin", "config", "reload", "--password-stdin")
ATTEMPTS = str(beside(Path(CONFIG, HASH_FILE)))
ANOTHER = "another four words here"


def test_wrong_passwords_bring_silence_which_a_restart_does_not_end(machine: Machine, guard: int) -> None:
    told = [machine.ours(*RELOAD, says="a wrong one\n") for _ in range(WRONG_MAX + 1)]
    assert [one.returncode for one in told] == [ExitCode.REFUSED] * len(told)
    assert all("The password is wrong." in one.stderr for one in told[:-1])
    assert "None is looked at before" in told[-2].stderr
    assert "After wrong passwords none is looked at before" in told[-1].stderr
    assert pid(machine) == guard, "it lives"
    done(machine.run("systemctl", "restart", UNIT))
    after = is_guarding(machine, after=guard)
    assert machine.ours(*RELOAD, says=f"{PASSWORD}\n").returncode == ExitCode.REFUSED
    assert owner(machine, ATTEMPTS) == USER
    done(machine.run("rm", ATTEMPTS))
    done(machine.run("systemctl", "restart", UNIT))
    is_guarding(machine, after=after)
    done(machine.ours(*RELOAD, says=f"{PASSWORD}\n"))


def test_a_call_that_it_is_not_allowed_does_not_end_it(machine: Machine, guard: int) -> None:
    done(machine.run("kill", "-USR1", str(guard)))
    until(lambda: NOT_ALLOWED in journal(machine), lambda: journal(machine))
    assert is_guarding(machine) == guard


def test_the_guard_itself_writes_another_password(machine: Machine, guard: int) -> None:
    for old, new in ((PASSWORD, ANOTHER), (ANOTHER, PASSWORD)):
        done(machine.ours("admin", "password", "--password-stdin", says=f"{old}\n{new}\n"))
        done(machine.ours(*RELOAD, says=f"{new}\n"))
        assert owner(machine, f"{CONFIG}/{HASH_FILE}") == USER
    assert is_guarding(machine) == guard


def test_a_backup_is_made_by_the_guard_and_is_its_own(machine: Machine, guard: int) -> None:
    made = machine.ours("admin", "backup", "--password-stdin", says=f"{PASSWORD}\n")
    assert "Its content is whole, and so is its chain." in done(made)
    assert made.stdout.startswith(f"{HOME}/data/")
    assert owner(machine, made.stdout.strip()) == USER
    assert is_guarding(machine) == guard


def test_a_file_that_root_begins_is_one_that_the_guard_can_read(machine: Machine, guard: int) -> None:
    words = ("admin", "config", "set", "keep", "6", "--file", LOGGING_FILE, "--password-stdin")
    done(machine.ours(*words, says=f"{PASSWORD}\n"))
    assert owner(machine, f"{CONFIG}/{LOGGING_FILE}") == USER
    assert is_guarding(machine) == guard
    done(machine.run("systemctl", "restart", UNIT))
    is_guarding(machine, after=guard)


def owner(machine: Machine, path: str) -> str:
    return done(machine.run("stat", "--format=%U", path)).strip()
