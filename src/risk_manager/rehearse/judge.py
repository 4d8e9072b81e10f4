"""Compares what a step says must be true with what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from risk_manager.core.state import Lock
from risk_manager.rehearse.chapter import Chapter
from risk_manager.rehearse.expectation import ANY, Told, command_told
from risk_manager.rehearse.scenario import Pnl, Step


class Difference(msgspec.Struct, frozen=True):
    """One thing that was not as the scenario says, in words."""

    what: str
    expected: str
    was: str


def differences(step: Step, chapter: Chapter) -> list[Difference]:
    """All that differs in one step; empty where everything holds."""
    found = [
        _commands(step.expect, chapter),
        _rules("breached", step.breached, (one.rule for one in chapter.breaches if not one.waived)),
        _rules("waived", step.waived, (one.rule for one in chapter.breaches if one.waived)),
        _locks(step.locked, chapter.locks),
        _alerts(step, chapter),
        *_pnl(step.pnl, chapter),
    ]
    return [difference for difference in found if difference is not None]


def _commands(expected: tuple[Told, ...] | str, chapter: Chapter) -> Difference | None:
    was = [told for command in chapter.commands if (told := command_told(command)) is not None]
    if isinstance(expected, str) and expected == ANY:
        return None
    wanted = [one for one in expected if not isinstance(one, str)]
    if _counted(wanted) == _counted(was):
        return None
    return Difference("commands", told_list(wanted), told_list(was))


def _counted(commands: Iterable[Told]) -> Counter[frozenset[tuple[str, Any]]]:
    return Counter(frozenset(command.items()) for command in commands)


def _rules(what: str, expected: tuple[str, ...] | None, was: Iterable[str]) -> Difference | None:
    if expected is None:
        return None
    told = set(was)
    if set(expected) == told:
        return None
    return Difference(what, ", ".join(sorted(set(expected))) or "nothing", ", ".join(sorted(told)) or "nothing")


def _locks(expected: tuple[Told, ...] | None, was: tuple[Lock, ...]) -> Difference | None:
    if expected is None:
        return None
    left = [lock_told(lock) for lock in was]
    holds = len(expected) == len(left)
    # Those that say most choose first.
    for wanted in sorted(expected, key=len, reverse=True):
        match = next((lock for lock in left if _is_lock(wanted, lock)), None)
        if match is None:
            holds = False
        else:
            left.remove(match)
    return None if holds else Difference("locks", told_list(expected), told_list(lock_told(lock) for lock in was))


def lock_told(lock: Lock) -> Told:
    """A lock as a story writes it."""
    symbol = {"symbol": lock.symbol} if lock.symbol is not None else {}
    return {"rule": lock.rule, "kind": lock.kind.value, **symbol, "until": lock.until}


def _is_lock(wanted: Told, lock: Told) -> bool:
    return wanted.get("symbol") == lock.get("symbol") and all(lock.get(key) == wanted[key] for key in wanted)


def _alerts(step: Step, chapter: Chapter) -> Difference | None:
    was = Counter(alert.severity for alert in chapter.alerts)
    wanted = Counter(step.alerts)
    if wanted <= was:
        return None
    return Difference(
        "alerts",
        f"at least {', '.join(severity.value for severity in step.alerts)}",
        ", ".join(f"{alert.severity.value} ({alert.text})" for alert in chapter.alerts) or "nothing",
    )


def _pnl(expected: Pnl | None, chapter: Chapter) -> list[Difference | None]:
    if expected is None:
        return []
    return [
        _amount("realized P&L", expected.realized, chapter.realized),
        _amount("unrealized P&L", expected.unrealized, chapter.unrealized),
    ]


def _amount(what: str, expected: Decimal | None, was: Decimal) -> Difference | None:
    return None if expected is None or expected == was else Difference(what, f"{expected:f}", f"{was:f}")


def told_list(entries: Iterable[Mapping[str, Any]]) -> str:
    """Commands or locks in the scenario's own spelling."""
    return ", ".join(sorted(_told(entry) for entry in entries)) or "nothing"


def _told(entry: Mapping[str, Any]) -> str:
    parts = [f"{key}: {_value(value)}" for key, value in entry.items()]
    return f"{{{', '.join(parts)}}}"


def _value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
