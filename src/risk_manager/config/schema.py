"""A JSON Schema of each file of the configuration, for editors that complete and underline.

It says less than the loader knows (which symbols and zones there are, what excludes what), and asks for nothing that
the loader does not ask for. Of the ways to write a word or a flag it knows the usual one, and inside the sections of a
rule that is off it wants what it always wants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from risk_manager.config.accounts import ACCOUNTS_FILE, Accounts
from risk_manager.config.keys import notes
from risk_manager.config.logs import LOGGING_FILE, LogSettings
from risk_manager.config.notifications import NOTIFICATIONS_FILE, NotificationsFile
from risk_manager.config.risk import HOLIDAYS_FILE, RISK_FILE, VERSION
from risk_manager.config.rule_section import ACTION, ENFORCEMENT
from risk_manager.config.shape import ENABLED, model_of
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.core.settings import Defaults, Holidays

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def risk_schema(rules: Sequence[Rule] = RULES) -> dict[str, Any]:
    """The schema as plain values, ready to be written as JSON."""
    definitions: dict[str, Any] = {}
    sections = {rule.key: _rule(rule, definitions) for rule in rules}
    references = {key: {"$ref": f"#/$defs/{key}"} for key in sections}
    definitions |= sections
    return {
        "$schema": _DRAFT,
        "title": "risk_config",
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "defaults": _hoisted(Defaults, "defaults", definitions),
            **references,
            "rules": {"type": "object", "properties": references, "additionalProperties": False},
        },
        "required": ["version"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def schemas(rules: Sequence[Rule] = RULES) -> dict[str, dict[str, Any]]:
    """The schema of each file by the file's name."""
    return {
        RISK_FILE: risk_schema(rules),
        ACCOUNTS_FILE: _accounts(rules),
        HOLIDAYS_FILE: _plain(Holidays, HOLIDAYS_FILE),
        LOGGING_FILE: _plain(LogSettings, LOGGING_FILE),
        NOTIFICATIONS_FILE: _versioned(_plain(NotificationsFile, NOTIFICATIONS_FILE)),
    }


def _plain(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    schema = {"$schema": _DRAFT, **_hoisted(struct, Path(name).stem, definitions)}
    return {**schema, "$defs": definitions} if definitions else schema


def _versioned(schema: dict[str, Any]) -> dict[str, Any]:
    schema["properties"]["version"] = {"const": VERSION}
    return {**schema, "required": ["version"]}


def _accounts(rules: Sequence[Rule]) -> dict[str, Any]:
    """The accounts; what one account has of its own is laid over what stands for all, so no part of it is needed."""
    schema = _plain(Accounts, ACCOUNTS_FILE)
    over: dict[str, Any] = {}
    sections = {rule.key: _rule(rule, over) for rule in rules}
    schema["$defs"] |= {name: _without_needs(one) for name, one in {**over, **sections}.items()}
    own = {"type": "object", "additionalProperties": False}
    own["properties"] = {key: {"$ref": f"#/$defs/{key}"} for key in sections}
    schema["$defs"]["accounts._Monitored"]["properties"]["rules"] = own
    return schema


def _without_needs(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_needs(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    is_choice_of_needs = all(set(one) <= {"properties", "required"} for one in schema.get("anyOf", [{"type": 1}]))
    dropped = {"required", "anyOf"} if is_choice_of_needs else {"required"}
    return {key: _without_needs(one) for key, one in schema.items() if key not in dropped or key == "properties"}


def _rule(rule: Rule, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _hoisted(rule.config, rule.key, definitions)
    schema["title"] = f"{rule.id} {rule.key}"
    properties = schema.setdefault("properties", {})
    properties[ENABLED] = {"type": "boolean", "default": True}
    if rule.actions and ACTION in properties:
        properties[ACTION] = {"enum": [action.value for action in rule.actions]}
        properties[ENFORCEMENT] = properties[ACTION]
    return _may_be_off(schema)


def _may_be_off(schema: dict[str, Any]) -> dict[str, Any]:
    """A section that is switched off may leave everything out."""
    required = schema.pop("required", None)
    if required:
        off = {"properties": {ENABLED: {"const": False}}, "required": [ENABLED]}
        schema["anyOf"] = [off, {"required": required}]
    return schema


def _hoisted(struct: type[msgspec.Struct], key: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """A section's schema; the definitions that it refers to go to the top under its own name."""
    schema = model_of(struct, key).model_json_schema(ref_template=f"#/$defs/{key}.{{model}}")
    inner = {one.__name__: one for one in _inside(struct)}
    for name, definition in schema.pop("$defs", {}).items():
        _note(definition, inner.get(name))
        has_switch = ENABLED in definition.get("properties", {})
        definitions[f"{key}.{name}"] = _may_be_off(definition) if has_switch else definition
    _note(schema, struct)
    return schema


def _note(schema: dict[str, Any], struct: type[msgspec.Struct] | None) -> None:
    """Say of each key what the declaration says of it."""
    for key, note in (notes(struct) if struct is not None else {}).items():
        one = schema.get("properties", {}).get(key)
        if one is not None:
            one["description"] = f"{note} {one['description']}" if "description" in one else note


def _inside(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """The declarations inside a declaration, itself included."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
        for one in get_type_hints(hint, include_extras=True).values():
            yield from _inside(one)
    for one in get_args(hint):
        yield from _inside(one)
