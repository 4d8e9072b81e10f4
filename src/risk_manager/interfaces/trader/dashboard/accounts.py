"""The accounts to choose from: each in one line that says whether it may trade and how its day is."""

from __future__ import annotations

from risk_manager.interfaces.trader.dashboard import money
from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line
from risk_manager.ipc.status import AccountStatus, GuardStatus


def lines(status: GuardStatus) -> dict[int, Line]:
    """One line for each account, by its id."""
    names = {one.id: f"{one.id} {one.name}".strip() for one in status.accounts}
    room = max((len(name) for name in names.values()), default=0)
    return {
        one.id: line(
            Span(names[one.id].ljust(room), Tone.STRONG),
            "  ",
            _state(one),
            "  day ",
            money.result(one.net_pnl),
            f"  {len(one.positions)} open",
            _bare(one),
        )
        for one in status.accounts
    }


def after(status: GuardStatus, chosen: int | None) -> int | None:
    """The account that follows the chosen one, in a circle."""
    ids = [one.id for one in status.accounts]
    if not ids:
        return None
    return ids[(ids.index(chosen) + 1) % len(ids)] if chosen in ids else ids[1 % len(ids)]


def is_locked(account: AccountStatus) -> bool:
    """True where nothing may be traded there: a cooldown still lets one out."""
    return account.can_trade is False or any(one.kind == "hard" and one.symbol is None for one in account.locks)


def _state(account: AccountStatus) -> Span:
    if account.is_asleep:
        return Span("not read ", Tone.CAUTION)
    if account.is_tradable and account.can_trade is not False:
        return Span("may trade", Tone.GOOD)
    return Span("LOCKED   ", Tone.BAD) if is_locked(account) else Span("COOLDOWN ", Tone.CAUTION)


def _bare(account: AccountStatus) -> Span:
    bare = sum(1 for one in account.positions if one.unprotected_since is not None)
    return Span(f", {bare} WITHOUT A STOP" if bare else "", Tone.BAD)
