"""What is locked, and ending a lock before its time: with a reason, which is on the record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from textual import work

from risk_manager.core.told_times import dated, lock_end, named
from risk_manager.interfaces.admin.console.dialogs import Ask, Choose
from risk_manager.interfaces.admin.console.page import NUMBER_ROOM, Drawn, Page, Row
from risk_manager.interfaces.admin.entrance import RefusedError
from risk_manager.interfaces.trader.dashboard.saying import Line, Tone, title, wrapped
from risk_manager.ipc import status as published
from risk_manager.ipc.admin import Clear
from risk_manager.ipc.status import AccountStatus, GuardStatus, LockStatus

LEAVE, WAIVE, KEEP = (
    "Leave the lock",
    "End it, and waive the rule until its next reset",
    "End it, and keep the rule in force",
)


class LockoutsPage(Page[GuardStatus]):
    """The locks of all accounts."""

    heading = "lockouts"
    waits = "Reading what the guard has published"
    every = 1.0

    def look(self) -> GuardStatus:
        """What the guard has published."""
        try:
            return published.read(self.console.session.house.folder / "data" / "status.json")
        except (OSError, msgspec.MsgspecError):
            raise RefusedError("No guard has published anything here yet.") from None

    def drawn(self, seen: GuardStatus, width: int) -> Drawn:
        """A row a lock; waivers below."""
        advice: list[Line] = []
        if not self._guarded:
            advice += wrapped(f"No guard runs: this is what it saw at {dated(seen.at)}.", width, tone=Tone.CAUTION)
        rows = [_row(one, lock, partial(self.clear, one, lock), width) for one in seen.accounts for lock in one.locks]
        advice += wrapped("Enter ends a lock." if rows else "Nothing is locked.", width)
        body: list[Line] = []
        for one in seen.accounts:
            for rule in one.rule_details:
                for what, until in rule.waivers():
                    body += wrapped(f"{rule.id} of account {one.id} is waived{what} until {named(until)}.", width)
        return Drawn(advice, rows, body)

    @work
    async def clear(self, account: AccountStatus, lock: LockStatus) -> None:
        """Ask why and how, and have the guard end it."""
        end = lock_end(lock.rule, lock.until)
        about = [
            f"Account {account.id}, {lock.symbol or 'all of it'}, until {end}.",
            lock.why,
            *_beside(account, lock),
        ]
        reason = await self.app.push_screen_wait(
            Ask(f"End the lock of {lock.rule}: why", [*about, "The reason is recorded, and everybody is told."])
        )
        if not (reason or "").strip():
            self.tell("Nothing was changed: a lock is ended with a reason only.")
            return
        how = await self.app.push_screen_wait(
            Choose(f"End the lock of {lock.rule}", about, [LEAVE, WAIVE, KEEP], keys="n")
        )
        if how not in (WAIVE, KEEP):
            self.tell("Nothing was changed.")
            return
        await self.console.asked(
            "Asking the guard",
            lambda token: Clear(
                token=token,
                account=account.id,
                rule=lock.rule,
                why=reason or "",
                symbol=lock.symbol,
                whole_account=lock.symbol is None,
                keep_rule=how == KEEP,
            ),
        )
        self.action_again()


def _beside(account: AccountStatus, lock: LockStatus) -> list[str]:
    """What else of the same rule stands there: this lock ends alone, but for one of the other kind on the same."""
    others = [one for one in account.locks if one.rule == lock.rule and one != lock]
    stay = dict.fromkeys(one.symbol or "the whole account" for one in others if one.symbol != lock.symbol)
    told = [f"Not ended with it: the lock of {' and '.join(stay)} by {lock.rule}."] if stay else []
    if any(one.symbol == lock.symbol for one in others):
        told.append(f"The other lock of {lock.symbol or 'the whole account'} by {lock.rule} ends with it.")
    return told


def _row(account: AccountStatus, lock: LockStatus, opens: Callable[[], object], width: int) -> Row:
    kind = "locked" if lock.kind == "hard" else "cooldown"
    head = title(
        f"{account.id} {lock.symbol or 'account'} · {lock.rule} · {kind} until {lock_end(lock.rule, lock.until)}"
    )
    return Row(head, opens, tuple(wrapped(lock.why, width - NUMBER_ROOM, tone=Tone.FAINT)))
