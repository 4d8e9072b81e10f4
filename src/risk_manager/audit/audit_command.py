"""`risk-manager audit verify`: is the journal whole, and what is missing."""

from __future__ import annotations

import sys
from pathlib import Path

from risk_manager.audit.past import database, print_json
from risk_manager.exit_codes import ExitCode
from risk_manager.store import StoreError
from risk_manager.store import verify as verify_file


def verify(*, home: Path | None = None, json: bool = False) -> int:
    """Check that no line of the journal was changed, taken out or put in.

    Parameters
    ----------
    home
        The folder with `data/state.db`.
    json
        As JSON, for other programs.
    """
    path = database(home)
    try:
        found = verify_file(path)
    except StoreError as error:
        print(f"risk-manager: {error}", file=sys.stderr)
        return ExitCode.BAD_INPUT
    if json:
        print_json(
            {
                "is_whole": found.is_whole,
                "lines": found.lines,
                "since": found.since,
                "until": found.until,
                "first": found.first.seq + 1,
                "last": found.last.seq,
                "last_hash": found.last.hash.hex(),
                "problems": found.problems,
            }
        )
        return ExitCode.FINE if found.is_whole else ExitCode.DIFFERS
    if found.since is not None and found.until is not None:
        print(
            f"{found.lines} lines from {found.since:%Y-%m-%d %H:%M:%S} to {found.until:%Y-%m-%d %H:%M:%S} UTC, "
            f"numbers {found.first.seq + 1} to {found.last.seq}."
        )
    else:
        print("The journal has no line.")
    for problem in found.problems:
        print(problem)
    if not found.is_whole:
        print("The journal is not what the guard has written.")
        return ExitCode.DIFFERS
    print(f"The chain is whole. Its last hash: {found.last.hash.hex()}")
    return ExitCode.FINE
