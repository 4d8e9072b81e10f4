"""What must hold, by the venue's own record: the guard's word counts only where it is the guard that promised."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from risk_manager.core.contracts import symbol_of
from risk_manager.core.rule import LockKind
from risk_manager.core.state import Account as Believed
from risk_manager.core.state import ChangeKind, Lock
from risk_manager.simulator.exchange import Order, OrderType, Trade
from tests.storm.broker import Asked, Broker
from tests.storm.plan import THIRD, Plan
from tests.storm.story import Story

REQUESTS_MAX: Final = 20
_WINDOW: Final = timedelta(seconds=8.5)
"""Ten seconds, less the time that a request may wait for a new token or a connection after it was counted."""
_LATE: Final = timedelta(seconds=45)
"""So long after a position has changed a stop of the guard's may still be of its old size: a lost message is made up
for by the steady read, half a minute later."""


# The ledger: the guard never opens, flips or over-closes


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
        if trade.order_id in by_hand or is_out or _nobody_could_know(asked[order.id], order, trade, others[key]):
            continue
        if not any(_was_right(asked[one.order_id], asked[order.id], story) for one in _beside(order, own[key])):
            what = f"took {key} from {before} to {held[key]}"
            yield f"order {trade.order_id} of the guard {what} at {trade.at:%H:%M:%S.%f}"


def _nobody_could_know(asked: Asked, order: Order, fill: Trade, others: Sequence[Trade]) -> bool:
    """Somebody else traded between the acceptance of the guard's order and its fill. An order of its own (a stop, or a
    reduction where the gateway takes no partial closes) does not shrink with its position: there the news counts."""
    late = _LATE if asked.arrival.path.endswith("place") else timedelta(0)
    return any(trade.order_id != order.id and order.created - late <= trade.at <= fill.at for trade in others)


def _beside(order: Order, own: Sequence[Trade]) -> Iterator[Trade]:
    """Fills of another order of the guard's that was not done when this one was accepted."""
    return (trade for trade in own if trade.order_id != order.id and order.created <= trade.at)


def _was_right(first: Asked, second: Asked, story: Story) -> bool:
    """By the rules there may be two closes at once: a whole one supersedes a reduction, and a position that the gateway
    has told to be another one since is judged afresh. A venue that executes both all the same, and more than there is
    (nobody knows whether the real one does), then turns it round. Without such news no second close may leave."""
    if first.left_at > second.left_at:
        first, second = second, first
    if first.arrival.path.endswith("partialCloseContract") and second.arrival.path.endswith("closeContract"):
        return True
    body = json.loads(second.arrival.body)
    told = story.told_sizes(body["accountId"], body["contractId"])
    meant = next((size for at, size in reversed(told) if at < first.left_at), 0)
    return any(size != meant for at, size in told if first.left_at <= at <= second.left_at)


def enlarged(broker: Broker, by_hand: set[int]) -> Iterator[str]:
    """Orders of the trader's that the guard has made larger."""
    for asked in broker.asked:
        if asked.was_size is not None:
            body = json.loads(asked.arrival.body)
            if body["orderId"] in by_hand and (body.get("size") or 0) > asked.was_size:
                yield f"order {body['orderId']} of the trader went from {asked.was_size} to {body['size']}"


def bursts(broker: Broker) -> Iterator[str]:
    """Things asked for over and over: more than twenty requests of one account in ten seconds, where the last one is no
    news and is neither the second for its thing (docs/decisions/0006-the-breaker-counts-repetitions.md)."""
    windows: dict[tuple[int, int], deque[tuple[datetime, Any]]] = defaultdict(deque)
    for asked in sorted(broker.asked, key=lambda one: one.left_at):
        if asked.arrival.status == 401:
            continue  # Not executed; the same command is asked for once more with a new token.
        body = json.loads(asked.arrival.body)
        thing = (asked.arrival.path.removesuffix("partialCloseContract"), body.get("orderId") or body["contractId"])
        thing = (thing[0].removesuffix("closeContract"), thing[1])
        window = windows[asked.life, int(body["accountId"])]
        while window and window[0][0] <= asked.left_at - _WINDOW:
            window.popleft()
        tries, things = Counter(earlier for _, earlier in window)[thing], len({earlier for _, earlier in window})
        if len(window) >= REQUESTS_MAX and (tries >= 2 or (tries and len(window) >= 2 * things)):
            yield f"{len(window) + 1} order requests for {body['accountId']} within 10 s at {asked.left_at:%H:%M:%S}"
            window.clear()
        window.append((asked.left_at, thing))


# At rest


def unrest(plan: Plan, broker: Broker, accounts: Mapping[int, Believed]) -> Iterator[str]:
    """Why it is not over yet: who is locked and not flat, who is wrongly believed, what is still pursued."""
    for number in plan.accounts:
        believed = accounts[number]
        yield from _differences(number, broker, believed)
        for lock in believed.locks:
            yield from _alive_under(plan, broker, number, lock)
        changes = {
            key: change
            for key, change in believed.changes.items()
            if not _cannot_cancel(plan, number) and not (change.kind is ChangeKind.MOVE and change.tries > 3)
        }
        # A stop that the broker refuses, since the market is beyond it or the account is blocked, is tried without end.
        placings = {key: placing for key, placing in believed.placings.items() if placing.tries <= 3}
        if believed.closings or changes or placings:
            yield f"{number}: still under way: {believed.closings} {changes} {placings}"
        yield from _broken_rules(plan, broker, number, believed)


def _differences(number: int, broker: Broker, believed: Believed) -> Iterator[str]:
    ledger = broker.venue.exchange.ledger
    held = {one.contract.id: one.signed_size for one in ledger.open_positions(number)}
    seen = {key: position.signed_size for key, position in believed.positions.items()}
    if held != seen:
        yield f"{number}: holds {held}, and the guard believes {seen}"
    alive = {order.id: (order.size, order.fill_volume) for order in ledger.working_orders(number)}
    known = {key: (order.size, order.filled) for key, order in believed.orders.items()}
    if alive != known:
        yield f"{number}: has orders {alive}, and the guard believes {known}"
    trades = {trade.id for trade in ledger.trades_of(number)}
    if missing := trades - set(believed.trades):
        yield f"{number}: the guard does not know of the trades {missing}"


def _alive_under(plan: Plan, broker: Broker, number: int, lock: Lock) -> Iterator[str]:
    if lock.kind is not LockKind.HARD:
        return
    ledger = broker.venue.exchange.ledger
    for position in ledger.open_positions(number):
        if lock.covers(symbol_of(position.contract.id)):
            yield f"{number}: {position.signed_size} of {position.contract.id} are open under {lock.rule}"
    if _cannot_cancel(plan, number):
        return
    for order in ledger.working_orders(number):
        if lock.covers(symbol_of(order.contract.id)):
            yield f"{number}: order {order.id} works under {lock.rule}"


def _cannot_cancel(plan: Plan, number: int) -> bool:
    """True for live accounts and followers: the gateway cancels nothing there, and trying goes on without end."""
    return number == THIRD and plan.third != "none"


def _broken_rules(plan: Plan, broker: Broker, number: int, believed: Believed) -> Iterator[str]:
    """Limits that are simple enough to be computed here once more, from the venue's record alone."""
    ledger, rules = broker.venue.exchange.ledger, plan.rules
    now = broker.clock.now()
    sizes = {symbol_of(one.contract.id): one.signed_size for one in ledger.open_positions(number)}
    limits = rules.get("max_contracts_per_instrument", {}).get("limits", {})
    for symbol, size in sizes.items():
        if symbol in limits and abs(size) > limits[symbol]:
            yield f"{number}: {size} of {symbol} are open, and {limits[symbol]} may be"
    if rules.get("max_contracts", {}).get("limit") == 3 and sum(map(abs, sizes.values())) > 3:
        yield f"{number}: {sizes} are open, and 3 in all may be"
    blocked = {"RTY"} if "symbol_blocks" in rules else set()
    for symbol in blocked & set(sizes):
        yield f"{number}: {sizes[symbol]} of the blocked {symbol} are open"
    if "auth_loss_guard" in rules and not ledger.accounts[number].can_trade and sizes:
        yield f"{number}: {sizes} are open, and the broker does not let it trade"
    grace = rules.get("no_stop_loss_grace", {}).get("grace_period_seconds")
    for position in ledger.open_positions(number):
        if grace is not None and now - position.opened > timedelta(seconds=60) and not _is_protected(broker, position):
            yield f"{number}: {position.signed_size} of {position.contract.id} have no stop since {position.opened:%X}"
    loss = rules.get("daily_realized_loss", {})
    limit, with_open = loss.get("limit"), loss.get("include_unrealized", True)
    # Where no day ends within the storm, and what is open does not count or is nothing.
    if limit is not None and plan.start.hour == 15 and not (with_open and sizes):
        realized = sum((_net(trade) for trade in ledger.trades_of(number) if not trade.is_voided), Decimal(0))
        if realized <= limit and not believed.is_locked_hard():
            yield f"{number}: lost {realized} of {limit}, and is not locked"


def _is_protected(broker: Broker, position: Any) -> bool:
    stops = sum(
        order.remaining
        for order in broker.venue.exchange.ledger.working_orders(position.account_id)
        if order.contract.id == position.contract.id
        and order.type in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
        and order.side.sign * position.signed_size < 0
    )
    return bool(stops >= abs(position.signed_size))


def _net(trade: Trade) -> Decimal:
    return (trade.profit or Decimal(0)) - trade.fees - trade.commissions


# After a restart


def forgotten(saved: Mapping[int, Sequence[Lock]], found: Mapping[int, Believed], now: datetime) -> Iterator[str]:
    """Locks that were durable and do not stand as they did."""
    for number, locks in saved.items():
        for lock in locks:
            ends = lock.until is not None and lock.until <= now
            same = [one for one in found[number].locks if (one.rule, one.symbol, one.kind) == _name(lock)]
            if not ends and not any(_end(one) >= _end(lock) for one in same):
                yield f"{number}: the lock of {lock.rule} ({lock.why}) is gone or shorter after a restart: {same}"


def _name(lock: Lock) -> tuple[str, str | None, LockKind]:
    return lock.rule, lock.symbol, lock.kind


def _end(lock: Lock) -> datetime:
    return lock.until or datetime.max.replace(tzinfo=lock.since.tzinfo)


# The log


def unlogged(
    asked: Sequence[Asked], rows: Sequence[Mapping[str, Any]], unsaved_since: datetime | None
) -> Iterator[str]:
    """Requests of one guard that its log does not have, and rows without a reason."""
    logged = Counter(_key_of_row(row) for row in rows)
    for row in rows:
        if not row["why"]:
            yield f"the log has no reason for {row['kind']} {row['target']}"
    for one in asked:
        if one.arrival.status == 401:
            continue  # Not executed, and asked for once more with a new token: one command.
        key = _key_of_request(one)
        if logged[key]:
            logged[key] -= 1
        elif unsaved_since is None or one.left_at < unsaved_since:
            yield f"{key} is not in the log"


def _key_of_request(asked: Asked) -> tuple[Any, ...]:
    path, body = asked.arrival.path.rpartition("/")[2], json.loads(asked.arrival.body)
    return path, body["accountId"], body.get("contractId") or body.get("orderId"), body.get("size")


_PATH_OF: Final = {
    "close": "closeContract",
    "reduce": "partialCloseContract",
    "cancel": "cancel",
    "resize": "modify",
    "move_stop": "modify",
    "place_stop": "place",
}


def _key_of_row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    command = json.loads(row["command"])
    target = command.get("contract") or command.get("order")
    by_order = row["kind"] == "reduce" and command.get("side") is not None
    return "place" if by_order else _PATH_OF[row["kind"]], command["account"], target, command.get("size")
