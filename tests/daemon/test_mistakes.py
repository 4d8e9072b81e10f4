"""A mistake of the guard's own is found in the log of what went wrong, with where it happened and without a value."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from risk_manager.daemon.mistakes import Mistakes
from tests.daemon.programs import SECRET, make_home, until

FAILING = """\
import asyncio, sys
from risk_manager.cli import main
from risk_manager.daemon.publishing import Publisher
def strike(secret):
    raise KeyError(secret)
async def failing(publisher):
    asyncio.get_running_loop().call_soon(strike, SECRET)
    await asyncio.sleep(0.1)
    try:
        strike(SECRET)
    except KeyError as error:
        raise RuntimeError(f'no luck with {SECRET}') from error
SECRET = sys.argv.pop()
Publisher.run = failing
main()
"""
"""A guard of which one part fails, in a callback and in its task, over something that is a secret."""


def fail(text: str) -> Exception:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


@pytest.mark.skipif(os.name == "nt", reason="ends its programs with SIGTERM")
async def test_an_admin_finds_what_failed_and_where_and_no_secret(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", "http://127.0.0.1:9")
    script = tmp_path / "failing.py"
    script.write_text(FAILING)
    log = home / "logs" / "error.log"
    words = (str(script), "run", "--home", str(home), "--port", "0", SECRET)
    environment = {**os.environ, "BROKER_KEY": SECRET}
    process = await asyncio.create_subprocess_exec(sys.executable, *words, env=environment)
    try:
        await until(lambda: log.exists() and "guard: publish" in log.read_text(), "it is in the log")
    finally:
        process.terminate()
        await process.wait()
    lines = [line.partition("ERROR ")[2].strip() for line in log.read_text().splitlines() if "mistake" in line]
    assert [line.partition(" | ")[0] for line in lines] == [
        "A mistake of the guard's own: Exception in callback strike (KeyError). "
        "Tell us what stands here; no secret is in it.",
        "A mistake of the guard's own: The task guard: publish ended with an error (RuntimeError). "
        "Tell us what stands here; no secret is in it.",
    ]
    callback, task = (line.split(" | ")[1:] for line in lines)
    assert callback[-2:] == [f'File "{script}", line 5, in strike: raise KeyError(secret)', "builtins.KeyError"]
    assert [one for one in task if one.startswith("builtins")] == ["builtins.KeyError", "builtins.RuntimeError"]
    assert f'File "{script}", line 10, in failing: strike(SECRET)' in task
    assert SECRET not in "".join(path.read_text() for path in (home / "logs").iterdir())
    assert "The task guard: publish ended" in (home / "logs" / "daemon.log").read_text()


def test_the_same_mistake_is_written_again_by_powers_of_ten() -> None:
    mistakes = Mistakes()
    told = {"message": "A listener of the guard failed over QuoteSeen", "exception": fail("one")}
    heard = [mistakes.heard(told) for _ in range(100)]
    assert [count for count, one in enumerate(heard, 1) if one is not None] == [1, 10, 100]
    assert heard[99] is not None
    assert "That was the 100th time since the start." in heard[99][0]
    other = mistakes.heard({**told, "message": "A listener of the guard failed over TradeSeen"})
    assert other is not None
    assert "time since the start" not in other[0]


def test_what_has_no_exception_is_told_too() -> None:
    heard = Mistakes().heard({"message": "Task was destroyed but it is pending!"})
    says = "A mistake of the guard's own: Task was destroyed but it is pending!"
    assert heard is not None
    assert heard == (f"{says} Tell us what stands here; no secret is in it.", "")


def test_a_recursion_without_end_is_not_written_without_end() -> None:
    def dig(deeper: int) -> int:
        return dig(deeper + 1)

    with pytest.raises(RecursionError) as deep:
        dig(0)
    heard = Mistakes().heard({"message": "It is deep", "exception": deep.value})
    assert heard is not None
    assert len(heard[1].splitlines()) < 40
