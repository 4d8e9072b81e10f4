"""The rule reference, made from the rules themselves: `python -m docs.rule_pages` writes it, a test compares it.

A page is the rule's own docstring, its example, and what its configuration declares.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import msgspec

from risk_manager.config.keys import kind, listed, notes, usual
from risk_manager.core.rule import Rule
from risk_manager.core.rules import ASKED, RULES
from risk_manager.core.settings import Action

FOLDER: Final = Path(__file__).parent / "rules"
_OPENING: Final = """\
# The rules

Each rule watches one thing, and says in one sentence what it found. A rule that is absent from `risk_config.yaml` or
has `enabled: false` is off. On one event they are asked in this order: {order}.

| rule | key | in short |
| --- | --- | --- |
"""


def pages() -> dict[str, str]:
    """Every page by its file name."""
    made = {f"{rule.key}.md": page(rule) for rule in RULES}
    made["README.md"] = _overview()
    return made


def page(rule: Rule) -> str:
    """The page of one rule."""
    module = sys.modules[rule.judge.__module__]
    title, _, rest = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    name, _, short = title.partition(": ")
    parts = [f"# {name}", _sentence(short), _labelled(rest), "```yaml\n" + rule.example + "```"]
    if rule.actions:
        parts.append("`action:` (or `enforcement:`) accepts " + listed(_action(one) for one in rule.actions) + ".")
    parts.append("## Settings\n\n`enabled`: on unless it is `false`.")
    parts += [table(struct) for struct in structs(rule.config)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _overview() -> str:
    rows = []
    for rule in RULES:
        title = inspect.cleandoc(sys.modules[rule.judge.__module__].__doc__ or "").splitlines()[0]
        rows.append(f"| {rule.id} | [`{rule.key}`]({rule.key}.md) | {_sentence(title.partition(': ')[2])} |")
    return _OPENING.format(order=", ".join(one.removeprefix("RULE-") for one in ASKED)) + "\n".join(rows) + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _labelled(text: str) -> str:
    """The five labelled lines (Watches, Breached, Then, Ends, Blind) as a list."""
    lines: list[str] = []
    for line in text.splitlines():
        label, colon, rest = line.partition(":")
        if colon and label in ("Watches", "Breached", "Then", "Ends", "Blind"):
            lines.append(f"- **{label}:**{rest}")
        elif line:
            lines[-1] += f" {line}"
    return "\n".join(lines)


def structs(config: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """The configuration and the sections inside it, outermost first."""
    found = [config]
    for hint in get_type_hints(config, include_extras=True).values():
        found += [inner for struct in _inside(hint) for inner in structs(struct) if inner not in found]
    return found


def _inside(hint: Any) -> list[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [struct for part in get_args(hint) for struct in _inside(part)]


def table(struct: type[msgspec.Struct], *, with_head: bool = True) -> str:
    """The keys of a declaration; under its name, unless it is the configuration of a rule itself."""
    hints = get_type_hints(struct, include_extras=True)
    told = notes(struct)
    rows = []
    for field in msgspec.structs.fields(struct):
        if field.name in ("action", "enabled"):
            continue
        rows.append(f"| `{field.name}` | {kind(hints[field.name])} | {usual(field)} | {told.get(field.name, '')} |")
    if not rows:
        return ""
    name = struct.__name__.lstrip("_")
    is_whole = name == "Config" or not with_head
    head = "" if is_whole else f"### {name}\n\n{inspect.cleandoc(struct.__doc__ or '')}\n\n"
    return head + "| key | what it is | default | note |\n| --- | --- | --- | --- |\n" + "\n".join(rows)


def _action(action: Action) -> str:
    return f"`{action.value}`"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
