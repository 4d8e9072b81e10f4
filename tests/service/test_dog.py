"""Processes whose engine really stands still, and what ends them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from risk_manager.exit_codes import ExitCode
from risk_manager.service import dog

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops its programs with SIGSTOP")

STOP, CONTINUE = (getattr(signal, name, 0) for name in ("SIGSTOP", "SIGCONT"))
DOG = """\
import sys, threading, time
from risk_manager.service import dog
dog.HUNG_SECONDS, dog.ENDING_SECONDS, dog._LOOK_SECONDS, dog._RECORD_SECONDS = 0.5, {ending}, 0.05, 0.1
watched = dog.Dog({record})
watched.begin({start})
"""
BEATS = "watched.beat()\n"
WRITE = "lambda why: print(why, flush=True)"
LONG = 60.0
"""Longer than a start or an end takes here, however busy the machine is."""


def program(
    code: str, record: str = WRITE, *, first: str = BEATS, start: float = 1.0, ending: float = 1.5
) -> subprocess.Popen[str]:
    """A process with a dog that waits for half a second, and this code after its first beat; with `first` empty it has
    not beaten yet. `start` and `ending` are the seconds for what comes before the first beat and after the last."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", DOG.format(record=record, start=start, ending=ending) + first + code],
        stdout=pipe,
        stderr=pipe,
        stdin=pipe,
        text=True,
    )


def test_a_loop_that_turns_in_itself_is_ended_and_it_is_said_where_it_stood() -> None:
    out, err = (hung := program("def turn():\n    while True: pass\nturn()")).communicate(timeout=30)
    assert hung.returncode == ExitCode.HUNG
    assert out == "its engine stood still for 0.5 s\n"
    assert "in turn" in err


def test_a_wait_that_never_ends_is_ended() -> None:
    (hung := program("threading.Lock().acquire() and threading.Event().wait()")).communicate(timeout=30)
    assert hung.returncode == ExitCode.HUNG


@pytest.mark.parametrize("record", ["lambda why: time.sleep(1000)", "lambda why: open('/not/there')"])
def test_a_disk_that_hangs_or_fails_does_not_keep_it_alive(record: str) -> None:
    (hung := program("time.sleep(1000)", record)).communicate(timeout=30)
    assert hung.returncode == ExitCode.HUNG


def test_one_that_beats_lives() -> None:
    beating = program("for _ in range(40): time.sleep(0.05); watched.beat()\nprint('done')")
    assert beating.communicate(timeout=30)[0] == "done\n"
    assert beating.returncode == 0


def test_one_that_ends_in_order_may_take_its_time() -> None:
    ending = program("watched.ending(); time.sleep(1.0); watched.end(); time.sleep(1.0); print('done')", ending=LONG)
    assert ending.communicate(timeout=30)[0] == "done\n"
    assert ending.returncode == 0


def test_an_end_that_never_ends_is_ended() -> None:
    out, _ = (ending := program("watched.ending(); time.sleep(1000)")).communicate(timeout=30)
    assert ending.returncode == ExitCode.HUNG
    assert out == "its end stood still for 1.5 s\n"


def test_a_stderr_that_is_full_and_read_by_nobody_does_not_keep_it_alive() -> None:
    hung = program(
        "import os\nos.set_blocking(2, False)\ntry:\n    while os.write(2, b'x' * 4096): pass\n"
        "except BlockingIOError: os.set_blocking(2, True)\ntime.sleep(1000)"
    )
    assert hung.wait(timeout=30) == ExitCode.HUNG
    hung.communicate(timeout=30)


def test_a_start_may_take_longer_than_a_beat() -> None:
    starting = program("time.sleep(1.0); watched.beat(); print('done')", first="", start=LONG)
    assert starting.communicate(timeout=30)[0] == "done\n"
    assert starting.returncode == 0


def test_what_the_start_took_does_not_count_for_the_beat_after_it() -> None:
    code = "time.sleep(1.0)\nfor _ in range(10): watched.beat(); time.sleep(0.05)\nprint('done')"
    for _ in range(3):
        starting = program(code, first="", start=LONG)
        assert starting.communicate(timeout=30)[0] == "done\n"


def test_a_start_that_never_comes_to_its_first_beat_is_ended() -> None:
    out, err = (hung := program("def login():\n    while True: pass\nlogin()", first="")).communicate(timeout=30)
    assert hung.returncode == ExitCode.HUNG
    assert out == "its start stood still for 1 s\n"
    assert err.startswith("CRITICAL: the guard ends itself: its start stood still for 1 s.\n")
    assert "in login" in err


def test_a_start_with_more_to_look_through_is_given_more_time(tmp_path: Path) -> None:
    assert dog.start_seconds(tmp_path / "not there") == dog.START_SECONDS
    (tmp_path / "backups").mkdir()
    for place in (tmp_path / "state.db", tmp_path / "backups" / "one.db"):
        with place.open("wb") as file:
            file.truncate(300_000_000)
    assert dog.start_seconds(tmp_path) == dog.START_SECONDS + 600


def test_time_in_which_the_whole_process_was_stopped_does_not_count() -> None:
    """As after Ctrl+Z, or when the machine has slept: nobody has looked meanwhile."""
    code = "print('up', flush=True)\nwhile True: watched.beat(); time.sleep(0.05)"
    with program(code) as stopped:
        assert stopped.stdout is not None
        assert stopped.stdout.readline() == "up\n"
        stopped.send_signal(STOP)
        time.sleep(1.5)
        stopped.send_signal(CONTINUE)
        time.sleep(1.0)
        assert stopped.poll() is None
        stopped.kill()
