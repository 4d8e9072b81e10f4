"""`risk-manager admin rules`: what the files say about each rule, for each account: on or off, and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from risk_manager.config import ConfigError, Configuration, load_home
from risk_manager.config.in_short import in_short
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.core.settings import Settings
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.configuration import print_json
from risk_manager.interfaces.admin.entrance import House, tell


class RuleShown(msgspec.Struct, frozen=True):
    """A rule as the files have it."""

    id: str
    key: str
    is_on: bool
    settings: dict[str, Any]
    """All of them, with what nobody has written down."""
    in_short: str
    """Those that somebody has."""


class AccountShown(msgspec.Struct, frozen=True):
    """The rules of one account."""

    account: int
    name: str
    rules: tuple[RuleShown, ...]


def run(*, home: Path | None = None, account: int | None = None, json: bool = False) -> int:
    """List every rule: whether it is on, and its settings in short, as the files have them.

    Parameters
    ----------
    home
        The guard's home folder.
    account
        Only this account.
    json
        As JSON, for other programs; with all settings.
    """
    try:
        listed = [one for one in of_files(House(home)) if account in (None, one.account)]
    except ConfigError as error:
        tell(str(error))
        return ExitCode.BAD_INPUT
    if not listed:
        tell(f"No account {account} is in accounts.yaml.")
        return ExitCode.BAD_INPUT
    if json:
        print_json(listed)
    else:
        print("\n".join(line for one in listed for line in _lines(one)))
    return ExitCode.FINE


def of_files(house: House) -> tuple[AccountShown, ...]:
    """What the files of a home say. Raises ConfigError."""
    read: Configuration = load_home(house.folder, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
    return tuple(AccountShown(one.id, one.settings.name, of_settings(one.settings)) for one in read.accounts)


def of_settings(settings: Settings) -> tuple[RuleShown, ...]:
    """Every rule, also those that are off, by their numbers."""
    shown = []
    for rule in known_rules():
        armed = settings.armed(rule.id)
        if armed is None:
            shown.append(RuleShown(rule.id, rule.key, False, {}, ""))
        else:
            everything = msgspec.to_builtins(armed.config, str_keys=True)
            shown.append(RuleShown(rule.id, rule.key, True, everything, in_short(armed.config)))
    return tuple(shown)


def _lines(account: AccountShown) -> Iterator[str]:
    yield f"Account {account.account} {account.name}".rstrip()
    width = max(len(rule.key) for rule in account.rules)
    for rule in account.rules:
        state = "on " if rule.is_on else "off"
        yield f"  {rule.id}  {rule.key:<{width}}  {state}  {rule.in_short}".rstrip()
