"""`risk-manager admin accounts`: which accounts there are, which of them are guarded, and why one is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from risk_manager.config import ConfigError, Configuration, load_home
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.core.events import AccountSeen
from risk_manager.exit_codes import ExitCode
from risk_manager.gateway.session import Credentials
from risk_manager.gateway.trying import LoginFailedError, accounts_of
from risk_manager.interfaces.admin.configuration import print_json
from risk_manager.interfaces.admin.entrance import House, tell
from risk_manager.ipc import status as published
from risk_manager.ipc.status import AccountStatus

_STILL: Final = "guarded by the running guard, not in accounts.yaml any more: from its next start on nobody guards it"


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is configured, or that the gateway has."""

    id: int
    name: str
    is_configured: bool
    is_seen: bool | None
    """Whether the gateway has it as an active one; None: it could not be asked."""
    can_trade: bool | None
    """Whether the broker lets it trade; None: not known."""
    is_guarded: bool
    says: str
    """Why it is guarded or not."""


class Picture(msgspec.Struct, frozen=True):
    """All of them."""

    accounts: tuple[AccountShown, ...]
    trouble: str | None = None
    """Why the gateway could not be asked."""


def run(*, home: Path | None = None, json: bool = False) -> int:
    """List the accounts that are configured and those that the gateway has; asks the gateway.

    Parameters
    ----------
    home
        The guard's home folder.
    json
        As JSON, for other programs.
    """
    try:
        seen = picture(House(home))
    except ConfigError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    if json:
        print_json(seen)
    else:
        print("\n".join(lines(seen)))
    if seen.trouble is not None:
        tell(f"The gateway was not asked: {seen.trouble}")
        return ExitCode.UNREACHABLE
    return ExitCode.FINE


def picture(house: House) -> Picture:
    """Ask files, guard and gateway. Raises ConfigError."""
    plain = load_home(house.folder, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
    try:
        login = load_home(house.folder, known_rules()).login
        seen = asyncio.run(accounts_of(Credentials(login.username, login.api_key.reveal()), login.api_url))
    except (ConfigError, LoginFailedError) as error:
        return Picture(_accounts(plain, None, _guarded(house)), str(error))
    return Picture(_accounts(plain, {one.account: one for one in seen}, _guarded(house)))


def _guarded(house: House) -> Mapping[int, AccountStatus] | None:
    """What the running guard has; None where none runs."""
    if not house.is_guarded():
        return None
    try:
        return {one.id: one for one in published.read(house.folder / "data" / "status.json").accounts}
    except (OSError, msgspec.MsgspecError):
        return None


def _accounts(
    read: Configuration, seen: Mapping[int, AccountSeen] | None, guarded: Mapping[int, AccountStatus] | None
) -> tuple[AccountShown, ...]:
    shown = []
    for one in read.accounts:
        there = seen.get(one.id) if seen is not None else None
        is_guarded, says = _standing(one.id, bool(one.settings.rules), seen, guarded)
        shown.append(
            AccountShown(
                id=one.id,
                name=one.settings.name,
                is_configured=True,
                is_seen=there is not None if seen is not None else None,
                can_trade=there.can_trade if there is not None else None,
                is_guarded=is_guarded,
                says=says,
            )
        )
    known = {one.id for one in read.accounts}
    names = {number: other.name or "" for number, other in (seen or {}).items()}
    names |= {number: one.name for number, one in (guarded or {}).items()}
    for number, name in names.items():
        if number not in known:
            there = seen.get(number) if seen is not None else None
            is_guarded = number in (guarded or {})
            shown.append(
                AccountShown(
                    id=number,
                    name=name,
                    is_configured=False,
                    is_seen=there is not None if seen is not None else None,
                    can_trade=there.can_trade if there is not None else None,
                    is_guarded=is_guarded,
                    says=_STILL if is_guarded else "not guarded: it is not in accounts.yaml",
                )
            )
    return tuple(shown)


def _standing(
    number: int,
    has_rules: bool,
    seen: Mapping[int, AccountSeen] | None,
    guarded: Mapping[int, AccountStatus] | None,
) -> tuple[bool, str]:
    if guarded is None:
        return False, "not guarded: no guard runs for this home"
    if seen is not None and number not in seen:
        return False, "not guarded: the login has no active account of this number"
    if number not in guarded:
        return False, "not guarded: the guard runs without it. Start it again"
    if guarded[number].is_asleep:
        return False, "not guarded yet: it has not been read from the gateway"
    if not has_rules:
        return True, "watched, and nothing is limited: no rule is on"
    return True, "guarded"


def lines(seen: Picture) -> Iterator[str]:
    """The accounts as text."""
    for one in seen.accounts:
        configured = "in accounts.yaml" if one.is_configured else "not in accounts.yaml"
        there = {None: "gateway not asked", True: "the gateway has it", False: "the gateway does not have it"}[
            one.is_seen
        ]
        if one.can_trade is not None:
            there += ", it may trade" if one.can_trade else ", it may NOT trade"
        yield f"{one.id}  {one.name}".rstrip()
        yield f"  {configured} · {there}"
        yield f"  {one.says}"
