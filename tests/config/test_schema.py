from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from ruamel.yaml import YAML

from risk_manager.config import load_texts, settings_from_mapping
from risk_manager.config.document import only_document
from risk_manager.config.keys import declared
from risk_manager.config.presets import limits_of, risk_text, shipped
from risk_manager.config.schema import risk_schema, schemas
from risk_manager.config.tree import plain
from risk_manager.core.rules import RULES
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import schema as command
from tests.config.sample import TABLE
from tests.config.test_loader_properties import GOOD, LEAVES, refusal
from tests.tree import ROOT

SCHEMAS = {name: Draft202012Validator(one) for name, one in schemas().items()}


def told(name: str, content: Any) -> list[str]:
    """What an editor would underline."""
    return [line for one in SCHEMAS[name].iter_errors(content) for line in lines(one)]


def lines(error: ValidationError) -> list[str]:
    """An error, and those of which it is made."""
    own = f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
    return [own, *(line for one in error.context or () for line in lines(one))]


def of(text: str) -> Any:
    """A text as an editor reads it."""
    return plain(only_document(text, ""))


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


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema_and_comes_by_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name].schema)
    assert command.run(name) == ExitCode.FINE
    assert json.loads(capsys.readouterr().out) == SCHEMAS[name].schema
    assert command.run(Path(name).stem) == ExitCode.FINE


def test_another_file_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run("other.yaml") == ExitCode.BAD_INPUT
    assert "risk_config.yaml, accounts.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_the_example_of_a_rule_is_right_and_every_key_is_known_with_its_note(rule: Any) -> None:
    assert told("risk_config.yaml", of(f"version: 1\n{rule.example}")) == []
    schema = schemas()["risk_config.yaml"]
    for key in declared(rule.config):
        here: Any = schema["$defs"][rule.key]
        for step in key.way:
            here = resolved(here, schema)["properties"][step]
        assert key.note in here.get("description", "") or key.way == ("action",), key


def resolved(here: Any, schema: Any) -> Any:
    """What a reference, or a value that may be null, leads to."""
    here = next((one for one in here.get("anyOf", ()) if "$ref" in one), here)
    return schema["$defs"][here["$ref"].rpartition("/")[2]] if "$ref" in here else here


def test_what_is_shipped_and_what_the_readme_shows_is_right() -> None:
    for preset in shipped().presets:
        assert told("risk_config.yaml", of(risk_text(limits_of(preset, shipped())))) == []
    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1:]
    shown = [block.partition("```")[0] for block in blocks]
    names = [next(name for name in SCHEMAS if name in text.splitlines()[0]) for text in shown]
    assert set(names) == {"accounts.yaml", "risk_config.yaml"}
    assert [told(name, of(text)) for name, text in zip(names, shown, strict=True)] == [[]] * len(shown)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("accounts.yaml", "topstepx: {username: a, api_key: b}\nmonitored_account: {account_id: 1}\n"),
        (
            "accounts.yaml",
            "topstepx: {username: a, api_key: b}\nmonitored_accounts:\n"
            "  - {account_id: 1, account_name: x, rules: {max_contracts: {micro_weight: 0.1}}}\n"
            "  - {account_id: 2, rules: {cooldown_after_loss: {consecutive_losses: {count: 2}}}}\n"
            "  - {account_id: 3, rules: {daily_realized_loss: {enabled: false}}}\n",
        ),
        ("holidays.yaml", 'holidays: ["2025-12-25"]\nearly_closes: {"2025-11-28": "12:15"}\n'),
        ("logging.yaml", "level: debug\nformat: json\n"),
        (
            "notifications.yaml",
            "version: 1\nchannels:\n  a: {kind: telegram, bot_token: '${X}', chat_id: 5, events: [breach]}\n"
            "heartbeat: {ping_url: '${Y}', every_seconds: 30}\n",
        ),
        ("risk_config.yaml", "version: 1\ndefaults: {reset_time: '17:00'}\nrules: {max_contracts: {limit: 3}}\n"),
    ],
)
def test_other_files_that_are_right(name: str, text: str) -> None:
    assert told(name, of(text)) == []
    if name == "accounts.yaml":
        common = (
            "version: 1\nmax_contracts: {limit: 3}\n"
            "cooldown_after_loss: {consecutive_losses: {count: 3, cooldown_duration: 9}}\n"
        )
        load_texts({name: text, "risk_config.yaml": common + "daily_realized_loss: {limit: -5}\n"})


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("risk_config.yaml", "daily_realized_loss: {limit: 500}", "daily_realized_loss.limit"),
        ("risk_config.yaml", "daily_realized_loss: {limt: -500}", "'limt' was unexpected"),
        ("risk_config.yaml", "max_contract: {limit: 5}", "'max_contract' was unexpected"),
        ("risk_config.yaml", "max_contracts: {limit: 5, action: cooldown}", "max_contracts.action"),
        ("accounts.yaml", "topstepx: {username: a}", "'api_key' is a required property"),
        (
            "accounts.yaml",
            "monitored_account: {account_id: 1, rules: {max_contracts: {limit: x}}}",
            "rules.max_contracts.limit",
        ),
        ("logging.yaml", "level: loud", "level"),
        ("notifications.yaml", "channels: {}", "'version' is a required property"),
        ("notifications.yaml", "version: 1\nchannels: {a: {kind: fax}}", "channels.a.kind"),
        ("holidays.yaml", "holidays: 2025-12-25", "holidays"),
    ],
)
def test_what_is_wrong_is_underlined(name: str, text: str, says: str) -> None:
    assert any(says in one for one in told(name, of(text)))


@given(st.sets(st.sampled_from(LEAVES)), st.sets(st.sampled_from(sorted(GOOD))))
@settings(deadline=None, max_examples=150)
def test_what_the_loader_takes_an_editor_does_not_underline(without: set[Any], off: set[str]) -> None:
    content = json.loads(json.dumps(GOOD))
    for path in sorted(without, key=lambda one: (len(one), str(one)), reverse=True):
        here: Any = content
        for step in path[:-1]:
            here = here[step]
        if isinstance(here, dict) and (len(path) == 2 or path[0] not in off):  # inside it the schema wants all
            del here[path[-1]]
    content["version"] = 1  # which a file needs, and a block of a scenario does not
    for key in off:
        if isinstance(content[key], dict):
            content[key]["enabled"] = False
    if not refusal(lambda: settings_from_mapping(content)):
        assert told("risk_config.yaml", content) == []


def test_the_examples_are_those_of_the_loader() -> None:
    assert told("risk_config.yaml", YAML(typ="safe", pure=True).load(json.dumps({"version": 1, **GOOD}))) == []
