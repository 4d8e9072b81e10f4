"""All rules are asked, every breach is recorded once, the wishes of those that count go into the outcome."""

from __future__ import annotations

from msgspec.structs import replace

from risk_manager.core import locks
from risk_manager.core.outcome import Outcome
from risk_manager.core.record import Alert, Breach, LockChange, Severity
from risk_manager.core.rule import Finding, LockKind, Topics
from risk_manager.core.settings import Armed
from risk_manager.core.sight import Sight
from risk_manager.core.state import Account, Lock, Standing


class Judged:
    """What asking the rules has brought, besides the outcome."""

    __slots__ = ("alerts", "breaches", "locks")

    def __init__(self) -> None:
        self.breaches: list[Breach] = []
        self.alerts: list[Alert] = []
        self.locks: list[LockChange] = []


def judge(sight: Sight, topics: Topics, *, strict: bool, is_reload: bool = False) -> Judged:
    """Let standing locks act, then ask the rules whose topics have moved. Under a hard lock of the whole account no
    rule is asked. With `strict` an error of a rule is an error; else a critical alert, once per spell. A reload may
    make locks that stand longer."""
    judged = Judged()
    if is_reload:
        _prolong(sight, judged)
    if sight.account.locks:
        for lock in _widest_first(sight.account.locks):
            locks.enforce(lock, sight, sight.outcome)
        if sight.account.is_locked_hard():
            _let_go(sight, strict=strict)
            return judged
    recorded = {held.rule for held in sight.account.standing.values()}
    for armed in sight.settings.rules:
        rule = armed.rule
        if rule.topics & topics:
            try:  # as `_findings` does, written out: asked of ten rules an event
                findings = tuple(rule.judge(sight, armed.config))
            except Exception as error:
                if strict:
                    raise
                findings = (_failed(error),)
            if findings or rule.id in recorded:
                _weigh(armed, findings, sight, judged)
    return judged


def _widest_first(standing: tuple[Lock, ...]) -> list[Lock]:
    """What several wish for is told with the reason of the first: that of the lock which demands the most."""
    return sorted(standing, key=lambda lock: (lock.kind is not LockKind.HARD, lock.symbol is not None))


def _prolong(sight: Sight, judged: Judged) -> None:
    for armed in sight.settings.rules:
        for wish in armed.rule.prolongs(sight, armed.config) if armed.rule.prolongs is not None else ():
            why = f"{armed.rule.id}: the settings have changed"
            sight.account, lock, is_change = locks.set_lock(sight.account, armed.rule.id, wish, why, sight.now)
            if is_change:
                judged.locks.append(changed(sight.account, lock))


def _let_go(sight: Sight, *, strict: bool) -> None:
    """Under a lock no rule is asked, but a breach that has become false meanwhile is over: the next one is new.

    The breaches that have set a lock end with it.
    """
    open_ones = [key for key, held in sight.account.standing.items() if held.lock is None and held.rule != "BLIND"]
    if not open_ones:
        return
    still: set[str] = set()
    for armed in sight.settings.rules:
        prefix = f"{armed.rule.id}|"
        if any(key.startswith(prefix) for key in open_ones):
            aside = Sight(sight.state, sight.account, sight.settings, sight.now, Outcome(sight.account))
            still |= {prefix + finding.about for finding in _findings(armed, aside, strict=strict)}
    over = [key for key in open_ones if key not in still]
    if over:
        standing = {key: held for key, held in sight.account.standing.items() if key not in over}
        sight.account = replace(sight.account, standing=standing)


def _findings(armed: Armed, sight: Sight, *, strict: bool) -> tuple[Finding, ...]:
    try:
        return tuple(armed.rule.judge(sight, armed.config))
    except Exception as error:  # a rule that fails must not take the others with it
        if strict:
            raise
        return (_failed(error),)


def _weigh(armed: Armed, findings: tuple[Finding, ...], sight: Sight, judged: Judged) -> None:
    """Take what a rule has found; what it does not find any more is over."""
    prefix = f"{armed.rule.id}|"
    true_now: set[str] = set()
    for finding in findings:
        key = prefix + finding.about
        true_now.add(key)
        if finding.is_new:  # what is only still so keeps its record open, and nothing else comes of it
            _take(armed, finding, key, sight, judged)
    standing = sight.account.standing
    over = [key for key in standing if key.startswith(prefix) and key not in true_now]
    if over:
        sight.account = replace(
            sight.account, standing={key: held for key, held in standing.items() if key not in over}
        )


def _failed(error: Exception) -> Finding:
    return Finding(
        about="error",
        why=f"it could not be asked ({type(error).__name__}: {error}); it protects nothing until this is mended",
        is_breach=False,
        warning=True,
    )


def _take(armed: Armed, finding: Finding, key: str, sight: Sight, judged: Judged) -> None:
    """Record a finding if nobody has, and let its wishes and its lock count unless the rule is waived."""
    account, now, rule = sight.account, sight.now, armed.rule.id
    held = account.standing.get(key)
    waived = locks.is_waived(account, rule, finding.symbol)
    is_new = held is None or held.waived != waived
    if not waived:
        for wish in finding.wishes:
            sight.outcome.add(wish, f"{rule}: {finding.why}")
        if finding.lock is not None:
            _lock(finding, rule, sight, judged)
    if not is_new or not (finding.is_breach or finding.warning):
        return
    lock = (finding.lock.kind.value, finding.lock.symbol) if finding.lock is not None and not waived else None
    sight.account = _standing(sight.account, key, Standing(rule, finding.about, waived, lock))
    if finding.is_breach:
        judged.breaches.append(
            Breach(
                account=account.id,
                rule=rule,
                about=finding.about,
                why=finding.why,
                at=now,
                waived=waived,
                value=finding.value,
                limit=finding.limit,
            )
        )
    if not waived:
        judged.alerts.append(
            Alert(severity=_severity(finding), text=f"{rule}: {finding.why}", at=now, account=account.id)
        )


def _severity(finding: Finding) -> Severity:
    """A hard lock is critical, and so is a rule that cannot be asked; anything else is a warning."""
    if finding.about == "error" and not finding.is_breach:
        return Severity.CRITICAL
    is_hard = finding.lock is not None and finding.lock.kind is LockKind.HARD
    return Severity.CRITICAL if is_hard and finding.is_breach else Severity.WARNING


def _standing(account: Account, key: str, held: Standing) -> Account:
    return replace(account, standing={**account.standing, key: held})


def _lock(finding: Finding, rule: str, sight: Sight, judged: Judged) -> None:
    assert finding.lock is not None
    sight.account, lock, is_change = locks.set_lock(sight.account, rule, finding.lock, finding.why, sight.now)
    sight.outcome.account = sight.account
    locks.enforce(lock, sight, sight.outcome)
    if is_change:
        judged.locks.append(changed(sight.account, lock))


def changed(account: Account, lock: Lock, *, ended: bool = False) -> LockChange:
    """A lock's change for the record."""
    return LockChange(
        account=account.id,
        rule=lock.rule,
        symbol=lock.symbol,
        kind=lock.kind.value,
        since=lock.since,
        until=lock.until,
        why=lock.why,
        ended=ended,
    )


def remember(sight: Sight, topics: Topics) -> Account:
    """Let each rule that has a memory take note of what has happened; also under a lock."""
    account = sight.account
    for armed in sight.settings.rules:
        rule = armed.rule
        if rule.remember is None or not rule.topics & topics:
            continue
        known = account.memory.get(rule.id)
        kept = rule.remember(sight, armed.config, known)
        if kept is not known and kept != known:
            account = replace(account, memory={**account.memory, rule.id: kept})
            sight.account = account
    return account
