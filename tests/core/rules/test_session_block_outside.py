"""RULE-009 session_block_outside at its boundaries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.core.story import Story, cancel, close, order, position, reduce, resize, stop_order

START = datetime(2025, 10, 23, 13, 30, tzinfo=UTC)
END = datetime(2025, 10, 23, 20, 0, tzinfo=UTC)
NEXT = datetime(2025, 10, 24, 13, 30, tzinfo=UTC)
DAY = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}


def session(at: datetime = START, **more: Any) -> Story:
    return Story(at, session_block_outside={"global_session": DAY, **more})


def test_the_start_is_inside_and_the_instant_before_is_not() -> None:
    assert session(START).locks == []
    early = session(START - timedelta(microseconds=1))
    assert early.locks == [("RULE-009", "hard", None)]
    assert early.ends("RULE-009") == START


def test_at_the_end_what_is_open_is_closed_and_the_account_locked_until_the_next_start() -> None:
    story = session()
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -2, 90))
    story.waits_until(END - timedelta(microseconds=1))
    assert story.asked_for == []
    story.waits_until(END)
    assert story.asked_for == [close("MNQ"), cancel(1)]
    assert story.breaches == ["RULE-009"]
    assert story.ends("RULE-009") == NEXT


def test_an_end_with_nothing_open_is_a_lock_and_no_breach_and_raises_no_alert() -> None:
    story = session()
    story.waits_until(END)
    assert story.locks == [("RULE-009", "hard", None)]
    assert (story.breaches, story.loudness) == ([], [])


def test_what_appears_outside_is_enforcement_under_the_standing_lock() -> None:
    story = session()
    story.waits_until(END)
    story.sees(position("MNQ", 1), after="1m")
    assert (story.asked_for, story.breaches) == ([close("MNQ")], [])


def test_on_friday_the_lock_lasts_over_the_weekend() -> None:
    story = session(datetime(2025, 10, 24, 19, 59, tzinfo=UTC))
    story.waits("1m")
    assert story.ends("RULE-009") == datetime(2025, 10, 27, 13, 30, tzinfo=UTC)


def test_a_warning_before_the_end_only_when_something_is_open_or_working() -> None:
    story = session()
    story.waits_until(END - timedelta(seconds=1))
    assert story.loudness == []
    story = session(warn_before_end=60)
    story.sees(order(1, "MNQ", 1, limit=90))
    story.waits_until(END - timedelta(seconds=61))
    assert story.loudness == []
    story.waits("1s")
    assert (story.loudness, story.breaches) == (["warning"], [])
    story.waits("30s")
    assert story.loudness == []


def test_without_a_lock_each_offence_is_undone_by_itself() -> None:
    story = session(lockout_outside_session=False)
    story.waits_until(END)
    assert story.locks == []
    story.sees(position("MNQ", 1))
    assert (story.asked_for, story.breaches) == ([close("MNQ")], ["RULE-009"])
    story.sees(order(1, "ES", 1, limit=90))
    assert (story.asked_for, story.breaches) == ([cancel(1)], ["RULE-009"])


def test_what_was_open_at_the_end_may_stay_and_be_reduced_and_nothing_may_be_added() -> None:
    story = session(close_positions_at_session_end=False)
    story.sees(position("MNQ", 2), stop_order(1, "MNQ", -2, 90))
    story.waits_until(END)
    assert (story.asked_for, story.breaches) == ([], [])
    assert story.locks == [("RULE-009", "cooldown", None)]
    story.sees(position("MNQ", 3), after="3s")
    assert story.asked_for == [reduce("MNQ", 1)]
    story.sees(position("MNQ", 1), after="100ms")
    story.sees(position("MNQ", 2), after="3s")
    assert reduce("MNQ", 1) in story.asked_for


def test_an_exit_larger_than_the_position_is_cut_where_positions_may_stay() -> None:
    story = session(close_positions_at_session_end=False)
    story.sees(position("MNQ", 2))
    story.waits_until(END)
    story.sees(order(1, "MNQ", -5, limit=120))
    assert story.asked_for == [resize(1, 2)]


def test_a_symbol_with_a_window_of_its_own_follows_that_one_alone() -> None:
    own = {"sessions": {"ES": {"start": "17:00", "end": "16:00", "timezone": "America/Chicago"}}}
    story = session(per_instrument_sessions=own)
    story.sees(position("ES", 1), position("MNQ", 1))
    story.waits_until(END)
    assert story.asked_for == [close("MNQ")]
    assert story.locks == [("RULE-009", "hard", "MNQ")]
    story.waits_until(END + timedelta(hours=1))  # 16:00 in Chicago
    assert story.asked_for[-1] == close("ES")
    assert ("RULE-009", "hard", "ES") in story.locks


def test_with_windows_per_symbol_another_symbol_is_locked_at_its_first_offence() -> None:
    own = {"sessions": {"ES": {"start": "17:00", "end": "16:00", "timezone": "America/Chicago"}}}
    story = session(per_instrument_sessions=own)
    story.waits_until(END)
    assert story.locks == []
    story.sees(order(1, "MNQ", 1, limit=90))
    assert story.asked_for == [cancel(1)]
    assert story.locks == [("RULE-009", "hard", "MNQ")]


def test_windows_that_touch_have_no_end_between_them() -> None:
    story = Story(
        datetime(2025, 10, 23, 4, 59, 59, tzinfo=UTC),
        session_block_outside={"global_session": {"start": "00:00", "end": "00:00", "timezone": "America/Chicago"}},
    )
    story.sees(position("MNQ", 1))
    story.waits("2s")
    assert (story.asked_for, story.locks) == ([], [])


def test_a_holiday_has_no_window_and_an_early_close_ends_it() -> None:
    story = Story(START)
    story.rules({"holidays": ["2025-10-23"]}, session_block_outside={"global_session": DAY})
    assert story.ends("RULE-009") == NEXT
    story = Story(START)
    story.rules({"early_closes": {"2025-10-23": "12:15"}}, session_block_outside={"global_session": DAY})
    story.sees(position("MNQ", 1))
    story.waits_until(datetime(2025, 10, 23, 17, 15, tzinfo=UTC))
    assert story.asked_for == [close("MNQ")]


def test_the_window_follows_the_clocks_of_its_zone() -> None:
    before = session(datetime(2025, 10, 31, 13, 30, tzinfo=UTC))
    assert before.locks == []
    after = session(datetime(2025, 11, 3, 13, 30, tzinfo=UTC))
    assert after.ends("RULE-009") == datetime(2025, 11, 3, 14, 30, tzinfo=UTC)
