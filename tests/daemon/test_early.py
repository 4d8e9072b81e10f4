"""What was told before the first read of an account, and what of it is news then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from risk_manager.core.events import AnyEvent, HubBack, QuoteSeen
from risk_manager.core.events import Hub as Hubs
from risk_manager.daemon.early import Early
from tests.core.records import fill
from tests.core.story import ACCOUNT, contract, order, position

OTHER = ACCOUNT + 1
START = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def kept(*told: tuple[float, AnyEvent]) -> Early:
    early = Early([ACCOUNT, OTHER])
    for seconds, event in told:
        assert early.keeps(event, at(seconds))
    return early


def test_what_was_told_before_the_read_was_asked_for_is_in_the_read() -> None:
    early = kept((1, position("MNQ", -1)), (2, fill(7)), (2, position("MNQ", 0)))
    assert early.end(ACCOUNT, at(3)) == []


def test_what_was_told_since_is_taken_in_order() -> None:
    trade, flat = fill(7), position("MNQ", 0)
    early = kept((1, position("MNQ", 2)), (4, trade), (5, flat))
    assert early.end(ACCOUNT, at(3)) == [trade, flat]


def test_a_position_that_was_flat_in_between_is_not_closed_twice() -> None:
    early = kept((4, position("MNQ", 0)), (5, position("ES", 1)), (6, position("MNQ", 1)))
    assert early.end(ACCOUNT, at(3)) == [position("ES", 1), position("MNQ", 1)]


def test_the_last_word_on_an_order_counts_and_every_trade() -> None:
    first, second, last = fill(7), fill(8), order(5, "MNQ", 2, limit=99)
    early = kept((4, order(5, "MNQ", 2, limit=90)), (4, first), (5, second), (6, last))
    assert early.end(ACCOUNT, at(3)) == [first, second, last]


def test_no_account_waits_for_another() -> None:
    early = kept((4, position("MNQ", 2)))
    early.end(ACCOUNT, at(3))
    assert early.is_over(ACCOUNT) and not early.is_over(OTHER)
    assert not early.keeps(position("MNQ", 1), at(5))


def test_what_is_about_no_account_is_not_kept() -> None:
    early = Early([ACCOUNT])
    assert not early.keeps(HubBack(hub=Hubs.USER), START)
    assert not early.keeps(QuoteSeen(contract=contract("MNQ")), START)
