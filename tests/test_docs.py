"""The pages say what the program is: made from it where that can be, held against it where not."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import pytest
from cyclopts import MissingArgumentError

import run as script
from docs import reference_pages
from docs.pictures.decides import decides
from risk_manager.cli import app
from risk_manager.config.channels import Event
from risk_manager.config.hiding import hidden
from risk_manager.config.notifications import NOTIFICATIONS_FILE, notifications_of
from risk_manager.config.schema import schemas
from risk_manager.config.secret import NO_SECRETS
from risk_manager.core.rules import RULES
from risk_manager.daemon.measures import MEASURES, PREFIX
from risk_manager.exit_codes import ExitCode
from risk_manager.ipc.messages import Message
from risk_manager.ipc.openapi import description
from tests.tree import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
ALL = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
PLACEHOLDERS = {"N": "1", "FILE": "risk_config.yaml", "NAME": "phone", "KIND": "telegram", "COMMAND": "status"}


@pytest.mark.parametrize("name", reference_pages.pages())
def test_a_reference_is_what_the_program_is(name: str) -> None:
    made = reference_pages.pages()[name]
    assert (DOCS / name).read_text(encoding="utf-8") == made, "python3 run.py docs"


def test_the_picture_is_what_its_command_draws() -> None:
    assert (DOCS / "pictures" / "decides.svg").read_text(encoding="utf-8") == decides(), "python -m docs.pictures"


def built(folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


def test_the_site_is_built_without_a_warning_and_a_broken_link_is_one(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    good = built(tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    site = tmp_path / "build" / "site"
    assert {path.with_suffix(".html").name for path in DOCS.glob("*.md")} <= {path.name for path in site.iterdir()}
    home = (site / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'<(?:script|link)[^>]*(?:src|href)="https?://', home), (
        "a page fetches something from elsewhere"
    )
    (tmp_path / "docs" / "index.md").write_text("[nowhere](nowhere.md)\n")
    assert built(tmp_path).returncode != 0


def test_every_page_of_the_menu_is_there() -> None:
    menu = re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert len(menu) > 20
    assert [page for page in menu if not (DOCS / page).exists()] == []
    assert {f"rules/{rule.key}.md" for rule in RULES} <= set(menu)


# Commands


def commands() -> Iterator[tuple[str, str]]:
    """Every `risk-manager ...` of README and pages: in a line of a block, or between backticks."""
    for page in (*PAGES, *ROOT.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(?:sh|text)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [re.split(r"\s{2,}", line.strip())[0] for block in blocks for line in block.splitlines()]
        inline = [" ".join(one.split()) for one in re.findall(r"(?<!`)`(risk-manager [^`]+)`", text)]
        for line in (*lines, *inline):
            if line.startswith("risk-manager "):
                yield page.name, line.partition(" > ")[0].removesuffix(" --help")


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_a_command_is_one(page: str, line: str) -> None:
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(line)[1:]]
    with suppress(MissingArgumentError):  # one that is only named may want more words than it is named with
        app.parse_args(words, print_error=False, exit_on_error=False)


def test_what_run_py_is_told_it_knows() -> None:
    text = ALL + "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("*.md"))
    words = set(re.findall(r"run\.py ([a-z]+)", text))
    assert words >= {"demo", "test", "check", "docs"}
    assert {word for word in words if f"run.py {word}" not in (script.__doc__ or "")} == set()


def test_what_is_run_as_a_module_is_there() -> None:
    names = set(re.findall(r"python -m ([a-z_.]+)", ALL)) - {"risk_manager"}
    assert "docs.reference_pages" in names
    places = [ROOT / name.replace(".", "/") for name in names]
    assert [one for one in places if not one.with_suffix(".py").exists() and not (one / "__main__.py").exists()] == []


# Names


def keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            yield name
            yield from keys(inner)
        for name, inner in schema.items():
            if name != "properties":
                yield from keys(inner)
    elif isinstance(schema, list):
        for one in schema:
            yield from keys(one)


def test_every_key_of_every_file_is_found() -> None:
    found = {name for schema in schemas().values() for name in keys(schema)}
    assert {"daily_realized_loss", "api_key", "webhook_url", "blind_grace", "micro_weight"} <= found
    assert {name for name in found if f"`{name}`" not in ALL and f"{name}:" not in ALL} == set()


def test_every_rule_command_event_and_exit_code_is_found() -> None:
    names = [name for rule in RULES for name in (rule.id, rule.key)]
    names += [f"risk-manager {words}" for words, _ in reference_pages.every_command()]
    names += [f"`{one.value}`" for one in Event]
    names += [f"`{one.__struct_config__.tag}`" for one in get_args(Message)]
    names += [f"`{code.name}`" for code in ExitCode]
    names += list(description()["paths"])
    names += [f"| `{PREFIX}{name}` | {one.kind.value} |" for name, one in MEASURES.items()]
    assert len(names) > 90
    assert [name for name in names if name not in ALL] == []


# Files


def test_the_notifications_that_are_shown_hold_and_hide_their_secrets() -> None:
    text = (DOCS / "notifications.md").read_text(encoding="utf-8")
    block = text.partition(f"```yaml\n# my-guard/config/{NOTIFICATIONS_FILE}\n")[2].partition("```")[0]
    read = notifications_of(block, NO_SECRETS, NO_SECRETS.get)
    assert [one.name for one in read.channels] == ["phone", "coach"]
    assert read.heartbeat is not None
    assert hidden(block) == block, "they are references"


def test_every_message_of_the_troubleshooting_is_one_of_the_program() -> None:
    """What a trader has read on the screen must be found there in the same words."""
    text = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    shown = [row.split("|")[1].strip() for row in text.splitlines() if row.startswith("| `")]
    said = [part.strip(" .") for one in shown for part in re.findall(r"`([^`]+)`", one)]
    source = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    source += (ROOT / "run.py").read_text(encoding="utf-8")
    plain = re.sub(r'"\s+f?"', "", source)
    parts = [part.strip(" .") for one in said for part in one.split("...") if part.strip(" .")]
    assert len(parts) > 8
    assert [part for part in parts if not found(part, plain)] == []


def found(part: str, source: str) -> bool:
    """Whether a sentence is in the source, where numbers and names may come from elsewhere."""
    pattern = re.sub(r"(?:\\ )?\d+(?:\\ )?|MNQ", ".{1,80}", re.escape(part))
    return re.search(pattern, source) is not None
