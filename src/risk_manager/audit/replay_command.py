"""`risk-manager replay`: the journal through the engine once more, with the settings of then or with others."""

from __future__ import annotations

import sys
from pathlib import Path

from risk_manager.audit.past import configuration, database, print_json, read, settings_of_home
from risk_manager.config import ConfigError
from risk_manager.exit_codes import ExitCode
from risk_manager.store import StoreError, replay, what_if


def run(*, home: Path | None = None, config: Path | None = None, json: bool = False) -> int:
    """Replay the journal: does the engine say the same, and does the journal lead to the same tables.

    Parameters
    ----------
    home
        The folder with `data/state.db`.
    config
        A folder with another configuration: tell what it would have done with what happened.
    json
        As JSON, for other programs.
    """
    path = database(home)
    try:
        if config is not None:
            return _what_if(path, home, config, as_json=json)
        found = replay(path, settings_of_home(home), read)
    except (StoreError, ConfigError) as error:
        print(f"risk-manager: {error}", file=sys.stderr)
        return ExitCode.BAD_INPUT
    if json:
        print_json(
            {
                "is_same": found.is_same,
                "lines": found.lines,
                "steps": found.steps,
                "states": found.states,
                "differences": found.differences,
            }
        )
        return ExitCode.FINE if found.is_same else ExitCode.DIFFERS
    for difference in found.differences:
        print(difference)
    told = f"{found.lines} lines, {found.steps} of them steps of the engine, {found.states} states compared"
    if not found.is_same:
        print(f"{told}: the replay differs.")
        return ExitCode.DIFFERS
    print(f"{told}: the same answers, the same states, the same tables.")
    return ExitCode.FINE


def _what_if(path: Path, home: Path | None, config: Path, *, as_json: bool) -> int:
    other = configuration(config).settings
    found = what_if(path, settings_of_home(home), read, other)
    if as_json:
        print_json(
            {"lines": found.lines, "same": found.both, "only_then": found.only_then, "only_other": found.only_other}
        )
        return ExitCode.FINE
    for title, sentences in (
        ("Happened, and would not have:", found.only_then),
        ("Did not happen, and would have:", found.only_other),
    ):
        print(title)
        for sentence in sentences or ("nothing",):
            print(f"  {sentence}")
    print(
        f"{found.lines} lines; {found.both} acts and findings are the same. The broker tells what it told then: "
        "after the first difference this is an indication."
    )
    return ExitCode.FINE
