"""A small language for stories: events in, commands out.

    story = Story()
    story.rules(max_contracts_per_instrument={"limits": {"MNQ": 2}})
    story.sees(position("MNQ", +3))
    assert story.asked_for == [reduce("MNQ", 1)]

`sees` and `waits` are the verbs. What `asked_for`, `breaches` and `alerts` hold is of the last verb; `locks` stand now.
The broker of a story is silent: what it would answer is told, or `obeys()` lets it answer everything at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from risk_manager.config import changed_rules, settings_from_mapping
from risk_manager.core import engine, pnl
from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.disagreement import BEHIND, IN_VAIN
from risk_manager.core.events import (
    AccountRead,
    AccountSeen,
    AnyEvent,
    Cleared,
    CommandRefused,
    OrderSeen,
    PositionSeen,
    QuoteSeen,
    Refusal,
    Reloaded,
    TimePassed,
    TradeSeen,
)
from risk_manager.core.model import OrderStatus, OrderType, Side, Trade
from risk_manager.core.outcome import Outcome
from risk_manager.core.record import Alert, Breach, LockChange
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, State

ACCOUNT: Final = 465
CODES: Final = {"ES": "EP", "NQ": "ENQ", "CL": "CLE", "GC": "GCE", "6E": "EU6"}
MORNING: Final = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)
"""Thursday, 10:30 in Chicago, 11:30 in New York."""

AS_SEEN: Final = datetime.max.replace(tzinfo=UTC)
"""The time of a trade that happens when it is told."""

Number = Decimal | int | str


def contract(symbol: str, expiry: str = "Z25") -> str:
    """The gateway's id of a symbol's contract; an id stays as it is."""
    return symbol if "." in symbol else f"CON.F.US.{CODES.get(symbol, symbol)}.{expiry}"


def amount(number: Number) -> Decimal:
    """The number as an exact one."""
    return Decimal(number)


def price_of(number: Number | None) -> Decimal | None:
    """The same where it may be left out."""
    return None if number is None else Decimal(number)


# What is seen


def position(symbol: str, size: int, average: Number = 100, *, expiry: str = "Z25") -> PositionSeen:
    """The broker's word on a contract: a signed size, 0 for flat."""
    return PositionSeen(
        account=ACCOUNT, contract=contract(symbol, expiry), signed_size=size, average_price=Decimal(average)
    )


def order(
    number: int,
    symbol: str = "MNQ",
    size: int = 1,
    *,
    type: OrderType = OrderType.LIMIT,
    status: OrderStatus = OrderStatus.OPEN,
    filled: int = 0,
    stop: Number | None = None,
    limit: Number | None = None,
    tag: str = "",
    expiry: str = "Z25",
    created_at: datetime | None = None,
) -> OrderSeen:
    """An order: a positive size buys, a negative one sells."""
    return OrderSeen(
        account=ACCOUNT,
        order=number,
        contract=contract(symbol, expiry),
        side=Side.BUY if size > 0 else Side.SELL,
        type=type,
        status=status,
        size=abs(size),
        filled=filled,
        stop_price=price_of(stop),
        limit_price=price_of(limit),
        tag=tag,
        created_at=created_at,
    )


def stop_order(number: int, symbol: str, size: int, price: Number, **more: Any) -> OrderSeen:
    """A working stop order."""
    return order(number, symbol, size, type=OrderType.STOP, stop=price, **more)


def market_order(number: int, symbol: str, size: int, **more: Any) -> OrderSeen:
    """A working market order."""
    return order(number, symbol, size, type=OrderType.MARKET, **more)


def ended(number: int, status: OrderStatus = OrderStatus.CANCELLED, *, filled: int | None = None) -> OrderSeen:
    """The last message of an order."""
    return OrderSeen(account=ACCOUNT, order=number, status=status, filled=filled)


def quote(
    symbol: str, last: Number | None = None, *, bid: Number | None = None, ask: Number | None = None
) -> QuoteSeen:
    """New prices of a symbol's contract."""
    return QuoteSeen(contract=contract(symbol), last=price_of(last), bid=price_of(bid), ask=price_of(ask))


def can_trade(value: bool) -> AccountSeen:
    """The firm lets the account trade, or does not."""
    return AccountSeen(account=ACCOUNT, can_trade=value)


# What is asked for


def close(symbol: str, expiry: str = "Z25") -> tuple[object, ...]:
    """Close the whole position."""
    return "close", contract(symbol, expiry)


def reduce(symbol: str, size: int, expiry: str = "Z25") -> tuple[object, ...]:
    """Close a part of it."""
    return "reduce", contract(symbol, expiry), size


def cancel(number: int) -> tuple[object, ...]:
    """Cancel an order."""
    return "cancel", number


def resize(number: int, size: int) -> tuple[object, ...]:
    """Cut an order."""
    return "resize", number, size


def place_stop(symbol: str, size: int, price: Number) -> tuple[object, ...]:
    """Place a stop that buys (positive) or sells (negative)."""
    return "place_stop", contract(symbol), size, Decimal(price)


def move_stop(number: int, price: Number, size: int | None = None) -> tuple[object, ...]:
    """Move a stop, and change its size where that is given."""
    return "move_stop", number, Decimal(price), size


def in_short(command: Command) -> tuple[object, ...]:
    """A command as these functions write it."""
    match command:
        case Close():
            return "close", command.contract
        case Reduce():
            return "reduce", command.contract, command.size
        case Cancel():
            return "cancel", command.order
        case Resize():
            return "resize", command.order, command.size
        case PlaceStop():
            return "place_stop", command.contract, command.size * command.side.sign, command.price
        case MoveStop():
            return "move_stop", command.order, command.price, command.size
        case Fetch():
            return ("fetch",)


class Story:
    """One account, its guard, and a clock that the story owns."""

    def __init__(self, at: datetime = MORNING, **rules: Mapping[str, Any]) -> None:
        self.now = at
        self.settings: Settings = settings_from_mapping(rules)
        self.state: State = engine.begin([ACCOUNT], at)
        self.commands: list[Command] = []
        self.doubts: list[Command] = []
        """Reads because messages are missing or late. Stories leave most out, so that those are no command here."""
        self.breached: list[Breach] = []
        self.alerts: list[Alert] = []
        self.lock_changes: list[LockChange] = []
        self._trades = 0
        self._is_obeyed = False
        self._hear(self.truth())

    # Setting up

    def rules(self, holidays: Mapping[str, Any] | None = None, **rules: Mapping[str, Any]) -> None:
        """These settings are in force from now on; what was breached by them is of this verb."""
        new = settings_from_mapping(rules, holidays)
        changed = changed_rules(self.settings, new)
        self.settings = new
        self._begin_verb()
        self._hear(Reloaded(account=ACCOUNT, changed=changed))

    def obeys(self, is_obeyed: bool = True) -> None:
        """From now on the broker does what it is asked, at once."""
        self._is_obeyed = is_obeyed

    # The verbs

    def sees(self, *events: AnyEvent, after: str = "0s") -> None:
        """These messages arrive, `after` so much time. What is due on the way happens at its own time."""
        self._begin_verb()
        self._pass(self.now + span(after), also_at_end=False)
        for event in events:
            self._hear(event)

    def waits(self, time: str) -> None:
        """Only time passes."""
        self._begin_verb()
        self._pass(self.now + span(time), also_at_end=True)

    def waits_until(self, at: datetime) -> None:
        """Only time passes."""
        self._begin_verb()
        self._pass(at, also_at_end=True)

    def clears(self, rule: str, *, symbol: str | None = None, keep_rule: bool = False) -> None:
        """The admin clears the locks of a rule."""
        self.sees(Cleared(account=ACCOUNT, rule=rule, symbol=symbol, keep_rule=keep_rule, why="a story"))

    def refuses(self, number: int = -1, refusal: Refusal = Refusal.OTHER) -> None:
        """The gateway refuses the last command, or the one numbered so within the last verb."""
        command = self.commands[number]
        self.sees(CommandRefused(account=ACCOUNT, command=command, refusal=refusal))

    def restarts(self, *, down: str = "0s", **truth: Any) -> None:
        """Killed, and started again from what had been stored; `truth` is what the gateway then tells."""
        stored = engine.dump(self.state)
        self._begin_verb()
        self.now += span(down)
        self.state = engine.load(stored, {ACCOUNT: self.settings})
        self._hear(self.truth(**truth))

    def truth(
        self,
        positions: Sequence[PositionSeen] = (),
        orders: Sequence[OrderSeen] = (),
        trades: Sequence[TradeSeen] = (),
        *,
        may_trade: bool | None = True,
        asked_at: datetime | None = None,
        after_restart: bool = True,
    ) -> AccountRead:
        """What the gateway answers when it is asked."""
        return AccountRead(
            account=ACCOUNT,
            asked_at=asked_at if asked_at is not None else self.now,
            can_trade=may_trade,
            positions=tuple(positions),
            orders=tuple(orders),
            trades=tuple(seen.trade for seen in trades),
            after_restart=after_restart,
        )

    def trade(
        self,
        symbol: str = "MNQ",
        size: int = 1,
        pnl: Number | None = None,
        *,
        fees: Number = 0,
        order: int | None = None,
        at: datetime | None = None,
        number: int | None = None,
        voided: bool = False,
        price: Number = 100,
    ) -> TradeSeen:
        """A fill: a positive size buys. With `pnl` it closes. Without `order` it is an order of its own."""
        self._trades += 1
        number = number if number is not None else self._trades
        return TradeSeen(
            account=ACCOUNT,
            trade=Trade(
                id=number,
                order=order if order is not None else 70_000 + number,
                contract=contract(symbol),
                side=Side.BUY if size > 0 else Side.SELL,
                size=abs(size),
                price=Decimal(price),
                profit_and_loss=price_of(pnl),
                costs=Decimal(fees),
                at=at if at is not None else AS_SEEN,
                voided=voided,
            ),
        )

    # What came of it

    @property
    def asked_for(self) -> list[tuple[object, ...]]:
        """What the guard has asked the broker for, in the order in which it left; reads are left out."""
        return [in_short(command) for command in self.commands if not isinstance(command, Fetch)]

    @property
    def reads(self) -> int:
        """How often the guard has asked to read."""
        return sum(isinstance(command, Fetch) for command in self.commands)

    @property
    def breaches(self) -> list[str]:
        """The rules that were recorded as breached and enforced."""
        return [breach.rule for breach in self.breached if not breach.waived]

    @property
    def waived(self) -> list[str]:
        """The rules that were recorded as breached and waived."""
        return [breach.rule for breach in self.breached if breach.waived]

    @property
    def locks(self) -> list[tuple[str, str, str | None]]:
        """The locks that stand: rule, kind, symbol."""
        return [(lock.rule, lock.kind.value, lock.symbol) for lock in self.account.locks]

    def ends(self, rule: str) -> datetime | None:
        """When the lock of a rule ends."""
        return next(lock.until for lock in self.account.locks if lock.rule == rule)

    @property
    def loudness(self) -> list[str]:
        """How loud the alerts were."""
        return [alert.severity.value for alert in self.alerts]

    @property
    def account(self) -> Account:
        """The account as the guard believes it to be."""
        return self.state.accounts[ACCOUNT]

    @property
    def realized(self) -> Decimal:
        """The day's realized P&L."""
        return pnl.realized(self.account)

    @property
    def unrealized(self) -> Decimal:
        """The open P&L."""
        return self.sight.unrealized()

    @property
    def sight(self) -> Sight:
        """What a rule would see now, with nothing planned yet."""
        return Sight(self.state, self.account, self.settings, self.now, Outcome(self.account))

    # The engine

    def _begin_verb(self) -> None:
        self.commands, self.doubts, self.breached, self.alerts, self.lock_changes = [], [], [], [], []

    def _pass(self, target: datetime, *, also_at_end: bool) -> None:
        while (due := self.state.deadline) is not None and due < target:
            assert due > self.now, f"the deadline {due} is not later than {self.now}"
            self.now = due
            self._hear(TimePassed())
        self.now = max(self.now, target)
        if also_at_end:
            self._hear(TimePassed())

    def _hear(self, event: AnyEvent) -> None:
        if isinstance(event, TradeSeen) and event.trade.at == AS_SEEN:
            event = replace(event, trade=replace(event.trade, at=self.now))
        step = engine.step(self.state, event, {ACCOUNT: self.settings}, self.now, strict=True)
        assert step.deadline is None or step.deadline > self.now, "a deadline must lie ahead"
        self.state = step.state
        self.commands += [one for one in step.commands if one.why not in (IN_VAIN, BEHIND)]
        self.doubts += [one for one in step.commands if one.why in (IN_VAIN, BEHIND)]
        self.breached += step.breaches
        self.alerts += step.alerts
        self.lock_changes += step.locks
        if self._is_obeyed:
            for command in step.commands:
                for answer in self._obey(command):
                    self._hear(answer)

    def _obey(self, command: Command) -> list[AnyEvent]:
        match command:
            case Close() | Reduce():
                held = self.account.positions.get(command.contract)
                if held is None:
                    return []
                size = held.size if isinstance(command, Close) else command.size
                return [position(command.contract, held.signed_size - held.sign * size, held.average_price)]
            case Cancel():
                return [ended(command.order)]
            case Resize():
                return [OrderSeen(account=ACCOUNT, order=command.order, size=command.size)]
            case MoveStop():
                return [OrderSeen(account=ACCOUNT, order=command.order, stop_price=command.price, size=command.size)]
            case PlaceStop():
                size = command.size * command.side.sign
                return [stop_order(9000 + self.account.tags, command.contract, size, command.price, tag=command.tag)]
            case Fetch():
                return []


def span(text: str) -> timedelta:
    """Seconds, minutes or hours: `250ms`, `1.5s`, `2m`, `3h`, `1d`."""
    units = {"ms": timedelta(milliseconds=1), "s": timedelta(seconds=1), "m": timedelta(minutes=1)}
    units |= {"h": timedelta(hours=1), "d": timedelta(days=1)}
    number = text.rstrip("hdms")
    microseconds = Decimal(number) * (units[text.removeprefix(number)] // timedelta(microseconds=1))
    return timedelta(microseconds=int(microseconds))


__all__ = [
    "ACCOUNT",
    "MORNING",
    "Story",
    "can_trade",
    "cancel",
    "close",
    "contract",
    "ended",
    "market_order",
    "move_stop",
    "order",
    "place_stop",
    "position",
    "quote",
    "reduce",
    "resize",
    "span",
    "stop_order",
]
