"""Configurations are kept without their secrets: a reference stands where one stood."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

REFERENCE: Final = "${RISK_MANAGER_API_KEY}"
"""What stands in a secret's place: it reads as any other reference to the environment."""

_LONG: Final = 6
"""A shorter text may be part of a word that is no secret; it is found by its key."""
_KEYED: Final = re.compile(
    r"""
    (?P<key>["']?\b(?:api[_-]?key|password|secret|token)\b["']?[ \t]*:[ \t]*)
    (?:
      [|>][-+]?[ \t]*\n(?P<deep>[ \t]+)[^\n]*\n?(?:(?P=deep)[^\n]*\n?|[ \t]*\n)*   # a block of lines below it
      | "(?:[^"\\\n]|\\.)*"
      | '(?:[^'\n]|'')*'
      | [^\s,\#}\]][^\n,\#}\]]*
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def without_secrets(texts: Mapping[str, str], secrets: Collection[str] = ()) -> dict[str, str]:
    """The texts with references in the place of these secrets, and of whatever stands under the key of one."""
    return {name: _hidden(text, secrets) for name, text in texts.items()}


def _hidden(text: str, secrets: Collection[str]) -> str:
    text = _KEYED.sub(_by_key, text)
    for secret in secrets:
        if len(secret) >= _LONG:
            text = text.replace(secret, REFERENCE)
    return text


def _by_key(found: re.Match[str]) -> str:
    value = found[0][len(found["key"]) :].strip().strip("\"'")
    if value.startswith(("${", "keyring:", "credential:")):
        return found[0]
    end = "\n" if found[0].endswith("\n") else ""
    return f'{found["key"]}"{REFERENCE}"{end}'
