"""The outbox."""

from random import Random

from risk_manager.simulator.exchange.outbox import HubMessage, Outbox


def _numbered(count: int) -> Outbox:
    outbox = Outbox()
    for number in range(count):
        outbox.put(HubMessage("user", "GatewayUserOrder", 1, [number]))
    return outbox


def test_draining_empties_it_and_keeps_the_order() -> None:
    outbox = _numbered(3)
    assert [message.arguments for message in outbox.drain()] == [[0], [1], [2]]
    assert outbox.drain() == []


def test_only_what_came_after_the_mark_is_shuffled() -> None:
    outbox = _numbered(12)
    outbox.shuffle_since(4, Random(3))
    order = [message.arguments[0] for message in outbox.drain()]
    assert order[:4] == [0, 1, 2, 3]
    assert sorted(order[4:]) == list(range(4, 12))
    assert order[4:] != list(range(4, 12))
