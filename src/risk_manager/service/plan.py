"""What `service install` and `uninstall` will do: sentences, and the commands that a careful admin would type."""

from __future__ import annotations

from typing import Final, NamedTuple

NAME: Final = "risk-manager"


class Program(NamedTuple):
    """The installed program that the service starts."""

    python: str
    """The interpreter, as an absolute path on the platform that the plan is for."""
    port: int | None = None
    """Where screens may ask; None: what is usual."""
    packages: str = ""
    """The folder with this program and all that it needs, where the interpreter is not told by its own place."""


class Step(NamedTuple):
    """One thing that is done."""

    says: str
    """What it does and why, a sentence."""
    types: str
    """The command, in the words of the platform's own shell; may be several lines."""


class Plan(NamedTuple):
    """All of it, in order; each step may be repeated without harm."""

    steps: tuple[Step, ...]
    before: str = ""
    """Where the commands are to be typed, and by whom."""
    after: str = ""
    """What is to be known when it is done."""
    remark: str = "#"
    """What begins a comment in the platform's own shell."""


def as_script(plan: Plan) -> str:
    """The plan for people, and for the platform's own shell: sentences as comments, and the commands."""
    steps = [f"{_comment(step.says, plan.remark)}\n{step.types}" for step in plan.steps]
    around = (_comment(plan.before, plan.remark), *steps, _comment(plan.after, plan.remark))
    return "\n\n".join(part for part in around if part)


def _comment(text: str, remark: str) -> str:
    return "\n".join(f"{remark} {line}".rstrip() for line in text.splitlines())
