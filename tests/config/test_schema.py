from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from risk_manager.config.schema import risk_schema
from risk_manager.core.rules import RULES
from tests.config.sample import TABLE


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def test_it_is_json_and_every_reference_leads_somewhere() -> None:
    schema = risk_schema()
    assert json.loads(json.dumps(schema)) == schema
    found = set(references(schema))
    assert found
    assert all(one.removeprefix("#/$defs/") in schema["$defs"] for one in found)


def test_every_rule_stands_at_the_top_and_under_rules() -> None:
    schema = risk_schema()
    for rule in RULES:
        assert rule.key in schema["properties"]
        assert rule.key in schema["properties"]["rules"]["properties"]
        assert schema["$defs"][rule.key]["title"] == f"{rule.id} {rule.key}"


def test_a_rule_takes_its_own_actions_under_both_names_and_may_be_off() -> None:
    sample = risk_schema(TABLE)["$defs"]["sample"]
    assert sample["properties"]["action"]["enum"] == ["close_all", "reduce_to_limit"]
    assert sample["properties"]["enforcement"] == sample["properties"]["action"]
    assert sample["additionalProperties"] is False
    assert sample["properties"]["limits"]["additionalProperties"]["minimum"] == 0
    assert sample["properties"]["loss"]["anyOf"][0]["exclusiveMaximum"] == 0
    needs = risk_schema(TABLE)["$defs"]["needs"]
    assert {"required": ["limit"]} in needs["anyOf"]
    assert needs["properties"]["enabled"]["default"] is True
