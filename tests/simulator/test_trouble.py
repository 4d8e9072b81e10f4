"""What each fault does, without sockets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from risk_manager.simulator.exchange import HubMessage
from risk_manager.simulator.exchange.spelling import encode
from risk_manager.simulator.faults import (
    CloseHub,
    CutHub,
    Delay,
    Drop,
    Duplicate,
    Fault,
    Logout,
    LostReply,
    Malformed,
    Refuse,
    Reorder,
    Shape,
    Silence,
    Slow,
    Status,
    stale_feed,
)
from risk_manager.simulator.trouble import Faults

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLACE = "/api/Order/place"


def _event(number: int = 1, target: str = "GatewayUserOrder") -> HubMessage:
    return HubMessage("user", target, 465, [{"action": 1, "data": {"id": number}}])


def _quote() -> HubMessage:
    return HubMessage("market", "GatewayQuote", "MNQ", ["MNQ", {"lastPrice": 1}])


def _with(*faults: Fault, seed: int = 1) -> Faults:
    trouble = Faults(seed)
    for fault in faults:
        trouble.install(fault)
    return trouble


def _numbers(messages: list[HubMessage]) -> list[int]:
    return [message.arguments[0]["data"]["id"] for message in messages]


def test_no_fault_is_no_trouble() -> None:
    trouble = Faults()
    assert trouble.deliver([_event()], NOW) == [_event()]
    request = trouble.for_request(PLACE)
    assert (request.status, request.refusal, request.lost, request.delay_before, request.delay_after) == (
        None, None, None, 0.0, 0.0,
    )  # fmt: skip


def test_each_request_fault_has_its_say_on_its_path_and_for_its_number_of_times() -> None:
    trouble = _with(
        Slow(path=PLACE, seconds=1, when="before"),
        Slow(seconds=2),
        Status(path="/API/ORDER/PLACE", status=502),
        Refuse(path=PLACE, code=2, text="no"),
        LostReply(path="/api/Order/cancel", acts=False),
    )
    request = trouble.for_request(PLACE)
    assert (request.delay_before, request.delay_after, request.status) == (1, 2, 502)
    assert (request.refusal, request.lost) == ((2, "no"), None)
    assert trouble.for_request(PLACE).status is None
    assert trouble.for_request("/api/Order/cancel").lost == LostReply(path="/api/Order/cancel", acts=False)
    assert trouble.in_force() == {}


def test_a_rate_is_a_share_and_the_seed_decides_which() -> None:
    def struck(seed: int) -> list[bool]:
        trouble = _with(Status(status=502, rate=0.3, times=None), seed=seed)
        return [trouble.for_request(PLACE).status is not None for _ in range(1000)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 240 < sum(struck(1)) < 360


def test_messages_are_dropped_by_hub_and_name() -> None:
    trouble = _with(Drop(hub="user", target="GatewayUserTrade", times=2))
    trade = _event(target="GatewayUserTrade")
    assert trouble.deliver([trade, _event(), _quote(), trade, trade], NOW) == [_event(), _quote(), trade]


def test_a_stale_feed_loses_quotes_until_it_is_cleared() -> None:
    trouble = Faults()
    number = trouble.install(stale_feed())
    assert trouble.deliver([_quote()] * 5 + [_event()], NOW) == [_event()]
    assert not trouble.is_silent("market", NOW)
    trouble.clear(number)
    assert trouble.deliver([_quote()], NOW) == [_quote()]


def test_a_duplicate_comes_again_perhaps_with_another_action() -> None:
    trouble = _with(Duplicate(copies=2, action=0))
    actions = [message.arguments[0]["action"] for message in trouble.deliver([_event(), _event()], NOW)]
    assert actions == [1, 0, 0, 1]


def test_a_delayed_message_is_overtaken() -> None:
    trouble = _with(Delay(seconds=1))
    assert _numbers(trouble.deliver([_event(1), _event(2)], NOW)) == [2]
    assert trouble.next_due() == NOW + SECOND
    assert trouble.deliver([], NOW + SECOND / 2) == []
    assert _numbers(trouble.deliver([_event(3)], NOW + SECOND)) == [3, 1]
    assert trouble.next_due() is None


def test_reordering_waits_for_its_window_and_loses_nothing() -> None:
    trouble = _with(Reorder(window=8, seconds=1))
    assert trouble.deliver([_event(n) for n in range(7)], NOW) == []
    order = _numbers(trouble.deliver([_event(7)], NOW))
    assert sorted(order) == list(range(8))
    assert order != list(range(8))


def test_reordering_gives_up_waiting() -> None:
    trouble = _with(Reorder(window=8, seconds=1))
    trouble.deliver([_event(1), _event(2)], NOW)
    assert sorted(_numbers(trouble.deliver([], NOW + SECOND))) == [1, 2]
    trouble.deliver([_event(3)], NOW + SECOND)
    assert _numbers(trouble.deliver([], NOW + 2 * SECOND)) == [3]


@pytest.mark.parametrize(
    ("shape", "payload"),
    [("bare", {"id": 1}), ("list", [{"action": 1, "data": {"id": 1}}]), ("bare-list", [{"id": 1}])],
)
def test_user_events_come_in_other_shapes(shape: Any, payload: object) -> None:
    user, market = _with(Shape(shape=shape)).deliver([_event(), _quote()], NOW)
    assert user.arguments == [payload]
    assert market == _quote()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("null", b"[null]"),
        ("empty", b"[]"),
        ("word", b'["unreadable"]'),
        ("types", b'[{"action":"1?","data":{"id":"1?"}}]'),
        ("broken", b'[{"action":1,"data":{]'),
    ],
)
def test_malformed_messages(kind: Any, text: bytes) -> None:
    [message] = _with(Malformed(kind=kind)).deliver([_event()], NOW)
    assert encode(message.arguments) == text


def test_silence_has_a_hub_and_an_end_and_loses_what_was_said() -> None:
    trouble = _with(Silence(hub="user", seconds=1))
    assert trouble.deliver([_event(), _quote()], NOW) == [_quote()]
    assert trouble.is_silent("user", NOW)
    assert not trouble.is_silent("market", NOW)
    assert trouble.deliver([_event(2)], NOW + SECOND) == [_event(2)]
    assert trouble.in_force() == {}


def test_silence_without_an_end_lasts_until_cleared() -> None:
    trouble = _with(Silence())
    assert trouble.is_silent("market", NOW + timedelta(days=1))
    trouble.clear()
    assert not trouble.is_silent("market", NOW)


@pytest.mark.parametrize("stroke", [CloseHub(), CutHub(), Logout()])
def test_strokes_fall_at_once_or_on_the_next_event(stroke: CloseHub | CutHub | Logout) -> None:
    trouble = _with(stroke)
    assert trouble.take_strokes() == [stroke]
    assert trouble.take_strokes() == []
    aimed = type(stroke)(hub="user", target="GatewayUserPosition")
    trouble.install(aimed)
    assert trouble.take_strokes() == []
    position = _event(target="GatewayUserPosition")
    assert trouble.deliver([_event(), position], NOW) == [_event()]
    assert trouble.take_strokes() == [aimed]


def test_faults_add_up() -> None:
    trouble = _with(Duplicate(), Shape(shape="bare"), Delay(seconds=1, times=None))
    assert trouble.deliver([_event()], NOW) == []
    assert [m.arguments for m in trouble.deliver([], NOW + SECOND)] == [[{"id": 1}], [{"id": 1}]]
