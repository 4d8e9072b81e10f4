"""Accounts with limits of their own, which a change of what all have does not reach: who tightens one must hear it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk_manager.config import ConfigError
from risk_manager.config.changes import changes
from risk_manager.config.document import only_document
from risk_manager.config.in_short import value_text
from risk_manager.config.tree import plain


def kept(before: str, after: str, accounts: str) -> str:
    """A sentence for each account that keeps a value of its own where risk_config.yaml is another one now; empty where
    none does, or accounts.yaml (`accounts`, its text) cannot be read."""
    changed = {one.partition(": ")[0].removeprefix("rules.") for one in changes(before, after)}
    try:
        content = plain(only_document(accounts, ""))
    except ConfigError:
        return ""
    return " ".join(
        f"Account {row['account_id']} has its own {key} in accounts.yaml, {value_text(value)}, and keeps it."
        for row in _rows(content)
        for key, value in _leaves(row.get("rules"))
        if any(one == key or one.startswith(f"{key}.") for one in changed)
    )


def _rows(content: Any) -> list[Mapping[str, Any]]:
    if not isinstance(content, dict):
        return []
    several = content.get("monitored_accounts")
    rows = [content.get("monitored_account"), *(several if isinstance(several, list) else ())]
    return [row for row in rows if isinstance(row, dict) and "account_id" in row]


def _leaves(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its key; a list is one value: an account's own takes the place of the other as a whole."""
    if not isinstance(value, dict):
        if way and value is not None:
            yield way, value
        return
    for key, below in value.items():
        yield from _leaves(below, f"{way}.{key}" if way else key)
