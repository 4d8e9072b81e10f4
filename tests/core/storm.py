"""Random stories: moves of a trader, a market, an admin and a network, told to the real engine on an owned clock.

`World` tells a story and holds each step against what must never happen; `test_properties.py` draws the stories.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from risk_manager.config import changed_rules, settings_from_mapping
from risk_manager.core import engine
from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import (
    AccountRead,
    AnyEvent,
    Cleared,
    CommandRefused,
    Hub,
    HubBack,
    HubLost,
    OrderSeen,
    QuoteSeen,
    Reloaded,
    TimePassed,
)
from risk_manager.core.model import ENDED, Order, OrderStatus, OrderType, Side
from risk_manager.core.record import Step
from risk_manager.core.rule import Condition
from risk_manager.core.settings import Settings
from risk_manager.core.state import Account, Lock, State
from tests.core.bracket import Brackets
from tests.core.exchange import CONTRACTS, PRICE, TICK, Exchange, Mood

CONFIRM_WITHIN: Final = timedelta(seconds=2)
STEPS_AT_ONE_INSTANT_MAX: Final = 400
WAKE_UPS_A_MINUTE_MAX: Final = 600
CALM: Final = timedelta(seconds=45)

VARIANTS: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "max_contracts": (
        {"limit": 3, "count_type": "gross", "reduce_to_limit": True},
        {"limit": 2},
        {"limit": 1, "count_type": "gross", "micro_weight": Decimal("0.1"), "reduce_to_limit": True},
        {"limit": 0, "check_pending_orders": False},
        {"limit": 2, "reduce_to_limit": True},
    ),
    "max_contracts_per_instrument": (
        {"limits": {"MNQ": 2, "ES": 1}, "unknown_symbol_action": "allow_unlimited"},
        {"limits": {"MNQ": 3}, "enforcement": "close_all", "unknown_symbol_action": "allow_with_limit:1"},
        {"limits": {"MNQ": 4}},
    ),
    "daily_realized_loss": (
        {"limit": -100},
        {
            "limit": -300,
            "single_trade_limit": -50,
            "include_unrealized": False,
            "reset_time": "09:40",
            "timezone": "America/New_York",
        },
    ),
    "daily_unrealized_loss": (
        {"limit": -80},
        {"limit": -60, "scope": "position"},
        {"limit": -50, "action": "close_all"},
    ),
    "max_unrealized_profit": (
        {"limit": 80},
        {"limit": 60, "scope": "position"},
        {"limit": 100, "enforcement": "close_all_and_lockout"},
    ),
    "trade_frequency_limit": (
        {"limits": {"per_minute": 2}},
        {"limits": {"per_hour": 3, "per_session": 5}, "count": "executions", "action": "close_all_and_lockout"},
        {"limits": {"per_session": 2}, "count": "round_turns", "cooldown_on_breach": {"enabled": False}},
    ),
    "cooldown_after_loss": (
        {
            "loss_thresholds": [
                {"loss_amount": -5, "cooldown_duration": 60},
                {"loss_amount": -50, "cooldown_duration": 600},
            ]
        },
        {"consecutive_losses": {"count": 2, "cooldown_duration": 300}},
    ),
    "no_stop_loss_grace": ({"grace_period_seconds": 5}, {"grace_period_seconds": 30, "enforcement": "close_all"}),
    "session_block_outside": (
        {"global_session": {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}},
        {
            "global_session": {"start": "09:30", "end": "16:00", "timezone": "America/New_York"},
            "per_instrument_sessions": {
                "sessions": {"ES": {"start": "17:00", "end": "10:05", "timezone": "America/Chicago"}}
            },
        },
        {
            "global_session": {"start": "09:30", "end": "11:01", "timezone": "America/New_York"},
            "close_positions_at_session_end": False,
        },
        {
            "global_session": {"start": "09:30", "end": "11:01", "timezone": "America/New_York"},
            "lockout_outside_session": False,
            "close_positions_at_session_end": False,
        },
    ),
    "auth_loss_guard": ({},),
    "symbol_blocks": ({"blocked_symbols": ["RTY"]}, {"blocked_symbols": ["ES", "R*"], "lock_at_start": True}),
    "trade_management": (
        {"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 2}},
        {
            "auto_stop_loss": {"distance_ticks": 20, "after_seconds": 0},
            "auto_breakeven": {"profit_trigger_ticks": 10},
            "trailing_stop": {"activation_ticks": 12, "trail_distance_ticks": 8},
        },
    ),
    "daily_realized_profit": ({"target": 150}, {"target": 100, "include_unrealized": True, "enforcement": "alert"}),
}

Choice = tuple[int, ...]
"""Of each rule the variant that is on, counted from 1; 0 is off."""

STARTS: Final = (
    datetime(2025, 10, 23, 15, 0, tzinfo=UTC),  # Thursday, 10:00 in Chicago
    datetime(2025, 10, 23, 21, 58, tzinfo=UTC),  # two minutes before the broker's day ends
    datetime(2025, 10, 31, 20, 58, tzinfo=UTC),  # Friday, the clocks go back at the weekend
    datetime(2025, 11, 26, 17, 0, tzinfo=UTC),  # the day before Thanksgiving
)


@lru_cache(maxsize=4096)
def settings_of(choice: Choice) -> Settings:
    """The settings that a choice stands for."""
    risk = {
        key: variants[chosen - 1] for (key, variants), chosen in zip(VARIANTS.items(), choice, strict=True) if chosen
    }
    return settings_from_mapping(risk)


# Moves


@dataclass(frozen=True)
class Trades:
    """The trader buys or sells at the market; it is told in the order numbered `telling`."""

    account: int
    contract: int
    side: Side
    size: int
    telling: int


@dataclass(frozen=True)
class Exits:
    """The trader sends a market order that closes `size` contracts (0: all) and fills `after` tenths of a second."""

    account: int
    contract: int
    size: int
    after: int


@dataclass(frozen=True)
class Places:
    """The trader places a resting order, so many ticks from the price on its side."""

    account: int
    contract: int
    side: Side
    type: OrderType
    size: int
    ticks: int
    status: OrderStatus


@dataclass(frozen=True)
class Fills:
    """The market fills a working order, in part or all of it."""

    account: int
    order: int
    size: int
    telling: int


@dataclass(frozen=True)
class Cancels:
    """The trader cancels an order."""

    account: int
    order: int


@dataclass(frozen=True)
class Quotes:
    """The market moves so many ticks away from where it began."""

    contract: int
    ticks: int


@dataclass(frozen=True)
class Passes:
    """Time passes; what is due happens at its own time."""

    seconds: Decimal


@dataclass(frozen=True)
class Tells:
    """A trade is told again, or is voided."""

    account: int
    trade: int
    is_void: bool


@dataclass(frozen=True)
class Allows:
    """The firm lets the account trade, or not."""

    account: int
    can_trade: bool


@dataclass(frozen=True)
class Clears:
    """The admin clears the locks of a rule."""

    account: int
    rule: int
    keep_rule: bool


@dataclass(frozen=True)
class Reloads:
    """The admin loads other settings."""

    account: int
    choice: Choice


@dataclass(frozen=True)
class Restarts:
    """The guard is killed, and started again so many seconds later."""

    down: int


@dataclass(frozen=True)
class LosesHub:
    """Nobody hears what happens for so many seconds."""

    seconds: int


@dataclass(frozen=True)
class ChangesMood:
    """What becomes of the next commands."""

    account: int
    moods: tuple[Mood, ...]


Move = (
    Trades
    | Brackets
    | Exits
    | Places
    | Fills
    | Cancels
    | Quotes
    | Passes
    | Tells
    | Allows
    | Clears
    | Reloads
    | Restarts
    | LosesHub
    | ChangesMood
)


@dataclass(frozen=True)
class Heard:
    """One step as it is kept: what two tellings of a story are compared by."""

    at: datetime
    account: int | None
    event: AnyEvent
    step: Step


@dataclass
class InFlight:
    """A close (None: whole) that has been sent and is not known to be over."""

    size: int | None
    since: datetime


@dataclass
class World:
    """The clock, the exchanges, and the guard between them."""

    choices: Mapping[int, Choice]
    now: datetime
    lag: timedelta = timedelta(0)
    is_written_down: bool = False
    """True: the state is written down and read again after every step."""
    begins_quoted: bool = True
    state: State = field(init=False)
    settings: dict[int, Settings] = field(init=False)
    exchanges: dict[int, Exchange] = field(init=False)
    prices: dict[str, Decimal] = field(default_factory=lambda: dict(PRICE))
    heard: list[Heard] = field(default_factory=list)
    wake_ups: list[datetime] = field(default_factory=list)
    in_flight: dict[tuple[int, str], list[InFlight]] = field(default_factory=dict)
    steps_at_now: int = 0

    def __post_init__(self) -> None:
        self.settings = {key: settings_of(choice) for key, choice in self.choices.items()}
        self.exchanges = {key: Exchange(key, self.prices, self.now, self.lag) for key in self.choices}
        self.state = engine.begin(self.choices, self.now)
        self._hear(*(exchange.read(after_restart=True) for exchange in self.exchanges.values()))
        if self.begins_quoted:
            for contract in CONTRACTS[:3]:
                self._hear(QuoteSeen(contract=contract, last=self.prices[contract]))

    # The verbs of a story

    def tell(self, moves: Iterable[Move]) -> None:
        """Let all of it happen."""
        for move in moves:
            self.do(move)

    def do(self, move: Move) -> None:
        """Let one move happen, and all that follows from it at this instant. A move of an account that is not there
        only lets the others' time go on."""
        if getattr(move, "account", None) is not None and getattr(move, "account", None) not in self.exchanges:
            return
        match move:
            case Passes():
                self.pass_to(self.now + timedelta(microseconds=int(move.seconds * 1_000_000)))
            case Quotes():
                contract = CONTRACTS[move.contract]
                self.prices[contract] = PRICE[contract] + move.ticks * TICK[contract]
                self._hear(QuoteSeen(contract=contract, last=self.prices[contract]))
            case Restarts():
                self._restart(move)
            case LosesHub():
                self._lose_hub(move)
            case Clears():
                rule = f"RULE-{move.rule:03d}"
                self._hear(Cleared(account=move.account, rule=rule, keep_rule=move.keep_rule, why="a story"))
            case Reloads():
                new = settings_of(move.choice)
                changed = changed_rules(self.settings[move.account], new)
                self.settings[move.account] = new
                self._hear(Reloaded(account=move.account, changed=changed))
            case _:
                self._at_exchange(move)
        self._hear()

    def _at_exchange(self, move: Move) -> None:
        match move:
            case Trades():
                contract = CONTRACTS[move.contract]
                self.exchanges[move.account].market(contract, move.side, move.size, move.telling)
            case Brackets():
                move.happen_at(self.exchanges[move.account])
            case Exits():
                exchange, contract = self.exchanges[move.account], CONTRACTS[move.contract]
                held = exchange.positions.get(contract)
                if held is not None:
                    side = Side.SELL if held.signed_size > 0 else Side.BUY
                    size = min(move.size, abs(held.signed_size)) or abs(held.signed_size)
                    exchange.slow_market(contract, side, size, timedelta(milliseconds=100 * move.after))
            case Places():
                contract = CONTRACTS[move.contract]
                away = -1 if (move.side is Side.BUY) == (move.type is OrderType.LIMIT) else 1
                price = self.prices[contract] + away * move.ticks * TICK[contract]
                self.exchanges[move.account].place(contract, move.side, move.type, move.size, price, move.status)
            case Fills():
                exchange = self.exchanges[move.account]
                orders = [order for order in exchange.working() if order.status is OrderStatus.OPEN]
                orders = [order for order in orders if order.type is not OrderType.MARKET]
                if orders:
                    exchange.fill(orders[move.order % len(orders)].id, move.size, move.telling)
            case Cancels():
                exchange = self.exchanges[move.account]
                if orders := list(exchange.working()):
                    exchange.cancel(orders[move.order % len(orders)].id)
            case Tells():
                exchange = self.exchanges[move.account]
                (exchange.void if move.is_void else exchange.repeat)(move.trade)
            case Allows():
                self.exchanges[move.account].allow(can_trade=move.can_trade)
            case ChangesMood():
                self.exchanges[move.account].moods = list(move.moods)
            case _:
                raise AssertionError(move)

    def _restart(self, move: Restarts) -> None:
        stored = engine.dump(self.state)
        self._let_exchanges_run(timedelta(seconds=move.down))
        self.state = engine.load(stored, self.settings)
        self.in_flight.clear()
        for exchange in self.exchanges.values():
            exchange.later.clear()
        self._hear(*(exchange.read(after_restart=True) for exchange in self.exchanges.values()))

    def _lose_hub(self, move: LosesHub) -> None:
        for exchange in self.exchanges.values():
            exchange.is_lost = True
        self._hear(HubLost(hub=Hub.USER, why="a story"))
        self.pass_to(self.now + timedelta(seconds=move.seconds))
        for exchange in self.exchanges.values():
            exchange.is_lost = False
            exchange.later.clear()
        reads = [exchange.read(after_restart=False) for exchange in self.exchanges.values()]
        self._hear(HubBack(hub=Hub.USER), *reads)

    def calm_down(self) -> None:
        """The network and the broker behave again, and the guard gets the time that it needs."""
        for exchange in self.exchanges.values():
            exchange.moods.clear()
            exchange.lag = timedelta(0)
        self.pass_to(self.now + CALM)

    def pass_to(self, target: datetime) -> None:
        """Let the clock run, waking the guard when it wants to be woken and telling what arrives."""
        while True:
            times = [exchange.due() for exchange in self.exchanges.values()] + [self.state.deadline]
            next_at = min((at for at in times if at is not None and at <= target), default=None)
            if next_at is None:
                break
            self._move_clock(max(next_at, self.now))
            self._hear()
            if self.state.deadline is not None and self.state.deadline <= self.now:
                self._woken()
        self._move_clock(target)

    def _woken(self) -> None:
        self.wake_ups.append(self.now)
        first = next((at for at in reversed(self.wake_ups) if self.now - at >= timedelta(minutes=1)), None)
        recent = len(self.wake_ups) if first is None else len(self.wake_ups) - self.wake_ups.index(first)
        assert recent <= WAKE_UPS_A_MINUTE_MAX, f"{recent} wake-ups in a minute"
        self._hear(TimePassed())

    def _let_exchanges_run(self, time: timedelta) -> None:
        """The exchanges go on while the guard is dead."""
        target = self.now + time
        while True:
            times = [exchange.due() for exchange in self.exchanges.values()]
            next_at = min((at for at in times if at is not None and at <= target), default=None)
            if next_at is None:
                break
            self._move_clock(max(next_at, self.now))
            for exchange in self.exchanges.values():
                exchange.happen()
                exchange.arrived()
        self._move_clock(target)

    def _move_clock(self, to: datetime) -> None:
        if to > self.now:
            self.now, self.steps_at_now = to, 0
            for exchange in self.exchanges.values():
                exchange.now = to

    def _hear(self, *events: AnyEvent) -> None:
        """Tell the guard events, and what comes of its commands, until nothing more comes at this instant."""
        waiting: deque[AnyEvent] = deque(events)
        asked: deque[Command] = deque()
        while True:
            if not waiting and not asked:
                for exchange in self.exchanges.values():
                    exchange.happen()
                    waiting.extend(exchange.arrived())
                if not waiting:
                    return
            if waiting:
                asked.extend(self._step(waiting.popleft()))
            else:
                command = asked.popleft()
                exchange = self.exchanges[command.account]
                waiting.extend(exchange.ask(command))
                waiting.extend(exchange.arrived())

    def _step(self, event: AnyEvent) -> Sequence[Command]:
        self.steps_at_now += 1
        assert self.steps_at_now <= STEPS_AT_ONE_INSTANT_MAX, f"an endless conversation at {self.now}"
        before = self.state
        step = engine.step(before, event, self.settings, self.now, strict=True)
        self._watch(before, event, step)
        self.heard.append(Heard(self.now, getattr(event, "account", None), event, step))
        self.state = step.state
        if self.is_written_down:
            loaded = as_it_was(engine.load(engine.dump(step.state), self.settings), step.state)
            assert loaded == step.state, "what is written down and read again is not the same"
            self.state = replace(loaded, calm={})  # every quote is judged in full: no band tells that it may be skipped
        return step.commands

    # What must never happen

    def _watch(self, before: State, event: AnyEvent, step: Step) -> None:
        assert step.deadline == step.state.deadline
        assert step.deadline is None or step.deadline > self.now, f"the deadline {step.deadline} is not later than now"
        for key, account in step.state.accounts.items():
            locks_hold(before.accounts[key], event, account, self.settings[key], self.now)
        self._watch_closes(before, event, step)
        for command in step.commands:
            self._watch_command(before, step, command)
        if not step.breaches:
            self._watch_reasons(before, step)

    def _watch_closes(self, before: State, event: AnyEvent, step: Step) -> None:
        if isinstance(event, CommandRefused) and isinstance(event.command, Close | Reduce):
            flights = self.in_flight.get((event.account, event.command.contract), [])
            size = event.command.size if isinstance(event.command, Reduce) else None
            found = next((flight for flight in flights if flight.size == size), None)
            if found is not None:
                flights.remove(found)
        if isinstance(event, OrderSeen) and event.type is OrderType.MARKET and event.status in ENDED:
            if event.filled != event.size:  # taken for the guard's own, which has failed then
                self.in_flight.pop((event.account, event.contract or ""), None)
        if isinstance(event, AccountRead):  # what it does not list is over
            self.in_flight = {key: kept for key, kept in self.in_flight.items() if key[0] != event.account}
        if isinstance(event, CommandRefused) and isinstance(event.command, Cancel):
            gone = before.accounts[event.account].orders.get(event.command.order)
            if gone is not None and gone.claimed:  # likewise
                self.in_flight.pop((event.account, gone.contract), None)
        for (key, contract), flights in self.in_flight.items():
            old, new = before.accounts[key].positions.get(contract), step.state.accounts[key].positions.get(contract)
            if new is None or old is None or old.sign != new.sign:
                flights.clear()
            elif new.size < old.size:
                shrunk = old.size - new.size
                for flight in flights:
                    flight.since = self.now
                    if flight.size is not None:
                        took = min(flight.size, shrunk)
                        flight.size, shrunk = flight.size - took, shrunk - took
            flights[:] = [one for one in flights if one.size != 0 and self.now < one.since + CONFIRM_WITHIN]

    def _watch_command(self, before: State, step: Step, command: Command) -> None:
        account = step.state.accounts[command.account]
        match command:
            case Close() | Reduce():
                self._watch_close(account, command)
            case PlaceStop():
                position = account.positions[command.contract]
                assert command.side.sign == -position.sign, f"{command} would add to {position}"
                assert 0 < command.size <= position.size, f"{command} is larger than {position}"
            case Resize() | MoveStop():
                order = account.orders[command.order]
                position = account.positions[order.contract]
                assert order.side.sign == -position.sign, f"{command} changes {order}, which does not get out"
                if command.size is not None:
                    assert order.filled < command.size, f"{command} leaves nothing of {order}"
                    assert command.size - order.filled <= position.size, f"{command} leaves more than {position}"
            case Cancel():
                order = account.orders[command.order]
                is_exit = _is_exit(account, order) and _is_exit(before.accounts[command.account], order)
                assert not is_exit, f"{command} cancels an exit under way"
            case Fetch():
                pass

    def _watch_close(self, account: Account, command: Close | Reduce) -> None:
        position = account.positions.get(command.contract)
        assert position is not None, f"{command} closes what is not open"
        flights = self.in_flight.setdefault((account.id, command.contract), [])
        assert all(flight.size is not None for flight in flights), f"{command} while a close is under way"
        if isinstance(command, Close):
            flights.append(InFlight(None, self.now))
            return
        going = sum(flight.size or 0 for flight in flights)
        going += sum(
            order.remaining
            for order in account.orders.values()
            if order.contract == command.contract
            and order.type is OrderType.MARKET
            and order.is_working
            and order.side.sign != position.sign
            and self.now < order.first_seen_at + CONFIRM_WITHIN
            and not order.claimed
            and order.remaining <= position.size
        )
        assert 0 < command.size < position.size or (command.size == position.size and not going), (
            f"{command}: {position}"
        )
        assert going + command.size <= position.size, f"{command} while {going} of {position} are on their way out"
        flights.append(InFlight(command.size, self.now))

    def _watch_reasons(self, before: State, step: Step) -> None:
        """With no rule breached and no lock standing the guard gives no command."""
        for command in step.commands:
            old, new = before.accounts[command.account], step.state.accounts[command.account]
            is_help = "RULE-012" in command.why or isinstance(command, Fetch | PlaceStop | MoveStop)
            has_reason = old.standing or new.standing or old.locks or new.locks or _is_busy(old) or new.closed
            assert is_help or has_reason, f"{command} without a reason"


def _is_exit(account: Account, order: Order) -> bool:
    """True for a working market order that does no more than get out of the position."""
    position = account.positions.get(order.contract)
    if position is None or order.type is not OrderType.MARKET or not order.is_working:
        return False
    return order.side.sign != position.sign and order.remaining <= position.size


def _is_busy(account: Account) -> bool:
    """True while something that was wrong is still being put right."""
    return bool(account.closings or account.changes or account.trims)


def as_it_was(loaded: State, written: State) -> State:
    """A state that was read back, awake: a restart forgets what is due and who is connected, until all is read."""
    accounts = {
        key: replace(account, is_asleep=written.accounts[key].is_asleep) for key, account in loaded.accounts.items()
    }
    return replace(
        loaded, accounts=accounts, due=written.due, away=written.away, deadline=written.deadline, calm=written.calm
    )


def locks_hold(before: Account, event: AnyEvent, after: Account, settings: Settings, now: datetime) -> None:
    """A lock is never shortened, and removed only by an admin, its end or its condition."""
    for lock in before.locks:
        if lock.until is not None and lock.until <= now:
            continue
        if isinstance(event, Cleared) and event.account == before.id and event.rule == lock.rule:
            continue
        same = [one for one in after.locks if (one.rule, one.symbol, one.kind) == (lock.rule, lock.symbol, lock.kind)]
        if not same:
            assert _condition_is_over(lock, after, settings), f"{lock} is gone after {event}"
            continue
        kept = same[0]
        is_shorter = kept.until is not None and (lock.until is None or kept.until < lock.until)
        assert not is_shorter, f"{lock} was shortened to {kept.until} by {event}"
        assert kept.since == lock.since


def _condition_is_over(lock: Lock, account: Account, settings: Settings) -> bool:
    if lock.condition is Condition.MAY_NOT_TRADE:
        return account.can_trade is True
    if lock.condition is Condition.LISTED:
        armed = settings.armed(lock.rule)
        return armed is None or not armed.config.lists(lock.symbol)
    return False


def floats_in(thing: object, path: str = "") -> list[str]:
    """Where a binary number hides in a value, however deep."""
    if isinstance(thing, float):
        return [path]
    found: list[str] = []
    if isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            found += floats_in(getattr(thing, name), f"{path}.{name}")
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            found += floats_in(key, f"{path} key {key}") + floats_in(value, f"{path}[{key}]")
    elif isinstance(thing, list | tuple | set | frozenset):
        for index, value in enumerate(thing):
            found += floats_in(value, f"{path}[{index}]")
    elif thing is not None and not isinstance(thing, str | int | Decimal | datetime | timedelta | enum.Enum):
        found.append(f"{path}: {type(thing)}")
    return found
