"""What a running guard takes of other files, and what of them waits until it is started again.

It has logged in once, for the accounts of that time. The limits are whatever the files say now.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.document import only_document
from risk_manager.config.home import Configuration, load_texts
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import NO_SECRETS
from risk_manager.config.tree import plain

_json: Final = msgspec.json.Encoder(decimal_format="number")


def as_far_as_it_runs(running: Configuration, wanted: Configuration) -> Configuration:
    """The limits of `wanted` for the login and the accounts of `running`. An account that is not in the files any more
    keeps what it has of its own, with the common limits of now. Raises ConfigError where those do not go together."""
    if wanted.settings.keys() != running.settings.keys():
        name = _accounts_name(wanted.texts)
        texts = {**wanted.texts, name: _accounts_that_run(running, wanted.texts[name])}
        wanted = load_texts(texts, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
    return replace(wanted, login=running.login)


def waiting(running: Configuration, wanted: Configuration) -> tuple[str, ...]:
    """What of `wanted` is in force at the next start only, a sentence each."""
    told = []
    if wanted.login != running.login:
        told.append("accounts.yaml: the login is another one.")
    come = sorted(wanted.settings.keys() - running.settings.keys())
    gone = sorted(running.settings.keys() - wanted.settings.keys())
    if come or gone:
        more = [f"{_listed(come)} is not guarded yet" if come else "", f"{_listed(gone)} still is" if gone else ""]
        told.append(f"accounts.yaml: the list of accounts is another one: {', '.join(one for one in more if one)}.")
    return tuple(told)


def _listed(accounts: list[int]) -> str:
    return " and ".join(map(str, accounts))


def _accounts_name(texts: Mapping[str, str]) -> str:
    return next(name for name in texts if Path(name).stem == Path(ACCOUNTS_FILE).stem)


def _accounts_that_run(running: Configuration, wanted: str) -> str:
    """An accounts.yaml with the running accounts: each as the files have it now, or as it runs where they do not."""
    before: dict[str, Any] = plain(only_document(running.texts[_accounts_name(running.texts)], ACCOUNTS_FILE))
    after: dict[str, Any] = plain(only_document(wanted, ACCOUNTS_FILE))
    known = {int(row["account_id"]): row for content in (before, after) for row in _rows(content)}
    rows = [known[account] for account in running.settings]
    return _json.encode({"topstepx": before["topstepx"], "monitored_accounts": rows}).decode()


def _rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    one = content.get("monitored_account")
    return [one] if one is not None else list(content.get("monitored_accounts") or ())
