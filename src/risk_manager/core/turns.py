"""One evaluation at one instant: what is due, then the event, then the judgement of both, then what leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from risk_manager.core import (
    believing,
    blindness,
    calm,
    connections,
    deadlines,
    disagreement,
    hearing,
    holders,
    judging,
    locks,
    plan,
    pursuit,
)
from risk_manager.core.commands import Command, Fetch
from risk_manager.core.contracts import contract_told
from risk_manager.core.events import (
    AccountRead,
    AccountSeen,
    AnyEvent,
    ContractSeen,
    OrderSeen,
    PositionSeen,
    QuoteSeen,
    Reloaded,
    TimePassed,
    TradeSeen,
)
from risk_manager.core.leaving import looked_over
from risk_manager.core.model import AccountId, ContractId
from risk_manager.core.outcome import Outcome
from risk_manager.core.record import Alert, Breach, LockChange, Severity, Step
from risk_manager.core.rule import EVERYTHING, Topic
from risk_manager.core.settings import Settings
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, State

_TOPIC = {
    PositionSeen: Topic.POSITIONS | Topic.QUOTES,
    OrderSeen: Topic.ORDERS,
    TradeSeen: Topic.TRADES | Topic.QUOTES,
    AccountSeen: Topic.ACCOUNT,
    QuoteSeen: Topic.QUOTES,
}


def is_restart(event: AnyEvent) -> bool:
    """True for the first read after a start: nobody was awake before it."""
    return isinstance(event, AccountRead) and event.after_restart


class Turns:
    """The turns of one step: usually one, more where something was due before the event."""

    def __init__(
        self, state: State, settings: Mapping[AccountId, Settings], leaves_at: datetime, *, strict: bool
    ) -> None:
        """`leaves_at` is the time of the step: its commands leave then, also those of turns that were due before."""
        self.state = state
        self.settings = settings
        self.strict = strict
        self.breaches: list[Breach] = []
        self.alerts: list[Alert] = []
        self.commands: list[Command] = []
        self.leaves_at = leaves_at
        self._earlier = 0
        self.lock_changes: list[LockChange] = []
        self._looked_at: list[tuple[AccountId, Sight]] = []
        self._is_due_moved = False

    def deadline(self) -> datetime | None:
        """When something is due next."""
        self._reckon()
        return self.state.deadline

    def leaving(self) -> tuple[Command, ...]:
        """What leaves now."""
        return looked_over(self.commands, self._earlier, self.state.accounts)

    def step(self, commands: tuple[Command, ...]) -> Step:
        """The record, with what has left."""
        self._reckon()
        return Step(
            state=self.state,
            breaches=tuple(self.breaches),
            alerts=tuple(self.alerts),
            commands=commands,
            locks=tuple(self.lock_changes),
            deadline=self.state.deadline,
        )

    def turn(self, event: AnyEvent, now: datetime) -> None:
        """One evaluation at one instant: what is due, then the event, then the judgement of both."""
        self._earlier = len(self.commands)
        if isinstance(event, QuoteSeen):
            self._quote(event, now)
        else:
            self.state, alerts = connections.heard(self.state, event, self.settings, now)
            self.alerts += alerts
            if isinstance(event, ContractSeen) and event.tick_size > 0 and event.tick_value > 0:
                contract = contract_told(event.contract, event.tick_size, event.tick_value)
                self.state = replace(self.state, contracts={**self.state.contracts, event.contract: contract})
        concerned = self._concerned(event)
        due = self._also_due(event, concerned, now)
        self.state = replace(self.state, now=now) if now != self.state.now else self.state
        for key in (*concerned, *due):
            if key not in self.settings:
                self._forget_due(key)  # nobody guards it any more
            elif not self.state.accounts[key].is_asleep or is_restart(event):
                self._account(key, event if key in concerned else TimePassed(), now)
            else:
                self._asleep(key, event, now)
        if concerned and isinstance(event, QuoteSeen):
            self._draw_bands(event.contract, concerned)
        self._is_due_moved = self._is_due_moved or not isinstance(event, QuoteSeen)

    def _quote(self, event: QuoteSeen, now: datetime) -> None:
        quote = believing.quoted(self.state.quotes.get(event.contract), event, now)
        self.state = replace(self.state, quotes={**self.state.quotes, event.contract: quote})

    def _concerned(self, event: AnyEvent) -> tuple[AccountId, ...]:
        if isinstance(event, QuoteSeen):
            held_by = self.state.holders.get(event.contract)
            known = self.state.calm.get(event.contract, calm.UNKNOWN)
            return calm.concerned(known, event, held_by) if held_by is not None else ()
        if isinstance(event, ContractSeen):
            return self.state.holders.get(event.contract, ())
        account = getattr(event, "account", None)
        return (account,) if account in self.state.accounts else ()

    def _draw_bands(self, contract: ContractId, judged: tuple[AccountId, ...]) -> None:
        known = self.state.calm.get(contract, calm.UNKNOWN)
        bands = calm.drawn(self.state, known, contract, judged, self.settings)
        self.state = replace(self.state, calm={**self.state.calm, contract: bands})

    def _asleep(self, key: AccountId, event: AnyEvent, now: datetime) -> None:
        """Nobody was awake yet: what the admin decides stands at once, and is judged with the first read."""
        before = self.state.accounts[key]
        loosens = not self.state.unsaved
        account, gone = believing.hear_asleep(before, event, self.settings[key], now, may_loosen=loosens)
        self.lock_changes += [judging.changed(account, lock, ended=True) for lock in gone]
        self._keep(before, account)

    def _also_due(self, event: AnyEvent, concerned: tuple[AccountId, ...], now: datetime) -> list[AccountId]:
        """Other accounts for which time has brought something. After a restart each waits for its own read."""
        if self.state.deadline is None or now < self.state.deadline or is_restart(event):
            return []
        return [key for key, at in self.state.due.items() if at <= now and key not in concerned]

    def _account(self, key: AccountId, event: AnyEvent, now: datetime) -> None:
        settings = self.settings[key]
        before = self.state.accounts[key]
        due = self.state.due.get(key)
        is_due = (due is not None and due <= now) or is_restart(event)
        if not is_due and believing.changes_nothing(event):
            return
        account, why_read = before, ""
        ended: list[LockChange] = []
        if is_due or not before.days:
            account, gone, why_read = believing.advance(account, settings, now)
            ended = [judging.changed(account, lock, ended=True) for lock in gone]
        if account.fills and not isinstance(event, QuoteSeen):
            account, why_read = believing.forget_fills(account, settings, now, why_read)
        why_read = why_read or disagreement.why_read_after(account, event)
        account, cleared = believing.hear(account, event, settings, now, may_loosen=not self.state.unsaved)
        if self.state.contracts:
            account = hearing.with_contracts(account, self.state.contracts)
        ended += [judging.changed(account, lock, ended=True) for lock in cleared]
        is_blind = isinstance(event, QuoteSeen) and blindness.is_told(account, event.contract)
        is_whole = is_due or is_blind or bool(ended) or not pursuit.is_quiet(account) or not pursuit.is_quiet(before)
        topics = EVERYTHING if is_whole else _TOPIC.get(type(event), EVERYTHING)
        sight = Sight(self.state, account, settings, now, Outcome(account))
        account = judging.remember(sight, topics)
        account, released = locks.end_conditions(sight)
        ended += [judging.changed(account, lock, ended=True) for lock in released]
        sight.stand_on(account)
        if is_whole or released:
            topics = EVERYTHING
            self.alerts += blindness.look(sight)
        judged = judging.judge(sight, topics, strict=self.strict, is_reload=isinstance(event, Reloaded))
        leaving = plan.leave(sight, self.leaves_at)
        commands = leaving.commands()
        self.breaches += judged.breaches
        self.alerts += judged.alerts
        if leaving.loud:
            self.alerts += [Alert(severity=Severity.CRITICAL, text=text, at=now, account=key) for text in leaving.loud]
        self.lock_changes += ended + judged.locks
        self.commands += commands
        if why_read := why_read or (disagreement.why_read_when_due(sight) if is_due else ""):
            self.commands.append(Fetch(account=key, why=why_read))
        self._keep(before, leaving.account)
        self._forget_bands(key)
        is_moved = bool(commands or judged.breaches or judged.locks or ended or is_blind)
        if is_due or is_moved or not isinstance(event, QuoteSeen):
            sight.account = leaving.account
            self._looked_at.append((key, sight))

    def _keep(self, before: Account, account: Account) -> None:
        if account is before:
            return
        state = replace(self.state, accounts={**self.state.accounts, account.id: account})
        if account.positions is not before.positions:
            state = replace(state, holders=holders.after(state.holders, before, account))
        self.state = state

    def _forget_bands(self, key: AccountId) -> None:
        if self.state.calm:
            known = calm.forgotten(self.state.calm, key)
            if known is not self.state.calm:
                self.state = replace(self.state, calm=known)

    def _reckon(self) -> None:
        """When something is due next. Nobody waits for that: the commands have left, or another turn follows."""
        for key, sight in self._looked_at:
            self._due(key, deadlines.next_due(sight))
        self._looked_at.clear()
        if self._is_due_moved:
            self._is_due_moved = False
            self._set_deadline()

    def _due(self, key: AccountId, due: datetime | None) -> None:
        if due is None:
            self._forget_due(key)
        elif due != self.state.due.get(key):
            self.state = replace(self.state, due={**self.state.due, key: due})
            self._is_due_moved = True

    def _forget_due(self, key: AccountId) -> None:
        if key in self.state.due:
            self.state = replace(self.state, due=pursuit.without(self.state.due, key))
            self._is_due_moved = True

    def _set_deadline(self) -> None:
        deadline = min(self.state.due.values(), default=None)
        hubs = connections.next_due(self.state)
        if hubs is not None and (deadline is None or hubs < deadline):
            deadline = hubs
        if deadline != self.state.deadline:
            self.state = replace(self.state, deadline=deadline)
