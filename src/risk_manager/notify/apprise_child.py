"""The process that Apprise speaks from: one task on stdin, how it ended as the exit code, no talk."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import msgspec

NOT_TAKEN, NOT_INSTALLED, NOT_UNDERSTOOD = 11, 12, 13


class Task(msgspec.Struct, frozen=True):
    """One message."""

    url: str
    title: str
    body: str
    kind: str
    """Apprise's word for how loud it is."""

    def __repr__(self) -> str:
        return "Task(***)"


def main() -> int:
    """Deliver it; the exit code."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    try:
        apprise: Any = import_module("apprise")
    except ImportError:
        return NOT_INSTALLED
    service = apprise.Apprise()
    if not service.add(task.url):
        return NOT_UNDERSTOOD
    return 0 if service.notify(body=task.body, title=task.title, notify_type=task.kind) else NOT_TAKEN


if __name__ == "__main__":
    sys.exit(main())
