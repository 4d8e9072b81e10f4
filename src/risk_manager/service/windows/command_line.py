"""The line with which the service manager starts the guard. Pure."""

from __future__ import annotations

import re
from typing import Final

from risk_manager.service.plan import Program

MODULE: Final = ("risk_manager", "service", "windows", "__main__.py")
_STRICT: Final = ("-I", "-S")
"""Nothing of the environment, of the current folder or of a user's own packages is imported: the line names all."""
_WORDS: Final = re.compile(r'"([^"]*)"|(\S+)')


def command_line(program: Program) -> str:
    """The interpreter itself, with the packages that are installed beside the program. A virtual environment's own
    python.exe only starts another one: the service manager would watch the wrong process."""
    port = () if program.port is None else ("--port", str(program.port))
    script = "\\".join((program.packages, *MODULE))
    return " ".join((_quoted(program.python), *_STRICT, _quoted(script), *port))


def interpreter_of(command: str) -> str:
    """The program that a line starts."""
    found = _WORDS.match(command)
    return (found[1] or found[2]) if found else ""


def script_of(command: str) -> str:
    """The script that a line gives to the interpreter; empty: none of ours."""
    words = [one or other for one, other in _WORDS.findall(command)]
    return next((word for word in words[1:] if word.endswith(MODULE[-1])), "")


def _quoted(path: str) -> str:
    return f'"{path}"'
