"""`risk-manager status`: what it says, and what a script learns from its exit code."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.trader import status
from risk_manager.ipc import status as published
from risk_manager.ipc.status import ClosingStatus, GuardStatus
from tests.ipc.sample import ACCOUNT, AT, STATUS


def shown(capsys: pytest.CaptureFixture[str], home: Path, *, json: bool = False) -> tuple[int, str, str]:
    code = status.run(home=home, json=json)
    told = capsys.readouterr()
    return code, told.out, told.err


def publish(home: Path, age: timedelta) -> Path:
    (home / "data").mkdir()
    path = home / "data" / "status.json"
    published.write(path, replace(STATUS, at=datetime.now(UTC) - age))
    return path


def test_where_nothing_was_published_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = shown(capsys, tmp_path)
    assert (code, out) == (ExitCode.NOT_RUNNING, "")
    assert err.startswith("The guard has not published anything in ")
    assert err.endswith("it has not run here yet.\n")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"at":"yesterday"}', b"\xff\xfe\x00"])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: bytes) -> None:
    publish(tmp_path, timedelta()).write_bytes(damage)
    code, out, err = shown(capsys, tmp_path)
    assert (code, out) == (ExitCode.NOT_RUNNING, "")
    assert "cannot be read" in err
    assert err.endswith("Start the guard again, it writes a new one.\n")


def test_a_folder_in_its_place_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data" / "status.json").mkdir(parents=True)
    code, _, err = shown(capsys, tmp_path)
    assert code == ExitCode.NOT_RUNNING
    assert "cannot be read" in err


@pytest.mark.parametrize(
    ("age", "code"), [(0, ExitCode.FINE), (3, ExitCode.FINE), (8, ExitCode.NOT_RUNNING), (9e6, ExitCode.NOT_RUNNING)]
)
@pytest.mark.parametrize("json_wanted", [False, True])
def test_the_exit_code_says_whether_it_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], age: float, code: ExitCode, json_wanted: bool
) -> None:
    publish(tmp_path, timedelta(seconds=age))
    ended, out, err = shown(capsys, tmp_path, json=json_wanted)
    assert (ended, err) == (code, "")
    if json_wanted:
        assert json.loads(out)["accounts"][0]["net_pnl"] == "-412.50"
    else:
        assert out.startswith("The guard is running" if code is ExitCode.FINE else "THE GUARD IS NOT RUNNING.")


def test_everything_that_stands_is_told() -> None:
    assert status.lines(STATUS, 0, UTC) == [
        "The guard is running and connected.",
        "Messages that could not be read: 1, came twice or too late: 2, did not come and were found by reading: 4.",
        "Market hours are not known now.",
        "",
        "Account 465 Main",
        "  day: realized -$400.00, open -$12.50, net -$412.50; balance $49,600.00",
        "  LOCKED whole account until 17:00 Chicago (23:00 here): the day is lost (RULE-003). "
        "What you open is closed at once: step away.",
        "  COOLDOWN MNQ until its cause is gone: the day is lost (RULE-003). "
        "You may close and reduce in MNQ; whatever adds is taken back.",
        "  long 2 MNQ at 25210.25: -$12.50 (price 0.0 s old). "
        "NO STOP: it is being reduced by 1; the broker has not confirmed it yet; the broker refused: In a halt",
        "  short 1 MNQ at 25210.25: NO PRICE, it counts as nothing. "
        "It is being reduced by 1; the broker has not confirmed it yet; the broker refused: In a halt",
        "  1 order alive; rules on: daily_realized_loss",
        "",
        "Lately, by your own clock:",
        *[f"  15:00:00 Act {number}" for number in range(5)],
    ]


def test_an_account_with_nothing_may_trade_and_is_flat() -> None:
    calm = replace(ACCOUNT, locks=(), positions=(), orders=(), rules=(), is_tradable=True, net_pnl=Decimal("1234.5"))
    clean = replace(STATUS.connection, unreadable=0, repeated=0, missed=0)
    told = status.lines(replace(STATUS, accounts=(calm,), connection=clean, acts=()), 0)
    assert "net $1,234.50" in told[4]
    assert told[5:] == ["  may trade", "  flat", "  0 orders alive; rules on: none"]


@pytest.mark.parametrize(
    ("user", "market", "words"),
    [
        (False, True, "user hub"),
        (True, False, "market hub"),
        (False, False, "user hub (orders and fills) and the market"),
    ],
)
def test_a_guard_that_does_not_see_says_that_it_is_blind(user: bool, market: bool, words: str) -> None:
    away = replace(STATUS.connection, user_hub=user, market_hub=market, lost_since=AT)
    head = status.lines(replace(STATUS, connection=away), 0, UTC)[0]
    assert head.startswith(f"The guard is running and BLIND: the {words}")
    assert head.endswith(" since 09:00 Chicago (15:00 here).")


def test_what_is_old_is_never_called_running() -> None:
    away = replace(STATUS.connection, user_hub=False)
    assert status.lines(replace(STATUS, connection=away), 6)[0] == (
        "THE GUARD IS NOT RUNNING. This is what it saw 6 s ago."
    )


def test_a_guard_that_has_just_ended_in_order_is_not_called_running() -> None:
    told = status.lines(replace(STATUS, has_ended=True), 0)
    assert told[0] == "THE GUARD IS NOT RUNNING. This is what it saw 0 s ago."


def test_a_waived_rule_and_a_closed_market_are_told() -> None:
    until = AT + timedelta(hours=8)
    waived = published.RuleStatus(id="RULE-003", key="daily_realized_loss", gauges=(), waived_until=until)
    calm = replace(ACCOUNT, locks=(), is_tradable=True, rule_details=(waived,))
    closed = published.MarketStatus(is_open=False, changes_at=AT + timedelta(hours=1))
    told = status.lines(replace(STATUS, accounts=(calm,), market=closed), 0, UTC)
    assert "  WAIVED by the admin until 17:00 Chicago (23:00 here): daily_realized_loss" in told
    for_one = replace(waived, waived_until=None, waived_symbols={"RTY": until})
    told_of_one = status.lines(replace(STATUS, accounts=(replace(calm, rule_details=(for_one,)),)), 0, UTC)
    assert "  WAIVED by the admin for RTY until 17:00 Chicago (23:00 here): daily_realized_loss" in told_of_one
    assert "  may trade when the market opens: 10:00 Chicago (16:00 here)" in told


OPEN = published.MarketStatus(is_open=True, changes_at=AT + timedelta(hours=7))
SLEEPS = published.MarketStatus(is_open=False, changes_at=AT + timedelta(hours=1))


def test_why_it_was_closed_last_is_told_with_its_reason_and_what_was_asked() -> None:
    last = published.CloseStatus(at=AT - timedelta(seconds=41), asked=("close all of MNQ",), why="RULE-003: too much")
    told = status.lines(replace(STATUS, accounts=(replace(ACCOUNT, last_close=last),)), 0, UTC)
    said = "  closed last: 14:59:19 (41 s ago) RULE-003: too much. The guard asked to close all of MNQ."
    assert said in told


BARE = replace(ACCOUNT, locks=(), positions=(), is_tradable=True)
BLIND = replace(STATUS.connection, user_hub=False)


@pytest.mark.parametrize(
    ("shown", "age", "told"),
    [
        (STATUS, 0, "may trade"),
        (STATUS, 6, "nothing is locked, but nobody watches: the guard is not running"),
        (replace(STATUS, connection=BLIND), 0, "nothing is locked, but the guard does not see everything: better wait"),
    ],
)
def test_only_a_guard_that_watches_says_that_one_may_trade(shown: GuardStatus, age: int, told: str) -> None:
    assert f"  {told}" in status.lines(replace(shown, accounts=(BARE,)), age)


@pytest.mark.parametrize(
    ("is_overdue", "told", "fate"),
    [
        (False, "nothing is locked; the guard is closing: wait", "It is being closed; the guard has asked the broker"),
        (
            True,
            "nothing is locked, but what is to be closed is not closed yet: better wait",
            "It is being closed; the broker has not confirmed it yet",
        ),
    ],
)
def test_a_close_is_called_late_only_when_it_is(told: str, fate: str, *, is_overdue: bool) -> None:
    held = replace(ACCOUNT.positions[0], unprotected_since=None)
    closing = ClosingStatus(contract=held.contract, is_overdue=is_overdue)
    text = status.lines(replace(STATUS, accounts=(replace(BARE, positions=(held,), closings=(closing,)),)), 0)
    assert f"  {told}" in text
    assert any(one.endswith(fate) for one in text)


def test_where_a_symbol_is_locked_it_is_not_said_that_nothing_is() -> None:
    held = replace(BARE, locks=(replace(ACCOUNT.locks[0], symbol="CL"),))
    told = status.lines(replace(STATUS, accounts=(held,)), 6)
    assert "  nothing else is locked, but nobody watches: the guard is not running" in told


def test_an_account_that_the_broker_stops_or_that_was_not_read_yet_is_not_called_free() -> None:
    stopped = status.lines(replace(STATUS, accounts=(replace(BARE, can_trade=False),)), 0)
    assert "  MAY NOT TRADE: the broker does not let this account trade" in stopped
    asleep = status.lines(replace(STATUS, accounts=(replace(BARE, is_asleep=True),)), 0)
    assert "  NOT READ YET since the guard's start: this is what was known before" in asleep
    assert "  may trade" not in stopped + asleep


def test_what_cannot_be_saved_is_said_however_long_ago_it_began() -> None:
    assert status.lines(replace(STATUS, is_saved=False), 0)[2].startswith("NOTHING CAN BE SAVED")


def test_the_age_of_a_price_goes_on_while_the_guard_is_away() -> None:
    assert any("-$12.50 (OLD PRICE, 75 s old)" in line for line in status.lines(STATUS, 75))


@pytest.mark.parametrize(
    ("stale_after", "market", "word"),
    [
        (10.0, None, "price 8.0 s old"),
        (8.0, None, "OLD PRICE, 8.0 s old"),
        (8.0, OPEN, "OLD PRICE, 8.0 s old"),
        (8.0, SLEEPS, "price 8.0 s old"),
        (8.0, replace(SLEEPS, changes_at=AT + timedelta(seconds=8)), "OLD PRICE, 8.0 s old"),
    ],
)
def test_old_is_what_the_settings_call_old_while_the_market_does_not_sleep(
    stale_after: float, market: published.MarketStatus | None, word: str
) -> None:
    shown = replace(STATUS, accounts=(replace(ACCOUNT, quote_stale_after=stale_after),), market=market)
    assert any(f"-$12.50 ({word})" in line for line in status.lines(shown, 8))


@pytest.mark.parametrize(
    ("market", "told"),
    [
        (OPEN, "Market open until 16:00 Chicago (22:00 here), 7:00:00."),
        (
            replace(OPEN, next_early_close=AT + timedelta(days=3, hours=3), next_holiday=date(2026, 12, 25)),
            "Market open until 16:00 Chicago (22:00 here), 7:00:00; early close Thu 12:00; holiday Fri Dec 25.",
        ),
        (
            replace(OPEN, next_holiday=date(2026, 11, 26), next_early_close=AT + timedelta(days=4, hours=3)),
            "Market open until 16:00 Chicago (22:00 here), 7:00:00; holiday Thu Nov 26; early close Fri 12:00.",
        ),
        (
            replace(OPEN, changes_at=AT + timedelta(hours=3), next_early_close=AT + timedelta(hours=3)),
            "Market open until the early close 12:00 Chicago (18:00 here), 3:00:00.",
        ),
        (
            replace(SLEEPS, next_holiday=date(2026, 11, 23)),
            "HOLIDAY: market CLOSED until 10:00 Chicago (16:00 here), 1:00:00.",
        ),
        (
            replace(SLEEPS, next_holiday=date(2026, 11, 24)),
            "Market CLOSED until 10:00 Chicago (16:00 here), 1:00:00; holiday Tue Nov 24.",
        ),
        (replace(OPEN, changes_at=AT), "Market hours are not known now."),
        (None, "Market hours are not known now."),
    ],
)
def test_the_markets_clock_tells_early_closes_and_holidays_apart(
    market: published.MarketStatus | None, told: str
) -> None:
    assert told in status.lines(replace(STATUS, market=market), 0, UTC)


UNSTOPPED = replace(
    ACCOUNT,
    closings=(),
    locks=(replace(ACCOUNT.locks[0]), replace(ACCOUNT.locks[0], symbol="CL", until=None)),
    positions=(replace(ACCOUNT.positions[0], grace_until=AT + timedelta(seconds=30)),),
)
OPEN_NOTHING = "It stands, and is enforced when the guard"


@pytest.mark.parametrize(
    ("hubs", "age", "fate", "advice"),
    [
        ({}, 0, "it is closed in 0:30 unless it gets a stop for 2", "What you open is closed at once: step away."),
        ({"market_hub": False}, 0, "it is closed in 0:30 unless", "What you open is closed at once: step away."),
        ({}, 20, "nobody closes it while the guard is away", f"{OPEN_NOTHING} is back: open nothing."),
        (
            {"user_hub": False, "market_hub": False},
            0,
            "nobody closes it while the guard is offline",
            f"{OPEN_NOTHING} hears the broker again: open nothing in CL.",
        ),
        ({"user_hub": False}, 0, "the guard is blind and may close it late", f"{OPEN_NOTHING} hears the broker again:"),
    ],
)
def test_only_of_a_guard_that_can_close_is_said_that_it_will(
    hubs: dict[str, bool], age: int, fate: str, advice: str
) -> None:
    shown = replace(STATUS, accounts=(UNSTOPPED,), connection=replace(STATUS.connection, **hubs))
    told = "\n".join(status.lines(shown, age, UTC))
    assert fate in told
    assert advice in told
    if "is closed" not in fate:
        assert "is closed" not in told
        assert "closed at once" not in told
