"""The admin's door of a running guard, over its real socket or pipe: who is let in, what is done and said."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from risk_manager.config.password import set_password
from risk_manager.core.events import StoreBack, StoreLost, TimePassed
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.reloading import Reload as Reloaded
from risk_manager.ipc import admin
from risk_manager.ipc.admin import (
    TOKEN_ENDED,
    AdminDoorError,
    Answer,
    Backup,
    Clear,
    Login,
    Reload,
    SetPassword,
    Stop,
    ask,
)
from risk_manager.store import StoreError, StoreTrouble
from tests.daemon.admin_house import ACCOUNT, PASSWORD, house, own_user
from tests.daemon.test_rights import another, place

__all__ = ["another", "place"]
not_on_windows = pytest.mark.skipif(os.name == "nt", reason="Unix sockets and their rights")


LOSS: Final = {"daily_realized_loss": {"limit": -500, "include_unrealized": False}}


async def test_the_right_password_brings_a_token_and_is_recorded(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        answer = await ask(one.socket, Login(password=PASSWORD))
        assert (answer.is_done, answer.until) == (True, one.clock.time + timedelta(minutes=15))
        assert await one.acts() == [("log in", False)]


async def test_wrong_passwords_are_recorded_and_lead_to_silence(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        answers = [await ask(one.socket, Login(password="wrong")) for _ in range(5)]
        assert not any(answer.is_done or answer.token for answer in answers)
        assert answers[4].says == "The password is wrong. None is looked at before Thu 10:01 Chicago (15:01 UTC)."
        silent = await ask(one.socket, Login(password=PASSWORD))
        assert (silent.is_done, silent.token) == (False, None)
        one.clock.time += timedelta(minutes=1)
        assert (await ask(one.socket, Login(password=PASSWORD))).is_done
        acts = await one.acts()
        assert [refused for _, refused in acts] == [True] * 6 + [False]
        assert sum(len(taken.step.alerts) for taken in one.heard) == 7


async def test_a_guard_that_is_started_again_forgives_no_wrong_password(tmp_path: Path) -> None:
    async with house(tmp_path) as first:
        for _ in range(8):
            await ask(first.socket, Login(password="wrong"))
        kept = tmp_path / "hash.attempts"
        assert "wrong" in kept.read_text()
        assert os.name == "nt" or kept.stat().st_mode & 0o777 == 0o600
    async with house(tmp_path) as second:
        assert "none is looked at before Thu 10:01" in (await ask(second.socket, Login(password=PASSWORD))).says
        second.clock.time += timedelta(minutes=1)
        says = [(await ask(second.socket, Login(password="wrong"))).says for _ in range(5)]
        assert says[-1] == "The password is wrong. None is looked at before Thu 10:03 Chicago (15:03 UTC)."
    async with house(tmp_path) as third:
        third.clock.time += timedelta(minutes=3)
        assert (await ask(third.socket, Login(password=PASSWORD))).is_done
        assert not kept.exists(), "the right one forgives the wrong ones"


@pytest.mark.parametrize("text", ["", "{", '{"silent_until":"2026-11-23T15:01:00"}', '{"wrong":"many"}'])
async def test_attempts_that_cannot_be_read_keep_nobody_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "hash.attempts").write_text(text)
    async with house(tmp_path) as one:
        assert (await ask(one.socket, Login(password=PASSWORD))).is_done


async def test_a_clock_that_was_wrong_keeps_nobody_out_for_years(tmp_path: Path) -> None:
    (tmp_path / "hash.attempts").write_text('{"silences":3,"silent_until":"2099-01-01T00:00:00Z"}')
    async with house(tmp_path) as one:
        assert not (await ask(one.socket, Login(password=PASSWORD))).is_done
        one.clock.time += timedelta(hours=8)
        assert (await ask(one.socket, Login(password=PASSWORD))).is_done


async def test_who_comes_in_is_no_news_for_the_trader_and_what_is_done_then_is(tmp_path: Path) -> None:
    async with house(tmp_path, **LOSS) as one:
        picture = Picture(one.guard, one.clock, lambda: 0)
        for _ in range(4):
            await ask(one.socket, Login(password="wrong"))
        token = await one.token()
        assert [refused for _, refused in await one.acts()] == [True] * 4 + [False], "all of it is on the record"
        assert picture.status().acts == ()
        one.lose()
        await ask(one.socket, Clear(token=token, account=ACCOUNT, rule="RULE-003", why="enough"))
        for _ in range(7):
            await ask(one.socket, Login(password="wrong"))
        await one.acts()
        one.clock.time += timedelta(seconds=1)
        told = [act.says.partition(" to ")[2] for act in picture.status().acts if "User" in act.says]
        silence = "give a wrong password too often. None is looked at before Thu 10:01 Chicago (15:01 UTC)"
        assert told == [silence, "clear RULE-003 of account 465: enough"]


async def test_another_password_ends_every_token_and_is_recorded_without_its_words(tmp_path: Path) -> None:
    other = "words of another kind"
    async with house(tmp_path) as one:
        token = await one.token()
        short = await ask(one.socket, SetPassword(token=token, password="short"))
        assert (short.is_done, "It needs 10 at least" in short.says) == (False, True)
        assert (await ask(one.socket, SetPassword(token=token, password=other))).is_done
        assert (await ask(one.socket, Reload(token=token))).says == TOKEN_ENDED
        assert not (await ask(one.socket, Login(password=PASSWORD))).is_done
        assert (await ask(one.socket, Login(password=other))).is_done
        acts = await one.acts()
        assert ("change the admin password", True) in acts
        assert ("change the admin password", False) in acts
        assert other not in str(acts)


@pytest.mark.parametrize(
    "call",
    [
        Reload(token="x"),
        Backup(token="x"),
        Stop(token="x", why="y"),
        SetPassword(token="x", password="a new one"),
    ],
)
async def test_without_a_token_nothing_is_done(tmp_path: Path, call: Reload | Backup | Stop | SetPassword) -> None:
    async with house(tmp_path) as one:
        answer = await ask(one.socket, call)
        assert (answer.is_done, one.stopped_by) == (False, [])
        assert [refused for _, refused in await one.acts()] == [True]


async def test_a_token_that_has_ended_does_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, **LOSS) as one:
        token = await one.token()
        one.lose()
        one.clock.time += timedelta(minutes=15)
        answer = await ask(one.socket, Clear(token=token, account=ACCOUNT, rule="RULE-003", why="a reason"))
        assert not answer.is_done
        assert one.locks()


@pytest.mark.parametrize("is_gone", [False, True])
async def test_a_token_of_another_password_does_nothing(tmp_path: Path, is_gone: bool) -> None:
    async with house(tmp_path) as one:
        token = await one.token()
        assert (await ask(one.socket, Reload(token=token))).is_done
        if is_gone:
            one.hash.unlink()
        else:
            set_password(one.hash, "another three words", rounds=4)
        answer = await ask(one.socket, Stop(token=token, why="y"))
        assert (answer.says, one.stopped_by) == (TOKEN_ENDED, [])


async def test_a_clear_ends_the_lock_and_waives_the_rule(tmp_path: Path) -> None:
    async with house(tmp_path, **LOSS) as one:
        token = await one.token()
        one.lose()
        answer = await ask(one.socket, Clear(token=token, account=ACCOUNT, rule="RULE-003", why="hedged elsewhere"))
        assert answer == Answer(
            is_done=True, says="1 lock(s) of RULE-003 are cleared. The rule is waived until its next reset."
        )
        assert one.locks() == ()
        assert [waiver.why for waiver in one.guard.state.accounts[ACCOUNT].waivers] == ["hedged elsewhere"]
        assert ("clear RULE-003 of account 465: hedged elsewhere", False) in await one.acts()


async def test_a_clear_of_one_symbol_says_for_which_the_rule_is_waived(tmp_path: Path) -> None:
    async with house(tmp_path, symbol_blocks={"blocked_symbols": ["RTY", "CL"], "lock_at_start": True}) as one:
        token = await one.token()
        one.guard.put(TimePassed())
        assert {lock.symbol for lock in one.locks()} == {"RTY", "CL"}
        clear = Clear(token=token, account=ACCOUNT, rule="RULE-011", symbol="RTY", why="taught")
        assert (await ask(one.socket, clear)).says == (
            "1 lock(s) of RULE-011 are cleared. The rule is waived for RTY until its next reset. "
            "Still locked by it: CL."
        )


async def test_a_clear_that_keeps_the_rule_says_that_the_lock_stands_again(tmp_path: Path) -> None:
    async with house(tmp_path, **LOSS) as one:
        token = await one.token()
        one.lose()
        one.clock.time += timedelta(minutes=5)
        call = Clear(token=token, account=ACCOUNT, rule="RULE-003", why="try", keep_rule=True)
        answer = await ask(one.socket, call)
        assert not answer.is_done
        assert answer.says.startswith("RULE-003 has locked again at once, for it still holds: Daily loss -$")


@not_on_windows
async def test_a_guard_that_does_not_answer_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "_ANSWER_SECONDS", 0.05)
    path = tmp_path / "admin.sock"
    with socket.socket(getattr(socket, "AF_UNIX", 1)) as nobody:
        nobody.bind(str(path))
        nobody.listen()
        with pytest.raises(AdminDoorError, match="runs and does not answer"):
            await ask(path, Login(password=PASSWORD))


@pytest.mark.parametrize(
    ("account", "rule", "why", "says"),
    [
        (999, "RULE-003", "a reason", "There is no account 999 under this guard."),
        (ACCOUNT, "RULE-003", "  ", "A clear needs a reason: it is read later, when nobody remembers."),
        (ACCOUNT, "RULE-001", "a reason", "No lock of RULE-001 stands there. Standing: RULE-003 (account)."),
    ],
)
async def test_a_clear_that_cannot_be_is_said(tmp_path: Path, account: int, rule: str, why: str, says: str) -> None:
    async with house(tmp_path, **LOSS) as one:
        token = await one.token()
        one.lose()
        answer = await ask(one.socket, Clear(token=token, account=account, rule=rule, why=why))
        assert (answer.is_done, answer.says) == (False, says)
        assert len(one.locks()) == 1


async def test_nothing_is_cleared_while_nothing_can_be_saved(tmp_path: Path) -> None:
    async with house(tmp_path, **LOSS) as one:
        token = await one.token()
        one.lose()
        one.guard.put(StoreLost(why="the disk is full"))
        call = Clear(token=token, account=ACCOUNT, rule="RULE-003", why="a reason")
        assert "Nothing can be saved now" in (await ask(one.socket, call)).says
        assert one.locks()
        one.guard.put(StoreBack())
        assert (await ask(one.socket, call)).is_done


async def test_a_backup_is_made_by_the_guard_and_recorded_and_one_that_fails_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        token = await one.token()
        answer = await ask(one.socket, Backup(token=token))
        assert (answer.is_done, answer.file) == (True, str(one.backup))
        assert ("make a backup", False) in await one.acts()
        one.backup = StoreError(StoreTrouble.CANNOT_WRITE, "No backup could be made: the disk is full.")
        answer = await ask(one.socket, Backup(token=token))
        assert answer == Answer(is_done=False, says="No backup could be made: the disk is full.")


async def test_reload_and_stop(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        token = await one.token()
        assert (await ask(one.socket, Reload(token=token))).says == "The new settings are in force."
        one.reload = Reloaded(False, "risk_config.yaml:3: no")
        assert await ask(one.socket, Reload(token=token)) == Answer(is_done=False, says="risk_config.yaml:3: no")
        assert (await ask(one.socket, Stop(token=token, why="an update"))).is_done
        assert one.stopped_by == [f"the admin (user {own_user()}): an update"]


@pytest.mark.parametrize("raw", [b"\n", b"{}\n", b"nonsense\n", b'{"type":"reload"}\n', b'{"type":"shell","do":"x"}\n'])
async def test_what_is_no_call_is_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    async with house(tmp_path) as one:
        assert b'"is_done":false' in await one.says(raw)
        assert await one.token()


async def test_a_line_without_an_end_is_dropped_and_the_door_stays_open(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        assert await one.says(b"x" * 200_000) == b""
        assert await one.token()


@not_on_windows
async def test_only_the_owner_may_open_the_socket(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        assert one.socket.stat().st_mode & 0o777 == 0o600


AS_ANOTHER: Final = """\
import os, socket, sys
place = socket.socket(socket.AF_UNIX)
os.setgroups([]), os.setgid({group}), os.setuid({user})
place.connect({path!r})
place.sendall({line!r} + b"\\n")
print(place.makefile().readline())
"""


@not_on_windows
@pytest.mark.parametrize("is_open", [False, True])
async def test_another_user_is_not_let_in_also_with_the_password_and_where_the_socket_is_open(
    place: Path, another: Any, is_open: bool
) -> None:
    async with house(place) as one:
        if is_open:
            one.socket.chmod(0o666)
        line = msgspec.json.encode(Login(password=PASSWORD))
        code = AS_ANOTHER.format(group=another.pw_gid, user=another.pw_uid, path=str(one.socket), line=line)
        asks = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await asks.communicate()
        if is_open:
            answer = msgspec.json.decode(out, type=Answer)
            assert (answer.is_done, answer.token) == (False, None)
            assert answer.says == "Only the guard's own user and root may use this door."
            assert await one.acts() == [("knock at the admin door", True)]
        else:
            assert b"PermissionError" in err
            assert await one.acts() == []


async def test_no_password_is_shown_by_anything(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        await one.token()
        await ask(one.socket, Login(password="a wrong secret one"))
        shown = repr([(taken.event, taken.step.alerts) for taken in one.heard]) + repr(Login(password=PASSWORD))
        assert PASSWORD not in shown
        assert "wrong secret" not in shown


async def test_without_a_guard_the_admin_reads_why(tmp_path: Path) -> None:
    with pytest.raises(AdminDoorError, match="No guard is running for this home"):
        await ask(tmp_path / "admin.sock", Login(password=PASSWORD))
