"""`risk-manager admin lockouts`: what is locked, and ending a lock before its time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from risk_manager.core.told_times import dated, lock_end, named
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.entrance import House, ended, tell
from risk_manager.interfaces.trader.reading import by_number
from risk_manager.ipc import status as published
from risk_manager.ipc.admin import Clear
from risk_manager.ipc.status import AccountStatus


def show(*, home: Path | None = None, json: bool = False) -> int:
    """List the locks that stand and the rules that are waived.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        As JSON, for other programs.
    """
    house = House(home)
    try:
        told = published.read(house.folder / "data" / "status.json")
    except (OSError, msgspec.MsgspecError):
        tell("No guard has published anything here yet.")
        return ExitCode.NOT_RUNNING
    if json:
        locks = {account.id: account.locks for account in told.accounts}
        print(msgspec.json.format(msgspec.json.encode(locks)).decode())
        return ExitCode.FINE
    for account in told.accounts:
        print("\n".join(_lines(account)))
    if not house.is_guarded():
        tell(f"The guard is not running: this is what it saw at {dated(told.at)}.")
        return ExitCode.NOT_RUNNING
    return ExitCode.FINE


def _lines(account: AccountStatus) -> list[str]:
    head = f"Account {account.id} {account.name}".rstrip()
    lines = [f"{head}: nothing is locked." if not account.locks else f"{head}:"]
    for lock in account.locks:
        kind = "locked" if lock.kind == "hard" else "cooldown"
        lines.append(
            f"  {lock.rule}  {lock.symbol or 'account'}  {kind} until {lock_end(lock.rule, lock.until)}: {lock.why}"
        )
    for rule in account.rule_details:
        lines += [f"  {rule.id}  waived{what} until {named(until)}" for what, until in rule.waivers()]
    return lines


def clear(
    rule: str,
    *,
    account: int,
    reason: str,
    symbol: str | None = None,
    whole_account: bool = False,
    keep_rule: bool = False,
    home: Path | None = None,
    password_stdin: bool = False,
) -> int:
    """End the locks of a rule: all of them, that of one symbol, or that of the whole account. The rule is waived for as
    much until its next reset, unless it is kept.

    Parameters
    ----------
    rule
        RULE-003, as `lockouts list` shows it, or 3.
    account
        The account's number.
    reason
        Why; it is recorded and everybody is told.
    symbol
        Only the lock of this symbol; that of the whole account stays.
    whole_account
        Only the lock of the whole account; those of symbols stay.
    keep_rule
        Leave the rule in force: what still holds locks again in the same instant.
    home
        The guard's home folder.
    password_stdin
        Read the password from stdin.
    """
    return ended(
        House(home),
        lambda token: Clear(
            token=token,
            account=account,
            rule=by_number(rule),
            why=reason,
            symbol=symbol,
            whole_account=whole_account,
            keep_rule=keep_rule,
        ),
        from_stdin=password_stdin,
        nobody="No guard is running for this home: locks are cleared by the guard that holds them. Start it.",
    )
