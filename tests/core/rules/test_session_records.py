"""RULE-009 session_block_outside: what exactly is recorded and asked for, for the account and for one symbol."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from risk_manager.core.commands import Cancel, Close, Resize
from risk_manager.core.model import OrderStatus
from risk_manager.core.record import Alert, LockChange, Severity
from tests.core.records import Record, check
from tests.core.story import (
    ACCOUNT,
    Story,
    cancel,
    close,
    contract,
    order,
    position,
    reduce,
    stop_order,
)

ES = contract("ES")
BEFORE = datetime(2025, 10, 23, 19, 59, tzinfo=UTC)
END = datetime(2025, 10, 23, 20, 0, tzinfo=UTC)
NEXT = datetime(2025, 10, 24, 13, 30, tzinfo=UTC)
DAY = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}
LATER = {"start": "10:00", "end": "16:00", "timezone": "America/New_York"}
PRICED = {"quote_stale_after": 3600}
"""No word about prices."""
ALWAYS = {"start": "17:00", "end": "17:00", "timezone": "America/Chicago"}
OUTSIDE = "Outside the session of {}, which begins again Fri 08:30 Chicago (13:30 UTC)"
ACCOUNTS = OUTSIDE.format("the account")


def ending(**more: Any) -> Story:
    """One minute before the end of the global session."""
    return Story(BEFORE, session_block_outside={"global_session": DAY, "warn_before_end": 0, **more}, defaults=PRICED)


def only_es(**more: Any) -> Story:
    """One minute before the end of the session of ES; other symbols are always open."""
    own = {"sessions": {"ES": DAY}}
    return Story(
        BEFORE, session_block_outside={"per_instrument_sessions": own, "warn_before_end": 0, **more}, defaults=PRICED
    )


def suspended(number: int, symbol: str, size: int) -> Any:
    return order(number, symbol, size, limit=110, status=OrderStatus.SUSPENDED)


# The lock at the end


@pytest.mark.parametrize(
    ("symbol", "name", "about"), [(None, "the account", "session"), ("ES", "ES", "ES")], ids=["account", "symbol"]
)
def test_the_end_closes_what_belongs_to_the_window_and_locks(symbol: str | None, name: str, about: str) -> None:
    story = ending() if symbol is None else only_es()
    story.sees(position("ES", 1), stop_order(5, "ES", -1, 90))
    story.waits_until(END)
    expected = Record(
        rule="RULE-009",
        about=about,
        why=OUTSIDE.format(name),
        lock=(symbol, "hard", "13:30"),
        commands=[Close(account=ACCOUNT, contract=ES), Cancel(account=ACCOUNT, order=5)],
    )
    check(expected, story, days=1)


@pytest.mark.parametrize("seen", [order(5, "ES", 1, limit=90), suspended(5, "ES", 1)], ids=["working", "suspended"])
def test_an_order_alone_makes_the_end_a_breach(seen: Any) -> None:
    for story, name, symbol in ((ending(), "the account", None), (only_es(), "ES", "ES")):
        story.sees(seen)
        story.waits_until(END)
        expected = Record(
            rule="RULE-009",
            about=symbol or "session",
            why=OUTSIDE.format(name),
            lock=(symbol, "hard", "13:30"),
            commands=[Cancel(account=ACCOUNT, order=5)],
        )
        check(expected, story, days=1)


def test_what_belongs_to_another_symbol_is_left_alone_and_makes_no_breach() -> None:
    story = only_es()
    story.sees(position("MNQ", 2), order(5, "MNQ", 1, limit=90), suspended(6, "MNQ", -1))
    story.waits_until(END)
    assert (story.breached, story.alerts, story.commands) == ([], [], [])
    assert story.lock_changes == [
        LockChange(
            account=ACCOUNT,
            rule="RULE-009",
            symbol="ES",
            kind="hard",
            since=END,
            until=NEXT,
            why=OUTSIDE.format("ES"),
        )
    ]


def test_a_locked_symbol_is_not_judged_again() -> None:
    story = only_es()
    story.waits_until(END)
    story.sees(position("ES", 1), after="5s")
    assert (story.breached, story.alerts, story.lock_changes) == ([], [], [])
    assert story.commands == [
        Close(account=ACCOUNT, contract=ES, why=f"ES is locked by RULE-009 ({OUTSIDE.format('ES')})")
    ]


def test_what_may_stay_is_no_breach_and_its_symbol_alone_cools_down() -> None:
    own = {"sessions": {"ES": ALWAYS}}
    story = ending(per_instrument_sessions=own, close_positions_at_session_end=False)
    story.sees(position("MNQ", 2), position("ES", 1))
    story.waits_until(END)
    assert (story.asked_for, story.breached) == ([], [])
    assert story.locks == [("RULE-009", "cooldown", "MNQ")]
    story.sees(position("NQ", 1), after="5s")
    assert (story.asked_for, story.breaches) == ([close("NQ")], ["RULE-009"])


def test_without_anything_a_symbol_under_the_global_window_is_not_locked() -> None:
    story = ending(per_instrument_sessions={"sessions": {"ES": ALWAYS}}, close_positions_at_session_end=False)
    story.sees(suspended(5, "MNQ", -1))
    story.waits_until(END)
    assert story.locks == []


# Without a lock: each offence by itself


def test_each_offence_has_its_own_record() -> None:
    story = ending(lockout_outside_session=False)
    story.waits_until(END)
    story.sees(position("ES", 1), after="5s")
    why = f"{ACCOUNTS}: ES is open"
    check(Record(rule="RULE-009", about=ES, why=why, commands=[Close(account=ACCOUNT, contract=ES)]), story)
    story.sees(order(5, "MNQ", 1, limit=90), after="5s")
    expected = Record(
        rule="RULE-009",
        about="order 5",
        why=f"{ACCOUNTS}: order 5 of MNQ would add",
        commands=[Cancel(account=ACCOUNT, order=5)],
    )
    assert story.breached[-1].why == expected.why
    assert replace(expected.commands[0], why=f"RULE-009: {expected.why}") in story.commands


def test_only_orders_of_the_window_go_suspended_ones_too() -> None:
    story = only_es(lockout_outside_session=False)
    story.waits_until(END)
    story.sees(
        suspended(5, "MNQ", 1),
        suspended(6, "ES", 1),
        order(7, "MNQ", 1, limit=90),
        order(8, "ES", 1, limit=90),
        position("MNQ", 1),
    )
    assert story.asked_for == [cancel(6), cancel(8)]
    assert [breach.about for breach in story.breached] == ["order 6", "order 8"]
    assert [breach.why for breach in story.breached] == [
        f"{OUTSIDE.format('ES')}: order {number} of ES would add" for number in (6, 8)
    ]


def test_an_exit_past_zero_is_cut_and_says_so() -> None:
    story = ending(lockout_outside_session=False, close_positions_at_session_end=False)
    story.sees(position("MNQ", -2))
    story.waits_until(END)
    story.sees(order(5, "MNQ", 5, limit=90), after="5s")
    expected = Record(
        rule="RULE-009",
        about="order 5",
        why=f"{ACCOUNTS}: order 5 of MNQ would add",
        commands=[Resize(account=ACCOUNT, order=5, size=2)],
    )
    check(expected, story)


@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((2, 2), []),
        ((2, 1), []),
        ((2, 3), [reduce("MNQ", 1)]),
        ((2, 1, 2), [reduce("MNQ", 1)]),
        ((1, 2), [reduce("MNQ", 1)]),
        ((3, 2, 5), [reduce("MNQ", 3)]),
        ((2, -1), [close("MNQ")]),
        ((2, 0, 1), [close("MNQ")]),
        ((0, 1), [close("MNQ")]),
    ],
)
def test_what_was_open_at_the_end_may_stay_or_shrink(side: int, sizes: tuple[int, ...], expected: list[Any]) -> None:
    turned = [position("MNQ", side * size) for size in sizes]
    story = ending(lockout_outside_session=False, close_positions_at_session_end=False)
    story.sees(turned[0])
    story.waits_until(END)
    for seen in turned[1:-1]:
        story.sees(seen, after="5s")
        assert story.asked_for == []
    story.sees(turned[-1], after="5s")
    assert story.asked_for == expected
    assert len(story.breached) == (1 if expected else 0)


def test_what_is_being_closed_already_is_not_closed_again() -> None:
    story = Story(
        BEFORE,
        session_block_outside={
            "global_session": DAY,
            "lockout_outside_session": False,
            "close_positions_at_session_end": False,
        },
        max_contracts_per_instrument={"limits": {"MNQ": 2}},
    )
    story.sees(position("MNQ", 2))
    story.waits_until(END)
    story.sees(position("MNQ", 4), after="5s")
    assert story.asked_for == [reduce("MNQ", 2)]


# The warning


def test_the_warning_names_what_follows_the_window() -> None:
    own = {"sessions": {"ES": ALWAYS}}
    story = Story(
        END - timedelta(minutes=10),
        session_block_outside={"global_session": DAY, "per_instrument_sessions": own},
        defaults=PRICED,
    )
    story.sees(position("NQ", 1), position("ES", 1), order(5, "MNQ", 1, limit=90), order(6, "NQ", 1, limit=90))
    story.waits_until(END - timedelta(minutes=5))
    text = "RULE-009: The session of MNQ, NQ ends Thu 15:00 Chicago (20:00 UTC)"
    assert story.alerts == [Alert(severity=Severity.WARNING, text=text, at=story.now, account=ACCOUNT)]
    assert (story.breached, story.commands) == ([], [])
    story.waits("60s")
    assert story.alerts == []


def test_the_warning_of_a_symbols_window_names_that_symbol_alone() -> None:
    own = {"sessions": {"ES": DAY}}
    story = Story(END - timedelta(minutes=10), session_block_outside={"per_instrument_sessions": own}, defaults=PRICED)
    story.sees(position("NQ", 1))
    story.waits_until(END - timedelta(minutes=5))
    assert story.alerts == []
    story.sees(position("ES", 1), after="1s")
    assert [alert.text for alert in story.alerts] == ["RULE-009: The session of ES ends Thu 15:00 Chicago (20:00 UTC)"]


# A later start


@pytest.mark.parametrize("symbol", [None, "ES"], ids=["account", "symbol"])
def test_a_later_start_prolongs_the_lock_that_stands_and_no_other(symbol: str | None) -> None:
    def windows(window: dict[str, str]) -> dict[str, Any]:
        return (
            {"global_session": window} if symbol is None else {"per_instrument_sessions": {"sessions": {"ES": window}}}
        )

    other = {"symbol_blocks": {"blocked_symbols": ["CL"], "lock_at_start": True}}
    story = Story(BEFORE, session_block_outside=windows(DAY), **other)
    story.waits_until(END)
    story.waits("1m")
    story.rules(session_block_outside=windows(LATER), **other)
    assert story.lock_changes == [
        LockChange(
            account=ACCOUNT,
            rule="RULE-009",
            symbol=symbol,
            kind="hard",
            since=END,
            until=NEXT + timedelta(minutes=30),
            why=OUTSIDE.format(symbol or "the account"),
        )
    ]
    story.rules(session_block_outside=windows(DAY), **other)
    assert story.lock_changes == []
    assert story.ends("RULE-009") == NEXT + timedelta(minutes=30)


def test_a_symbol_locked_under_the_global_window_is_prolonged_by_that() -> None:
    own = {"sessions": {"ES": ALWAYS}}
    story = ending(per_instrument_sessions=own)
    story.sees(position("MNQ", 1))
    story.waits_until(END)
    story.rules(session_block_outside={"global_session": LATER, "per_instrument_sessions": own})
    assert [(change.symbol, change.until) for change in story.lock_changes] == [("MNQ", NEXT + timedelta(minutes=30))]


def test_settings_that_change_outside_do_not_let_what_has_shrunk_grow_again() -> None:
    rules = {"global_session": DAY, "lockout_outside_session": False, "close_positions_at_session_end": False}
    story = Story(BEFORE, session_block_outside=rules)
    story.sees(position("MNQ", -2))
    story.waits_until(END)
    story.sees(position("MNQ", -1), after="5s")
    story.rules(session_block_outside={**rules, "global_session": LATER})
    assert story.asked_for == []
    story.sees(position("MNQ", -2), after="5s")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_what_the_gateway_says_was_opened_at_the_very_end_may_stay() -> None:
    rules = {"global_session": DAY, "lockout_outside_session": False, "close_positions_at_session_end": False}
    for opened_at, expected in ((END, []), (END + timedelta(microseconds=1), [close("MNQ")])):
        story = Story(BEFORE, session_block_outside=rules)
        story.restarts(down="2m", positions=[replace(position("MNQ", 2), opened_at=opened_at)])
        assert story.asked_for == expected


def test_both_windows_warn_each_of_its_own() -> None:
    own = {"per_instrument_sessions": {"sessions": {"ES": DAY}}, "global_session": DAY}
    story = Story(END - timedelta(minutes=10), session_block_outside=own, defaults=PRICED)
    story.sees(position("NQ", 1), position("ES", 1))
    story.waits_until(END - timedelta(minutes=5))
    assert sorted(alert.text for alert in story.alerts) == [
        "RULE-009: The session of ES ends Thu 15:00 Chicago (20:00 UTC)",
        "RULE-009: The session of NQ ends Thu 15:00 Chicago (20:00 UTC)",
    ]


# Other ways to be outside


MAY_STAY = {"lockout_outside_session": False, "close_positions_at_session_end": False}


def test_what_is_open_when_the_rule_begins_outside_may_stay() -> None:
    story = Story(END + timedelta(minutes=1))
    story.sees(position("MNQ", -2))
    story.rules(session_block_outside={"global_session": DAY, **MAY_STAY})
    assert story.asked_for == []
    story.sees(position("MNQ", -3), after="5s")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_what_is_open_when_new_settings_put_it_outside_may_stay() -> None:
    story = Story(BEFORE, session_block_outside={"global_session": DAY, **MAY_STAY})
    story.sees(position("MNQ", 2))
    early = {**DAY, "end": "15:00"}
    story.rules(session_block_outside={"global_session": early, **MAY_STAY})
    assert story.asked_for == []
    story.sees(position("MNQ", 3), after="5s")
    assert story.asked_for == [reduce("MNQ", 1)]


def test_a_clear_waives_the_window_of_its_symbol() -> None:
    story = only_es()
    story.sees(position("ES", 1))
    story.waits_until(END)
    story.clears("RULE-009", symbol="ES")
    assert (story.locks, story.waived, story.breaches) == ([], ["RULE-009"], [])


def test_a_symbol_that_another_rule_has_locked_is_not_asked() -> None:
    own = {"per_instrument_sessions": {"sessions": {"ES": DAY}}}
    story = Story(BEFORE, session_block_outside=own, symbol_blocks={"blocked_symbols": ["ES"], "lock_at_start": True})
    story.waits_until(END)
    assert story.locks == [("RULE-011", "hard", "ES")]
    story.clears("RULE-011", symbol="ES")
    assert story.locks == [("RULE-009", "hard", "ES")]
