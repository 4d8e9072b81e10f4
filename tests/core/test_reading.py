"""What the gateway answers is the truth as of the moment of asking; what a hub told later is newer."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from risk_manager.core.model import OrderStatus
from tests.core.story import Story, close, ended, order, position, reduce, stop_order


def test_a_position_that_is_missing_is_flat_and_one_that_is_there_is_open() -> None:
    story = Story()
    story.sees(position("MNQ", 2))
    story.sees(story.truth([position("ES", 1)], after_restart=False), after="5s")
    assert {held.contract: held.signed_size for held in story.account.positions.values()} == {"CON.F.US.EP.Z25": 1}


def test_news_of_the_hub_that_came_after_asking_stays() -> None:
    story = Story()
    asked_at = story.now
    story.sees(position("MNQ", 2), order(1, "MNQ", 1, limit=90), after="100ms")
    story.sees(story.truth([], [], asked_at=asked_at, after_restart=False), after="100ms")
    assert list(story.account.positions) == ["CON.F.US.MNQ.Z25"]
    assert list(story.account.orders) == [1]


def test_a_contract_that_went_flat_after_asking_does_not_come_back() -> None:
    story = Story()
    story.sees(position("MNQ", 2))
    asked_at = story.now + timedelta(seconds=5)
    story.sees(position("MNQ", 0), after="6s")
    story.sees(story.truth([position("MNQ", 2)], asked_at=asked_at, after_restart=False), after="100ms")
    assert story.account.positions == {}


def test_an_order_that_ended_does_not_come_back_by_an_older_read() -> None:
    story = Story()
    story.sees(order(1, "MNQ", 1, limit=90))
    asked_at = story.now
    story.sees(ended(1), after="100ms")
    story.sees(
        story.truth(orders=[order(1, "MNQ", 1, limit=90)], asked_at=asked_at, after_restart=False), after="100ms"
    )
    assert story.account.orders == {}


def test_an_order_that_is_missing_is_gone() -> None:
    story = Story()
    story.sees(order(1, "MNQ", 1, limit=90))
    story.sees(story.truth(after_restart=False), after="5s")
    assert story.account.orders == {}


def test_a_read_that_did_not_ask_for_something_says_nothing_about_it() -> None:
    story = Story()
    story.sees(position("MNQ", 2), order(1, "MNQ", 1, limit=90))
    read = story.truth(after_restart=False)
    story.sees(replace(read, positions=None, orders=None, trades=None), after="5s")
    assert (len(story.account.positions), len(story.account.orders)) == (1, 1)


def test_the_trades_of_a_gap_count_at_their_own_time_and_once() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    first = story.trade("MNQ", -1, -300, at=story.now)
    story.sees(first)
    second = story.trade("MNQ", -1, -200, at=story.now + timedelta(seconds=30))
    story.restarts(down="60s", trades=[first, second])
    assert story.breaches == ["RULE-003"]
    assert story.realized == -500


def test_what_is_found_is_enforced_at_once() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.restarts(down="60s", positions=[position("MNQ", 3)])
    assert story.asked_for == [reduce("MNQ", 1)]


def test_a_breach_that_was_recorded_before_a_restart_is_not_recorded_again() -> None:
    story = Story(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", 3))
    assert story.breaches == ["RULE-002"]
    story.restarts(down="60s", positions=[position("MNQ", 3)])
    assert (story.breaches, story.asked_for) == ([], [reduce("MNQ", 1)])


def test_a_read_confirms_a_close() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("ES", -1, -500))
    story.sees(position("MNQ", 1), after="5s")
    assert story.asked_for == [close("MNQ")]
    story.sees(story.truth(after_restart=False), after="1s")
    story.waits("60s")
    assert story.asked_for == []


def test_a_stop_that_only_a_read_tells_of_protects() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    story.sees(position("MNQ", 1))
    story.sees(story.truth([position("MNQ", 1)], [stop_order(1, "MNQ", -1, 90)], after_restart=False), after="9s")
    story.waits("60s")
    assert story.breaches == []


def test_after_a_restart_the_newest_position_counts_as_increased_last() -> None:
    story = Story(max_contracts={"limit": 1, "count_type": "gross", "reduce_to_limit": True})
    older = replace(position("ES", 1), opened_at=story.now - timedelta(hours=2))
    newer = replace(position("MNQ", 1), opened_at=story.now - timedelta(hours=1))
    story.restarts(positions=[newer, older])
    assert story.asked_for == [close("MNQ")]


def test_an_order_on_its_way_out_in_a_read_does_not_protect() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 10})
    leaving = stop_order(1, "MNQ", -1, 90, status=OrderStatus.PENDING_CANCELLATION)
    story.restarts(positions=[position("MNQ", 1)], orders=[leaving])
    story.waits("10s")
    assert story.breaches == ["RULE-008"]
