"""The whole loop: what we believe after an event, what is wrong with it, and what to ask the broker for.

It cannot wait, log or look at a clock. Who drives it asks for the deadline and calls again then. What is due at an
instant happens before what arrives at it, in one evaluation; what was due earlier is done first, at its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

import msgspec
from msgspec.structs import replace

from risk_manager.core import blindness, booking, deadlines, fills, hearing, judging, locks, plan, pursuit, reading
from risk_manager.core.commands import Command, Fetch, PlaceStop
from risk_manager.core.events import (
    AccountRead,
    AccountSeen,
    AnyEvent,
    Cleared,
    CommandAccepted,
    CommandLost,
    CommandRefused,
    HubBack,
    HubLost,
    LoginRefused,
    OrderSeen,
    PositionSeen,
    QuoteSeen,
    Refusal,
    Reloaded,
    ReloadRefused,
    TimePassed,
    TradeSeen,
    Unreadable,
)
from risk_manager.core.model import AccountId, OrderStatus, Quote
from risk_manager.core.outcome import Outcome
from risk_manager.core.record import Alert, Breach, LockChange, Severity, Step
from risk_manager.core.rule import EVERYTHING, Topic
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight, confirm_within
from risk_manager.core.state import Account, Away, Lock, State

_GAP_SECONDS = 60
_LONG_AGO = timedelta(seconds=_GAP_SECONDS)
"""Nobody was awake for longer than this: what was due meanwhile is judged once, now, on what is read next."""

_TOPIC = {
    PositionSeen: Topic.POSITIONS | Topic.QUOTES,
    OrderSeen: Topic.ORDERS,
    TradeSeen: Topic.TRADES | Topic.QUOTES,
    AccountSeen: Topic.ACCOUNT,
    QuoteSeen: Topic.QUOTES,
}


def begin(accounts: Iterable[AccountId], now: datetime) -> State:
    """The state of a guard that knows nothing yet. The first event of each account is an `AccountRead`."""
    return State(now=now, accounts={account: Account(id=account) for account in accounts})


def step(
    state: State, event: AnyEvent, settings: Mapping[AccountId, Settings], now: datetime, *, strict: bool = False
) -> Step:
    """Take one event in. With `strict` an error of a rule is raised; else it is a critical alert and the others go on.

    An event for an account that is not in `settings` changes nothing. A `now` earlier than the last one counts as the
    last one.
    """
    turns = Turns(state, settings, strict=strict)
    now = max(now, state.now)
    is_gap = isinstance(event, AccountRead) and event.after_restart
    while not is_gap and (due := turns.deadline()) is not None and due < now and now - due < _LONG_AGO:
        turns.turn(TimePassed(), due)
    turns.turn(event, now)
    return turns.step()


def dump(state: State) -> bytes:
    """The state, written down."""
    return msgspec.json.encode(state)


def load(data: bytes, settings: Mapping[AccountId, Settings]) -> State:
    """The state that was written down. What rules remember is read as their own type; of a rule that is not there
    any more it is dropped."""
    state = msgspec.json.decode(data, type=State)
    accounts: dict[AccountId, Account] = {}
    for key, account in state.accounts.items():
        memory = {}
        for armed in settings[key].rules if key in settings else ():
            if armed.rule.memory is not None and armed.rule.id in account.memory:
                memory[armed.rule.id] = msgspec.convert(
                    account.memory[armed.rule.id], armed.rule.memory, strict=False, str_keys=True
                )
        accounts[key] = replace(account, memory=memory)
    return replace(state, accounts=accounts)


class Turns:
    """The turns of one step: usually one, more where something was due before the event."""

    __slots__ = ("alerts", "breaches", "commands", "lock_changes", "settings", "state", "strict")

    def __init__(self, state: State, settings: Mapping[AccountId, Settings], *, strict: bool) -> None:
        self.state = state
        self.settings = settings
        self.strict = strict
        self.breaches: list[Breach] = []
        self.alerts: list[Alert] = []
        self.commands: list[Command] = []
        self.lock_changes: list[LockChange] = []

    def deadline(self) -> datetime | None:
        """When something is due next."""
        return self.state.deadline

    def step(self) -> Step:
        """The record."""
        return Step(
            state=self.state,
            breaches=tuple(self.breaches),
            alerts=tuple(self.alerts),
            commands=tuple(self.commands),
            locks=tuple(self.lock_changes),
            deadline=self.state.deadline,
        )

    def turn(self, event: AnyEvent, now: datetime) -> None:
        """One evaluation at one instant: what is due, then the event, then the judgement of both."""
        if isinstance(event, QuoteSeen):
            self._quote(event, now)
        else:
            self._heard_by_guard(event, now)
        concerned = self._concerned(event)
        due = [key for key, at in self.state.due.items() if at <= now and key not in concerned]
        self.state = replace(self.state, now=now) if now != self.state.now else self.state
        for key in (*concerned, *due):
            if key in self.settings:
                self._account(key, event if key in concerned else TimePassed(), now)
        if concerned or due or not isinstance(event, QuoteSeen):
            self._set_deadline(now)

    def _quote(self, event: QuoteSeen, now: datetime) -> None:
        known = self.state.quotes.get(event.contract)
        if known is None:
            quote = Quote(last=event.last, bid=event.bid, ask=event.ask, told_at=now)
        else:
            quote = Quote(
                last=event.last if event.last is not None else known.last,
                bid=event.bid if event.bid is not None else known.bid,
                ask=event.ask if event.ask is not None else known.ask,
                told_at=now,
            )
        self.state = replace(self.state, quotes={**self.state.quotes, event.contract: quote})

    def _concerned(self, event: AnyEvent) -> tuple[AccountId, ...]:
        if isinstance(event, QuoteSeen):
            return self.state.holders.get(event.contract, ())
        account = getattr(event, "account", None)
        return (account,) if account in self.state.accounts else ()

    def _account(self, key: AccountId, event: AnyEvent, now: datetime) -> None:
        settings = self.settings[key]
        before = self.state.accounts[key]
        due = self.state.due.get(key)
        is_due = due is not None and due <= now
        account, wants_fetch = before, False
        ended: list[LockChange] = []
        if is_due or not before.days:
            account, gone, wants_fetch = _advance(account, settings, now)
            ended = [judging.changed(account, lock, ended=True) for lock in gone]
        account, cleared = _hear(account, event, settings, now)
        ended += [judging.changed(account, lock, ended=True) for lock in cleared]
        is_blind = isinstance(event, QuoteSeen) and blindness.is_told(account, event.contract)
        is_whole = is_due or is_blind or bool(ended) or not pursuit.is_quiet(account) or not pursuit.is_quiet(before)
        topics = EVERYTHING if is_whole else _TOPIC.get(type(event), EVERYTHING)
        sight = Sight(self.state, account, settings, now, Outcome(account))
        account = judging.remember(sight, topics)
        account, released = locks.end_conditions(sight)
        ended += [judging.changed(account, lock, ended=True) for lock in released]
        sight.account = account
        if is_whole or released:
            topics = EVERYTHING
            self.alerts += blindness.look(sight)
        judged = judging.judge(sight, topics, strict=self.strict)
        leaving = plan.leave(sight)
        self.breaches += judged.breaches
        self.alerts += judged.alerts
        self.alerts += [Alert(severity=Severity.CRITICAL, text=text, at=now, account=key) for text in leaving.loud]
        self.lock_changes += ended + judged.locks
        self.commands += leaving.commands()
        if wants_fetch:
            self.commands.append(Fetch(account=key, why="a command has not been confirmed"))
        elif is_due and any(one.rule.reads is not None and one.rule.reads(sight, one.config) for one in settings.rules):
            self.commands.append(Fetch(account=key, why="a grace is about to end"))
        self._keep(before, leaving.account)
        if is_due or not isinstance(event, QuoteSeen):
            self._due(key, leaving.account, settings, now)

    def _keep(self, before: Account, account: Account) -> None:
        if account is before:
            return
        state = replace(self.state, accounts={**self.state.accounts, account.id: account})
        if account.positions.keys() != before.positions.keys():
            holders = dict(state.holders)
            for contract in before.positions.keys() - account.positions.keys():
                rest = tuple(key for key in holders.get(contract, ()) if key != account.id)
                holders[contract] = rest
                if not rest:
                    del holders[contract]
            for contract in account.positions.keys() - before.positions.keys():
                holders[contract] = (*holders.get(contract, ()), account.id)
            state = replace(state, holders=holders)
        self.state = state

    def _due(self, key: AccountId, account: Account, settings: Settings, now: datetime) -> None:
        due = deadlines.next_due(self.state, account, settings, now)
        if due != self.state.due.get(key):
            dues = {**self.state.due, key: due} if due is not None else pursuit.without(self.state.due, key)
            self.state = replace(self.state, due=dues)

    def _set_deadline(self, now: datetime) -> None:
        deadline = min(self.state.due.values(), default=None)
        hubs = deadlines.hubs_due(self.state)
        if hubs is not None and (deadline is None or hubs < deadline):
            deadline = hubs
        if deadline != self.state.deadline:
            self.state = replace(self.state, deadline=deadline)
        del now

    def _heard_by_guard(self, event: AnyEvent, now: datetime) -> None:
        """What concerns the guard itself: its connections, its configuration, what it cannot read."""
        for hub, away in list(self.state.away.items()):
            if not away.is_told and away.since + deadlines.AWAY_TOLD_AFTER <= now:
                self.state = replace(self.state, away={**self.state.away, hub: replace(away, is_told=True)})
                if _tells_of_disconnects(self.settings):
                    self._alert(
                        Severity.CRITICAL,
                        f"The connection to the {hub.value} hub is lost since {away.since:%H:%M:%S} UTC. The guard "
                        f"is blind there and keeps trying; nothing is closed for it.",
                        now,
                    )
        match event:
            case HubLost():
                if event.hub not in self.state.away:
                    self.state = replace(self.state, away={**self.state.away, event.hub: Away(now, event.why)})
            case HubBack():
                away_then = self.state.away.get(event.hub)
                self.state = replace(self.state, away=pursuit.without(self.state.away, event.hub))
                if away_then is not None and away_then.is_told:
                    self._alert(Severity.INFO, f"The connection to the {event.hub.value} hub is back.", now)
            case ReloadRefused():
                self._alert(
                    Severity.WARNING, f"The new configuration is refused, the running one stays. {event.why}", now
                )
            case LoginRefused():
                self._alert(Severity.CRITICAL, f"The gateway refuses the login. {event.why}", now)
            case Unreadable():
                if not self.state.unreadable:
                    self._alert(Severity.WARNING, f"A message of {event.source} cannot be read: {event.why}", now)
                self.state = replace(self.state, unreadable=self.state.unreadable + 1)
            case _:
                pass

    def _alert(self, severity: Severity, text: str, now: datetime) -> None:
        self.alerts.append(Alert(severity=severity, text=text, at=now))


def _tells_of_disconnects(settings: Mapping[AccountId, Settings]) -> bool:
    armed = [one.armed("RULE-010") for one in settings.values()]
    return any(one is None or one.config.alert_on_disconnect for one in armed)


def _advance(account: Account, settings: Settings, now: datetime) -> tuple[Account, list[Lock], bool]:
    """Let time do what is due: resets, the ends of locks and waivers, confirmations that did not come."""
    if not account.days:
        account = booking.open_days(account, settings, now)
    elif any(day.end <= now for day in account.days.values()):
        account = booking.turn_days(account, settings, now)
    account, ended = locks.run_out(account, now)
    before = now - confirm_within(settings)
    for contract, waiting in account.fills.items():
        kept = fills.forget(waiting, before)
        if kept != waiting:
            account = fills.put(account, contract, kept)
    account, is_late = pursuit.run_out(account, now)
    return account, ended, is_late


def _hear(account: Account, event: AnyEvent, settings: Settings, now: datetime) -> tuple[Account, list[Lock]]:
    """What an event changes in what we believe of an account, and the locks that an admin has cleared."""
    within = confirm_within(settings)
    match event:
        case PositionSeen():
            account = hearing.position_seen(account, event, now, within)
        case OrderSeen():
            account = hearing.order_seen(account, event, now, within)
        case TradeSeen():
            account = hearing.trade_seen(account, event, now)
        case AccountSeen():
            account = hearing.account_seen(account, event)
        case AccountRead():
            account = reading.account_read(account, event, now, within)
        case CommandRefused():
            account = _refused(account, event, settings, now)
        case Cleared():
            return locks.clear(account, settings, event, now)
        case Reloaded():
            account = _reloaded(account, event, settings, now)
        case CommandAccepted() | CommandLost() | QuoteSeen() | TimePassed():
            pass
        case HubLost() | HubBack() | ReloadRefused() | LoginRefused() | Unreadable():
            pass
        case _:
            assert_never(event)
    return account, []


def _refused(account: Account, event: CommandRefused, settings: Settings, now: datetime) -> Account:
    """A refusal ends a try. Where it says that nothing is there to act on, that is believed until the next read."""
    command, within = event.command, confirm_within(settings)
    account = pursuit.refused(account, command, event.refusal, now)
    contract = getattr(command, "contract", None)
    order = getattr(command, "order", None)
    if event.refusal is Refusal.NOTHING_OPEN and contract in account.positions and not isinstance(command, PlaceStop):
        flat = PositionSeen(account=account.id, contract=contract, signed_size=0, average_price=Decimal(0))
        account = hearing.position_seen(account, flat, now, within)
    if event.refusal is Refusal.ORDER_GONE and order in account.orders:
        gone = OrderSeen(account=account.id, order=order, status=OrderStatus.CANCELLED)
        account = hearing.order_seen(account, gone, now, within, from_read=True)
    return account


def _reloaded(account: Account, event: Reloaded, settings: Settings, now: datetime) -> Account:
    """New settings: the days they count in, no waiver and no memory of a rule that has changed."""
    account = booking.open_days(account, settings, now)
    account = locks.end_waivers(account, [waiver for waiver in account.waivers if waiver.rule in event.changed])
    armed = {one.rule.id for one in settings.rules}
    memory = {key: kept for key, kept in account.memory.items() if key not in event.changed}
    standing = {key: held for key, held in account.standing.items() if held.rule in armed or held.rule == "BLIND"}
    return replace(account, memory=memory, standing=standing)
