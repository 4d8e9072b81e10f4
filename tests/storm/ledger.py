"""The venue's own record of what the guard's orders did: they never open, flip or over-close, and enlarge nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from risk_manager.simulator.exchange import Order, OrderType, Trade
from tests.storm.broker import Asked, Broker
from tests.storm.story import Story

_LATE: Final = timedelta(seconds=45)
"""So long after a position has changed a stop of the guard's may still be of its old size: a lost message is made up
for by the steady read, half a minute later."""


def wrongs(broker: Broker, by_hand: set[int], story: Story) -> Iterator[str]:
    """Fills of the guard's own orders that did anything but bring a position nearer to flat."""
    ledger = broker.venue.exchange.ledger
    asked = {number: one for one in broker.asked for number in one.order_ids}
    held: dict[tuple[int, str], int] = defaultdict(int)
    others: dict[tuple[int, str], list[Trade]] = defaultdict(list)
    own: dict[tuple[int, str], list[Trade]] = defaultdict(list)
    for trade in ledger.trades:
        key = (trade.account_id, trade.contract.id)
        before = held[key]
        held[key] = before + trade.side.sign * trade.size
        order = ledger.orders[trade.order_id]
        if trade.order_id in by_hand or order.type is not OrderType.MARKET:
            others[key].append(trade)
        else:
            own[key].append(trade)
        is_out = before * trade.side.sign < 0 and trade.size <= abs(before)
        if trade.order_id in by_hand or is_out or _nobody_could_know(asked[order.id], order, trade, others[key], story):
            continue
        if not any(_was_right(asked[one.order_id], asked[order.id], story) for one in _beside(order, own[key])):
            what = f"took {key} from {before} to {held[key]}"
            yield f"order {trade.order_id} of the guard {what} at {trade.at:%H:%M:%S.%f}"


def _nobody_could_know(asked: Asked, order: Order, fill: Trade, others: Sequence[Trade], story: Story) -> bool:
    """Somebody else traded between the acceptance of the guard's order and its fill. An order of its own (a stop, or a
    reduction where the gateway takes no partial closes) does not shrink with its position: there the news counts, and
    a reduction must have been one by what the guard had been told when it left."""
    late = _LATE if asked.arrival.path.endswith("place") and _only_got_out(asked, order, story) else timedelta(0)
    return any(trade.order_id != order.id and order.created - late <= trade.at <= fill.at for trade in others)


def _only_got_out(asked: Asked, order: Order, story: Story) -> bool:
    told = story.told_sizes(order.account_id, order.contract.id)
    held = next((size for at, size in reversed(told) if at <= asked.left_at), 0)
    return order.type is not OrderType.MARKET or (held * order.side.sign < 0 and order.size <= abs(held))


def _beside(order: Order, own: Sequence[Trade]) -> Iterator[Trade]:
    """Fills of another order of the guard's that was not done when this one was accepted."""
    return (trade for trade in own if trade.order_id != order.id and order.created <= trade.at)


def _was_right(first: Asked, second: Asked, story: Story) -> bool:
    """By the rules there may be two closes at once: a whole one supersedes a reduction of whose own order nothing has
    been told, and a position that the gateway has told to be another one since is judged afresh. A venue that executes
    both all the same, and more than there is (nobody knows whether the real one does), then turns it round. Without
    such news no second close may leave."""
    if first.left_at > second.left_at:
        first, second = second, first
    body = json.loads(second.arrival.body)
    told = story.told_sizes(body["accountId"], body["contractId"])
    meant = next((size for at, size in reversed(told) if at < first.left_at), 0)
    news = [size for at, size in told if first.left_at <= at <= second.left_at]
    if first.arrival.path.endswith("closeContract"):
        return any(size * meant <= 0 for size in news)
    is_whole = second.arrival.path.endswith("closeContract")
    is_told = any(at <= second.left_at for number in first.order_ids for at in story.told_orders(number))
    return (is_whole and not is_told) or any(size != meant for size in news)


def enlarged(broker: Broker, by_hand: set[int], changed_at: Mapping[int, datetime]) -> Iterator[str]:
    """Orders of the trader's that the guard has made larger. Where the trader has just made one smaller, nobody could
    know: the size that a change asks for is the total, and it meets what is there when it arrives."""
    for asked in broker.asked:
        if asked.was_size is not None:
            body = json.loads(asked.arrival.body)
            changed = changed_at.get(body["orderId"])
            if changed is not None and asked.left_at - _LATE <= changed <= asked.arrival.at:
                continue
            if body["orderId"] in by_hand and (body.get("size") or 0) > asked.was_size:
                yield f"order {body['orderId']} of the trader went from {asked.was_size} to {body['size']}"
