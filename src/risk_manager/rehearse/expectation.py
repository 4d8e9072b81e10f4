"""What a step says must be true, in one spelling, so that it can be compared with what was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pydantic_core import PydanticCustomError

from risk_manager.config.problem import did_you_mean, listed
from risk_manager.config.reading import Reading, shown, wrong
from risk_manager.core.commands import Cancel, Close, Command, Fetch, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.rehearse.timing import moment

Told = Mapping[str, Any]
"""A command as a story writes it: `{reduce: CONTRACT, size: 1}`."""

VERBS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "close": (frozenset(), frozenset()),
    "reduce": (frozenset({"size"}), frozenset()),
    "cancel": (frozenset(), frozenset()),
    "resize": (frozenset({"size"}), frozenset()),
    "place_stop": (frozenset({"side", "size", "price"}), frozenset()),
    "move_stop": (frozenset({"price"}), frozenset({"size"})),
}
"""Each command: what must stand beside it, and what may."""
_LOCK_KEYS: Final = ("rule", "kind", "symbol", "until")
ANY: Final = "any"


def command_told(command: Command) -> Told | None:
    """A command of the engine as a story writes it; None for a read, which changes nothing at the broker."""
    match command:
        case Close():
            return {"close": command.contract}
        case Reduce():
            return {"reduce": command.contract, "size": command.size}
        case Cancel():
            return {"cancel": command.order}
        case Resize():
            return {"resize": command.order, "size": command.size}
        case PlaceStop():
            side = command.side.name.lower()
            return {
                "place_stop": command.contract,
                "side": side,
                "size": command.size,
                "price": command.price,
            }
        case MoveStop():
            size = {} if command.size is None else {"size": command.size}
            return {"move_stop": command.order, "price": command.price, **size}
        case Fetch():
            return None


def _command(value: Any) -> Told:
    command: Told = value if isinstance(value, dict) else {}
    verbs = [key for key in command if key in VERBS]
    if len(verbs) != 1:
        near = did_you_mean(next(iter(command)), VERBS) if command else ""
        raise wrong(f"{shown(value)} is no command. A command is {listed(VERBS)}.{near}")
    verb = verbs[0]
    needed, allowed = VERBS[verb]
    beside = set(command) - {verb}
    if missing := sorted(needed - beside):
        raise wrong(f"{verb} says nothing about its {' and '.join(missing)}")
    if strange := sorted(beside - needed - allowed):
        raise wrong(f"{verb} has no {' and no '.join(strange)}")
    if "side" in command and command["side"] not in ("buy", "sell"):
        raise wrong(f"{shown(command['side'])} is no side. Write buy or sell")
    for key in ("size", "price"):
        if key in command and (isinstance(command[key], bool) or not isinstance(command[key], int | Decimal)):
            raise wrong(f"{key} {shown(command[key])} is not a number")
    return command


def _commands(value: Any) -> tuple[Told, ...] | str:
    if value == ANY:
        return ANY
    if value is None:
        return ()
    if not isinstance(value, list):
        raise wrong(f"{shown(value)} is not a list of commands. Write [] for none, or any")
    return tuple(_each(_command, value))


def _lock(value: Any) -> Told:
    if not isinstance(value, dict) or "rule" not in value:
        raise wrong(f"{shown(value)} is no lock. A lock is {{rule: RULE-003, kind: hard, symbol: ES, until: time}}")
    if strange := [key for key in value if key not in _LOCK_KEYS]:
        raise wrong(f"A lock has no {strange[0]}.{did_you_mean(strange[0], _LOCK_KEYS)}")
    if value.get("kind", "hard") not in ("hard", "cooldown"):
        raise wrong(f"{shown(value['kind'])} is no kind of lock. Write hard or cooldown")
    until: datetime | None = moment(value["until"]) if value.get("until") is not None else None
    return {**value, "until": until} if "until" in value else value


def _locks(value: Any) -> tuple[Told, ...]:
    if not isinstance(value, list):
        raise wrong(f"{shown(value)} is not a list of locks. Write [] for none")
    return tuple(_each(_lock, value))


def _each(read: Any, values: list[Any]) -> list[Any]:
    told = []
    for count, value in enumerate(values, start=1):
        try:
            told.append(read(value))
        except PydanticCustomError as error:
            raise wrong(f"number {count}: {error}") from None
    return told


COMMANDS: Final = Reading(_commands, {}, "A list of commands")
LOCKS: Final = Reading(_locks, {}, "A list of locks")
