"""RULE-010 auth_loss_guard at its boundaries."""

from __future__ import annotations

from risk_manager.core.events import AccountSeen, Hub, HubBack, HubLost, LoginRefused
from tests.core.story import ACCOUNT, Story, can_trade, cancel, close, order, position


def test_false_closes_and_locks_without_an_end() -> None:
    story = Story(auth_loss_guard={})
    story.sees(position("MNQ", 1), order(1, "ES", 1, limit=90))
    story.sees(can_trade(False))
    assert story.asked_for == [close("MNQ"), cancel(1)]
    assert story.ends("RULE-010") is None
    assert story.loudness == ["critical"]


def test_unknown_is_not_false() -> None:
    story = Story(auth_loss_guard={})
    story.sees(AccountSeen(account=ACCOUNT, can_trade=None))
    assert story.locks == []


def test_it_ends_by_itself_when_the_account_may_trade_again() -> None:
    story = Story(auth_loss_guard={})
    story.sees(can_trade(False))
    story.sees(AccountSeen(account=ACCOUNT, can_trade=None), after="1h")
    assert story.locks == [("RULE-010", "hard", None)]
    story.sees(can_trade(True), after="1d")
    assert story.locks == []
    story.sees(can_trade(False))
    assert story.breaches == ["RULE-010"]


def test_it_is_recorded_once() -> None:
    story = Story(auth_loss_guard={})
    story.sees(can_trade(False))
    story.sees(can_trade(False), after="1m")
    assert story.breaches == []


def test_it_survives_a_restart_and_what_the_restart_reads_ends_it() -> None:
    story = Story(auth_loss_guard={})
    story.sees(can_trade(False))
    story.restarts(down="1m", may_trade=False)
    assert story.locks == [("RULE-010", "hard", None)]
    story.restarts(down="1m", may_trade=True)
    assert story.locks == []


def test_a_lost_connection_is_told_after_five_seconds_and_nothing_is_closed() -> None:
    story = Story(auth_loss_guard={})
    story.sees(position("MNQ", 1))
    story.sees(HubLost(hub=Hub.USER))
    story.waits("4999ms")
    assert story.loudness == []
    story.waits("1ms")
    assert (story.loudness, story.asked_for) == (["critical"], [])
    story.waits("1s")
    assert story.loudness == []


def test_a_connection_that_is_back_in_time_is_not_told() -> None:
    story = Story(auth_loss_guard={})
    story.sees(HubLost(hub=Hub.MARKET))
    story.sees(HubBack(hub=Hub.MARKET), after="4s")
    story.waits("1m")
    assert story.loudness == []


def test_a_refused_login_is_critical_and_closes_nothing() -> None:
    story = Story(auth_loss_guard={})
    story.sees(position("MNQ", 1), LoginRefused(why="no"))
    assert (story.loudness, story.asked_for) == (["critical"], [])


def test_each_kind_of_alert_may_be_switched_off() -> None:
    story = Story(auth_loss_guard={"alert_on_disconnect": False})
    story.sees(HubLost(hub=Hub.USER))
    story.waits("6s")
    assert story.loudness == []


def test_a_refused_login_is_not_told_where_that_is_off() -> None:
    story = Story(auth_loss_guard={"alert_on_auth_failure": False})
    story.sees(LoginRefused(why="no"))
    assert story.loudness == []
