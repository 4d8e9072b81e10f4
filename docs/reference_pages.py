"""The references that are made from the program itself: `python -m docs.reference_pages` writes them, a test compares.

Configuration from what its files declare, the local door from its own description, the commands from their functions.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from docs.rule_pages import structs, table
from risk_manager import cli
from risk_manager.config.accounts import ACCOUNTS_FILE, Accounts
from risk_manager.config.channels import EVENTS_IN_WORDS
from risk_manager.config.logs import LOGGING_FILE, LogSettings
from risk_manager.config.notifications import NOTIFICATIONS_FILE, NotificationsFile
from risk_manager.config.risk import HOLIDAYS_FILE, RISK_FILE
from risk_manager.core.rules import RULES
from risk_manager.core.settings import Defaults, Holidays
from risk_manager.daemon.measures import MEASURES, PREFIX, Kind
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc.messages import Message
from risk_manager.ipc.openapi import description

FOLDER: Final = Path(__file__).parent
_MADE: Final = "<!-- Made by `python -m docs.reference_pages`; change what it is made from. -->\n\n"
_PARAMETERS: Final = re.compile(r"^Parameters\n-+\n", re.MULTILINE)
_FILES: Final = (
    (ACCOUNTS_FILE, Accounts, "How to log in, and which accounts are guarded. `monitored_account` is for one, "
     "`monitored_accounts` for several; `rules` of an account are laid over those of all."),
    (HOLIDAYS_FILE, Holidays, "Days and early closes of your own; they count always. What the exchange closes is "
     "[shipped](exchange-calendar.md) and counts where a rule respects holidays."),
    (NOTIFICATIONS_FILE, NotificationsFile, "Who is told what: [a page of its own](notifications.md)."),
    (LOGGING_FILE, LogSettings, "How the four logs are written."),
)  # fmt: skip


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {"configuration.md": configuration(), "local-door.md": local_door(), "commands.md": commands()}


def configuration() -> str:
    """Every key of every file."""
    parts = [
        "# Configuration",
        "The files lie in `config/` of the home folder, as YAML or as JSON of the same content. All that is wrong with "
        "them is told at once, each with file, line, key and what would be right; an unknown key is wrong. A secret "
        "may be a reference: `${NAME}` for an environment variable, `keyring:NAME`, `credential:NAME` for one that "
        "systemd hands over. A change is in force within a second; the login and the accounts wait for the next start.",
        f"## {RISK_FILE}",
        "The limits. It begins with `version: 1`; the sections of the rules stand at the top or under `rules:`. A rule "
        "that is absent or has `enabled: false` is off.",
        "### `defaults`\n\nWhat holds for all rules.\n\n" + table(Defaults, with_head=False),
        "### Rules\n\n| section | rule |\n| --- | --- |\n"
        + "\n".join(f"| [`{rule.key}`](rules/{rule.key}.md) | {rule.id} |" for rule in RULES),
    ]
    for name, struct, says in _FILES:
        parts += [f"## {name}", says, table(struct, with_head=False)]
        parts += [table(one) for one in structs(struct)[1:]]
    events = "\n".join(f"| `{one.value}` | {says} |" for one, says in EVENTS_IN_WORDS.items())
    parts.append(f"### Events\n\n| event | is about |\n| --- | --- |\n{events}")
    return _joined(parts)


def local_door() -> str:
    """Every path, every message, every type of the door."""
    told = description()
    schemas = told["components"]["schemas"]
    parts = [
        "# The local door",
        "`http://127.0.0.1:8765`, or where `run --port` or `RISK_MANAGER_PORT` puts it: for every program of this "
        "machine, to look and not to change. The same as OpenAPI: `/api/openapi.json`. Money is text with its exact "
        "digits, times are UTC, a `seq` that is missed means: ask for a snapshot.",
    ]
    for path, methods in told["paths"].items():
        asked = methods["get"]
        parts.append(f"## GET {path}\n\n{asked['summary']}")
        if asked["parameters"]:
            rows = [
                f"| `{one['name']}` | {_type(one['schema'])} | {one.get('description', '')} |"
                for one in asked["parameters"]
            ]
            parts.append("| asks | type | is |\n| --- | --- | --- |\n" + "\n".join(rows))
        rows = [f"| {code} | {_answer(reply)} |" for code, reply in asked["responses"].items()]
        parts.append("| answers | with |\n| --- | --- |\n" + "\n".join(rows))
    parts += ["## Metrics", *_metrics()]
    parts.append("## WebSocket /\n\nFirst a `snapshot`, then what happens, numbered. `type` tells which it is.")
    rows = [f"| `{_tag(one)}` | [{one.__name__}](#{one.__name__.lower()}) |" for one in get_args(Message)]
    parts.append("| `type` | is a |\n| --- | --- |\n" + "\n".join(rows))
    parts.append("## Types")
    parts += [_schema(name, schema) for name, schema in sorted(schemas.items())]
    return _joined(parts)


def commands() -> str:
    """Every command with its options, and every exit code."""
    parts = ["# Commands", "One program. `--help` says the same. What it shows goes to stdout, what it says to stderr."]
    for words, place in every_command():
        parts += list(_command(words, place))
    rows = [f"| {code.value} | `{code.name}` | {says} |" for code, says in _noted(ExitCode)]
    parts.append("## Exit codes\n\n| code | name | means |\n| --- | --- | --- |\n" + "\n".join(rows))
    return _joined(parts)


def every_command() -> Iterator[tuple[str, str]]:
    """The words of each command, and where its function lives."""
    for name, (place, _) in cli.COMMANDS.items():
        yield name, place
    yield "audit verify", "risk_manager.audit.audit_command:verify"
    for name, (place, _) in cli.NOTIFY_COMMANDS.items():
        yield f"notify {name}", place
    for name in cli.SERVICE_COMMANDS:
        yield f"service {name}", f"risk_manager.service.service_command:{name}"
    for words, (place, _) in cli.ADMIN_COMMANDS.items():
        yield f"admin {' '.join(words)}", place


def _command(words: str, place: str) -> Iterator[str]:
    module, _, name = place.partition(":")
    function: Callable[..., object] = getattr(import_module(module), name)
    says, _, given = _split(inspect.cleandoc(function.__doc__ or ""))
    notes = dict(_parameters(given))
    yield f"## risk-manager {words}\n\n{says}"
    rows = [_option(one, notes.get(one.name, "")) for one in inspect.signature(function).parameters.values()]
    if rows:
        yield "| option | usual | is |\n| --- | --- | --- |\n" + "\n".join(rows)


def _split(text: str) -> tuple[str, str, str]:
    says, heading, given = text, "", ""
    found = _PARAMETERS.search(text)
    if found is not None:
        says, heading, given = text[: found.start()], found[0], text[found.end() :]
    return " ".join(says.split()), heading, given


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    for block in re.split(r"\n(?=\S)", text):
        name, _, says = block.partition("\n")
        if name:
            yield name.strip(), " ".join(says.split())


def _option(one: inspect.Parameter, note: str) -> str:
    is_named = one.kind is inspect.Parameter.KEYWORD_ONLY
    name = f"--{one.name.replace('_', '-')}" if is_named else one.name.upper()
    usual = "" if one.default in (None, False, inspect.Parameter.empty) else f"`{_plain(one.default)}`"
    usual = "needed" if one.default is inspect.Parameter.empty and not is_named else usual
    return f"| `{name}` | {usual} | {_cell(note)} |"


def _plain(value: object) -> object:
    return getattr(value, "value", value)


def _noted(names: type[Enum]) -> Iterator[tuple[Enum, str]]:
    """Each member with the text below it."""
    body = ast.parse(inspect.getsource(names)).body[0]
    assert isinstance(body, ast.ClassDef)
    for one, note in zip(body.body, body.body[1:], strict=False):
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and isinstance(note, ast.Expr):
            yield names[one.targets[0].id], " ".join(str(ast.literal_eval(note.value)).split())


def _metrics() -> Iterator[str]:
    """Every number of `/metrics`."""
    kinds = "; ".join(f"{one.value}: {_lowered(says)}" for one, says in _noted(Kind))
    yield f"What `/metrics` tells Prometheus. {kinds[0].upper()}{kinds[1:]}."
    rows = []
    for one in MEASURES.values():
        labels = "; ".join(f"`{key}`: {says}" for key, says in one.labels.items())
        rows.append(f"| `{PREFIX}{one.name}` | {one.kind.value} | {labels} | {one.says}. |")
    yield "| name | kind | labels | means |\n| --- | --- | --- | --- |\n" + "\n".join(rows)


def _lowered(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}".rstrip(".")


def _answer(reply: dict[str, Any]) -> str:
    shapes = [_type(media["schema"]) for media in reply.get("content", {}).values()]
    return f"{_cell(reply['description'])} {', '.join(shapes)}".strip()


def _schema(name: str, schema: dict[str, Any]) -> str:
    head = f"### {name}\n\n{_cell(schema.get('description', ''))}".rstrip()
    if "enum" in schema:
        return f"{head}\n\nOne of {', '.join(f'`{one}`' for one in schema['enum'])}."
    rows = [f"| `{key}` | {_type(one)} |" for key, one in schema.get("properties", {}).items()]
    return head + ("\n\n| field | type |\n| --- | --- |\n" + "\n".join(rows) if rows else "")


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"a list of {_type(schema['items'])}" if schema.get("items") else "a list"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"by name: {_type(schema['additionalProperties'])}"
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'anything')}{form}"


def _tag(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _joined(parts: list[str]) -> str:
    return _MADE + "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
