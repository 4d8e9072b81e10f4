"""`risk-manager doctor`: one list of everything that protection depends on; each red has its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import msgspec

from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin.checks import Found, all_of
from risk_manager.interfaces.admin.entrance import House


def run(*, home: Path | None = None, json: bool = False, besides: Iterable[Found] = ()) -> int:
    """Look at everything that protection depends on; `besides` are more rows, looked at last."""
    found: list[Found] = []
    for one in chain(all_of(House(home)), besides):
        found.append(one)
        if not json:
            print("\n".join(lines(one)), flush=True)
    if json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    red = sum(not one.is_good for one in found)
    if not json:
        print(f"\n{red} of {len(found)} red." if red else f"\nAll {len(found)} green.")
    return ExitCode.DIFFERS if red else ExitCode.FINE


def lines(one: Found) -> list[str]:
    """A check as text."""
    rows = [f"{'ok ' if one.is_good else 'RED'}  {one.name}: {one.says}"]
    rows += [f"       {line}" for line in one.remedy.splitlines()]
    return rows
