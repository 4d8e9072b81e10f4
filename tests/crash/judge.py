"""Does all that the guard says and has written agree with the broker's record: nothing doubled, nothing lost."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from risk_manager.ipc.status import AccountStatus, GuardStatus, LockStatus
from tests.crash.hand import ALIVE
from tests.crash.house import CLOSES, Row, account_of, rows, status

_A_MOMENT: Final = timedelta(milliseconds=20)
"""As long as a message may be on its way."""
_LAST_MOMENT_NS: Final = 500_000_000
"""What has left within this of a kill may not have been written down: a request does not wait for the disk."""


def disagreements(home: Path, record: Any) -> Iterator[str]:
    """What is not the same at the broker, in the published state and in the database. Empty once all is quiet."""
    seen = status(home)
    if seen is None:
        yield "nothing is published"
        return
    account = account_of(seen)
    net = {row["contractId"]: row["size"] * (1 if row["type"] == 1 else -1) for row in record["positions"]}
    alive = {row["id"] for row in record["orders"] if row["status"] in ALIVE}
    trades = {row["id"]: row for row in record["trades"]}
    yield from _other("positions", net, {row.contract: row.signed_size for row in account.positions})
    yield from _other("orders", alive, {row.id for row in account.orders})
    yield from _other("the day's P&L", _realized(trades.values()), account.realized_pnl)
    written = rows(home, "SELECT * FROM positions")
    yield from _other("positions written", net, {row["contract"]: row["signed_size"] for row in written})
    yield from _other("orders written", alive, {row["id"] for row in rows(home, "SELECT id FROM orders")})
    history = {row["id"]: _trade(row) for row in rows(home, "SELECT * FROM trade_history")}
    yield from _other("trades written", {key: _broker_trade(row) for key, row in trades.items()}, history)
    days = rows(home, "SELECT realized FROM daily_pnl JOIN session_state USING (account) WHERE day = own_day")
    yield from _other("the day's P&L written", [_realized(trades.values())], [Decimal(row["realized"]) for row in days])
    locks = rows(home, "SELECT * FROM lockouts WHERE ended_at IS NULL")
    yield from _other("locks written", sorted(map(_lock, account.locks)), sorted(map(_written_lock, locks)))
    yield from _other("entries counted", _entries(trades.values()), _counted(account))
    waivers = {row["rule"] for row in rows(home, "SELECT rule FROM waivers WHERE ended_at IS NULL")}
    yield from _other("waivers written", waivers, set(account.waived_rules))
    if account.closings:
        yield f"still being closed: {account.closings}"
    yield from _untouched(account, net, alive)


def _untouched(account: AccountStatus, net: dict[str, int], alive: set[int]) -> Iterator[str]:
    """What a hard lock leaves standing, and what is larger than it may be."""
    for lock in account.locks:
        symbol = {"RTY": "RTY"}.get(lock.symbol or "", "")
        held = {contract for contract in net if lock.symbol is None or f".{symbol}." in contract}
        if lock.kind == "hard" and held:
            yield f"{held} is open under {lock.rule}"
        if lock.kind == "hard" and lock.symbol is None and alive:
            yield f"orders {alive} work under {lock.rule}"
    for contract, size in net.items():
        if abs(size) > 2:
            yield f"{size} of {contract} are open"


def lost_locks(before: GuardStatus | None, after: GuardStatus | None, cleared: set[str]) -> Iterator[str]:
    """Locks and waivers that stood when the guard was killed, should still, and do not, or end sooner."""
    if before is None or after is None:
        return
    now = account_of(after)
    for lock in account_of(before).locks:
        if lock.rule in cleared or (lock.until is not None and lock.until <= after.at):
            continue
        same = [one for one in now.locks if (one.rule, one.symbol, one.kind) == (lock.rule, lock.symbol, lock.kind)]
        if not any(_end(one) >= _end(lock) for one in same):
            yield f"the lock {lock} is gone or shorter: {same}"
    for rule in {*account_of(before).waived_rules, *cleared}:
        if rule not in now.waived_rules:
            yield f"the waiver of {rule} is gone"


def running_graces(seen: GuardStatus | None) -> int:
    """Positions that are shown without a stop."""
    return sum(row.unprotected_since is not None for row in account_of(seen).positions) if seen is not None else 0


def lost_graces(before: GuardStatus | None, after: GuardStatus | None, record: Any) -> Iterator[str]:
    """Positions whose time without a stop ran when the guard was killed, that have been open since, and whose time
    began anew. What was first shown in the last moment may not have been written down."""
    if before is None or after is None:
        return
    now = {row.contract: row for row in account_of(after).positions}
    for row in account_of(before).positions:
        since, still = row.unprotected_since, now.get(row.contract)
        if since is None or still is None or before.at - since < timedelta(microseconds=_LAST_MOMENT_NS // 1000):
            continue
        if _opened_at(record, row.contract) <= since and still.unprotected_since != since:
            yield f"{row.contract} is without a stop since {since}, now it is {still.unprotected_since}"


def _opened_at(record: Any, contract: str) -> datetime:
    """When what is held now was opened: the last time that it came from flat, or from the other side."""
    held, opened = 0, datetime.min.replace(tzinfo=UTC)
    for trade in sorted(record["trades"], key=lambda row: row["id"]):
        if trade["contractId"] == contract:
            before, held = held, held + trade["size"] * (1 if trade["side"] == 0 else -1)
            if before * held <= 0:
                opened = _at(trade)
    return opened


def _end(lock: LockStatus) -> float:
    return lock.until.timestamp() if lock.until is not None else float("inf")


class Wrong(NamedTuple):
    """A fill of the guard's own order that did anything but bring a position nearer to flat."""

    says: str
    is_crossing: bool
    """What two closes do that were both right when they left, and both of which this broker executes to the full: a
    whole one over a reduction that is under way, or one for what the trader has turned a moment ago, over another."""


def wrongs(record: Any, by_hand: set[int]) -> Iterator[Wrong]:
    """What the guard has made worse.

    A fill of the trader's between the guard's order and its fill excuses it: nobody could know.
    """
    created = {row["id"]: _at(row) for row in record["orders"]}
    sizes = {row["id"]: row["size"] for row in record["orders"]}
    held: dict[str, int] = defaultdict(int)
    hand_at: dict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
    filled: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    for trade in sorted(record["trades"], key=lambda row: row["id"]):
        contract, order = trade["contractId"], trade["orderId"]
        sign = 1 if trade["side"] == 0 else -1
        before = held[contract]
        held[contract] += sign * trade["size"]
        if order in by_hand:
            hand_at[contract] = _at(trade)
            continue
        if (before * sign >= 0 or trade["size"] > abs(before)) and hand_at[contract] < created[order]:
            others = [one for one, at in filled[contract] if created[one] < created[order] <= at]
            is_turned = created[order] - hand_at[contract] < _A_MOMENT
            is_crossing = any(is_turned or sizes[one] < sizes[order] for one in others)
            yield Wrong(f"order {order} of the guard took {contract} from {before} to {held[contract]}", is_crossing)
        filled[contract].append((order, _at(trade)))


def _at(row: Row) -> datetime:
    return datetime.fromisoformat(row["creationTimestamp"])


def unlogged(arrived: Sequence[Row], logged: Sequence[Row], killed_ns: int | None) -> Iterator[str]:
    """Requests of one guard that are not in its log, and acts whose answer is in the log and that never arrived.

    `arrived` and `logged` are those of one guard's life. A killed guard may not have written of its very last ones;
    one that ended in order (`killed_ns` is None) has.
    """
    asked = [(key, row["clock_ns"]) for row in arrived if (key := _request(row)) is not None]
    known = Counter(_command(row) for row in logged)
    for key, at in asked:
        if known[key]:
            known[key] -= 1
        elif killed_ns is None or at < killed_ns - _LAST_MOMENT_NS:
            yield f"{key} is not in the log"
    told = [row for row in logged if row["outcome"] == "accepted" and row["kind"] in CLOSES.values()]
    answered = Counter(map(_command, told))
    never = answered - Counter(key for key, _ in asked)
    if never:
        yield f"{dict(never)} was answered and never arrived"


def _request(row: Row) -> str | None:
    kind = CLOSES.get(row["path"])
    if kind is None:
        return None
    body = json.loads(row["body"])
    return f"{kind} {body.get('contractId') or body.get('orderId')} {body.get('size', '')}"


def _command(row: Row) -> str:
    command = json.loads(row["command"])
    return f"{row['kind']} {command.get('contract') or command.get('order')} {command.get('size', '')}"


def _realized(trades: Any) -> Decimal:
    real = [row for row in trades if not row["voided"]]
    return sum((_money(row["profitAndLoss"]) - _costs(row) for row in real), Decimal(0))


def _money(amount: float | None) -> Decimal:
    return Decimal(str(amount)) if amount is not None else Decimal(0)


def _costs(row: Row) -> Decimal:
    return _money(row["fees"]) + _money(row["commissions"])


def _broker_trade(row: Row) -> tuple[Any, ...]:
    side = "buy" if row["side"] == 0 else "sell"
    return (row["orderId"], row["contractId"], side, row["size"], _money(row["price"]), _costs(row))


def _trade(row: Row) -> tuple[Any, ...]:
    return (row["order_id"], row["contract"], row["side"], row["size"], Decimal(row["price"]), Decimal(row["costs"]))


def _entries(trades: Any) -> int:
    """Orders with a fill that opened: what a frequency limit counts."""
    return len({row["orderId"] for row in trades if row["profitAndLoss"] is None and not row["voided"]})


def _counted(account: AccountStatus) -> int | None:
    gauges = (one for rule in account.rule_details for one in rule.gauges if one.label == "Trades in a session")
    return next((int(one.value) for one in gauges if one.value is not None), None)


def _lock(lock: LockStatus) -> tuple[str, str, str, float]:
    return (lock.rule, lock.symbol or "", lock.kind, _end(lock))


def _written_lock(row: Row) -> tuple[str, str, str, float]:
    until = datetime.fromisoformat(row["until"]).timestamp() if row["until"] else float("inf")
    return (row["rule"], row["symbol"], row["kind"], until)


def _other(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{what}: {expected} at the broker, {found} with the guard"
