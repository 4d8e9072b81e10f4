"""A JSON Schema of `risk_config.yaml`, for editors that complete and underline.

It says less than the loader knows (which symbols and zones there are, what excludes what), never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from risk_manager.config.risk import VERSION
from risk_manager.config.rule_section import ACTION, ENFORCEMENT
from risk_manager.config.shape import ENABLED, model_of
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.core.settings import Defaults

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
        "additionalProperties": False,
        "$defs": definitions,
    }


def _rule(rule: Rule, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _hoisted(rule.config, rule.key, definitions)
    schema["title"] = f"{rule.id} {rule.key}"
    properties = schema.setdefault("properties", {})
    properties[ENABLED] = {"type": "boolean", "default": True}
    if rule.actions and ACTION in properties:
        properties[ACTION] = {"enum": [action.value for action in rule.actions]}
        properties[ENFORCEMENT] = properties[ACTION]
    # A section that is switched off may leave everything out.
    required = schema.pop("required", None)
    if required:
        off = {"properties": {ENABLED: {"const": False}}, "required": [ENABLED]}
        schema["anyOf"] = [off, {"required": required}]
    return schema


def _hoisted(struct: type[msgspec.Struct], key: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """A section's schema; the definitions that it refers to go to the top under its own name."""
    schema = model_of(struct, key).model_json_schema(ref_template=f"#/$defs/{key}.{{model}}")
    for name, definition in schema.pop("$defs", {}).items():
        definitions[f"{key}.{name}"] = definition
    return schema
