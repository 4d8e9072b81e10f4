"""The guide's new way to tell people is put into a copy of the program, and tells a service that is strict."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from risk_manager.config.channels import NEEDS, ChannelKind
from risk_manager.config.hiding import hidden
from risk_manager.notify.speaking import speaker
from tests.notify.services import Service, open_service, units
from tests.tree import ROOT

GUIDE = ROOT / "docs" / "adding-a-notifier.md"
WAY = "/services/T00000000/B00000000/known-only-to-us"
HIDDEN = """\
import sys
from risk_manager.config.hiding import hidden
sys.exit("known-only-to-us" in hidden(sys.stdin.read()))
"""
FITS = """\
import json, sys
sys.path.append(sys.argv[1])
from risk_manager.notify import slack
from risk_manager.notify.answer import Later, Refused
from tests.notify.samples import LOSS, notice
for notices in ([LOSS], [notice("&" * 9000)] * 40):
    told, count = slack.message(notices, 7)
    assert 1 <= count <= len(notices) and len(told["text"]) <= 40_000 and "7 less" in told["text"], told
assert slack.answered(429, {"Retry-After": "9"}, b"rate_limited") == Later(
    "it has been told too much (HTTP 429, rate_limited)", 9.0
)
assert slack.answered(400, {}, b"invalid_payload").is_about_message
assert not slack.answered(404, {}, b"no_service").is_about_message
"""


class Slack(Service):
    """Incoming webhooks, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

    async def judged(self, request: web.Request) -> web.StreamResponse:
        if request.path != WAY:
            return web.Response(status=404, text="no_service")
        told = await request.json()
        is_known = set(told) <= {"text", "mrkdwn"} and isinstance(told.get("mrkdwn"), bool)
        text = told.get("text", "")
        if not is_known or not text.strip() or units(text) > 40_000 or re.search(r"[<>]|&(?!amp;|lt;|gt;)", text):
            return web.Response(status=400, text="invalid_payload")
        self.delivered.append(told)
        return web.Response(text="ok")


def followed(folder: Path) -> Path:
    """A copy of the program in which every step of the guide was done."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    page = GUIDE.read_text(encoding="utf-8")
    for place, code in re.findall(r"```python\n# (\S+)\n(.*?)```\n", page, re.DOTALL):
        (folder / place).write_text(code, encoding="utf-8")
    for place, change in re.findall(r"```diff\n(\S+)\n(.*?)```\n", page, re.DOTALL):
        lines = change.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        text = (folder / place).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{place} has these lines {text.count(before)} times:\n{before}"
        (folder / place).write_text(text.replace(before, after), encoding="utf-8")
    return folder / "src"


async def run(source: Path, *words: str, says: str = "") -> tuple[int, str]:
    """Run Python with the copy; how it ended, and all that it said."""
    own = {"PYTHONPATH": str(source), "XDG_DATA_HOME": str(source.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        env={**os.environ, **own},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await running.communicate(says.encode())
    assert running.returncode is not None
    return running.returncode, out.decode()


async def test_who_follows_the_guide_tells_people(tmp_path: Path) -> None:
    source = followed(tmp_path)
    ours, home = ("-m", "risk_manager"), tmp_path / "home"
    (home / "config").mkdir(parents=True)
    async with open_service(slack := Slack()):
        team: dict[str, Any] = {"kind": "slack", "slack_webhook": slack.url + WAY}
        text = json.dumps({"version": 1, "channels": {"team": team}})
        (home / "config" / "notifications.yaml").write_text(text)
        code, said = await run(source, *ours, "notify", "test", "--home", str(home))
        assert (code, said) == (0, "ok   team, slack: It has taken the message.\n")
        assert "This is a test of this channel" in slack.delivered[0]["text"]
        own = (*ours, "notify", "prefs", "--add", "mine", "--kind", "slack", "--secret-stdin")
        code, said = await run(source, *own, says=f"{slack.url}{WAY}x\n")
        assert (code, said.splitlines()[0]) == (0, "mine, slack: everything; no quiet hours"), said
        code, said = await run(source, *ours, "notify", "test", "--home", str(home))
        assert (code, len(slack.delivered)) == (1, 2), said
        assert "no_service" in said
        assert "known-only-to-us" not in said
    for shown in (text, f"{text[:-2]}, ["):
        assert (await run(source, "-c", HIDDEN, says=shown))[0] == 0, "the address is shown"
    code, said = await run(source, "-c", FITS, str(ROOT))
    assert code == 0, said


@pytest.mark.parametrize("kind", ChannelKind)
def test_every_kind_is_whole(kind: ChannelKind) -> None:
    assert "known-only-to-us" not in repr(speaker(kind.value, "https://127.0.0.1/known-only-to-us"))
    broken = f"channels:\n  mine:\n    {NEEDS[kind][0]}: known-only-to-us\n  other: [\n"
    assert "known-only-to-us" not in hidden(broken)
    assert f"| `{kind.value}` |" in (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
