"""`risk-manager service install | uninstall | status`: says what it will do, then does it and nothing else."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter, validators

from risk_manager.exit_codes import ExitCode
from risk_manager.ipc import address
from risk_manager.service.plan import Plan, as_script
from risk_manager.service.system import HERE, Platform, System, system

_PORT = Parameter(validator=validators.Number(gte=0, lte=address.PORT_MAX))


def install(*, dry_run: bool = False, platform: Platform = HERE, port: Annotated[int | None, _PORT] = None) -> ExitCode:
    """Have the guard start with the machine, and start again whatever ends it. Needs root, or an administrator.

    Parameters
    ----------
    dry_run
        Print the commands that an admin would type for the same, and change nothing.
    platform
        With --dry-run: linux or windows, whichever this machine is.
    port
        Where screens and other programs may ask, read-only: 8765 where nothing else is said.
    """
    there = _system(platform, dry_run)
    if there is None:
        return ExitCode.BAD_INPUT
    program = there.own_program(port)
    plan = there.install(program)
    if dry_run:
        print(as_script(plan))
        for sentence in there.objections(program) if platform is HERE else ():
            _say(f"Not yet: {sentence}")
        return ExitCode.FINE
    refused = [why for why in (there.may_change(),) if why] or list(there.objections(program))
    for sentence in refused:
        _say(sentence)
    if refused:
        return ExitCode.REFUSED
    code = _carry_out(there, plan)
    left = there.left(program) if code is ExitCode.FINE else ()
    for sentence in left:
        _say(f"NOT AS INSTALLED: {sentence}")
    return ExitCode.DIFFERS if left else code


def uninstall(*, dry_run: bool = False, platform: Platform = HERE) -> ExitCode:
    """Take the service away. Configuration, database and logs stay. Needs root, or an administrator.

    Parameters
    ----------
    dry_run
        Print the commands that an admin would type for the same, and change nothing.
    platform
        With --dry-run: linux or windows, whichever this machine is.
    """
    there = _system(platform, dry_run)
    if there is None:
        return ExitCode.BAD_INPUT
    if dry_run:
        print(as_script(there.uninstall()))
        return ExitCode.FINE
    why_not = there.may_change()
    if why_not:
        _say(why_not)
        return ExitCode.REFUSED
    return _carry_out(there, there.uninstall())


def status() -> ExitCode:
    """Whether the service is there, guards, and is as it was installed."""
    is_well, sentences = system(HERE).status()
    print("\n".join(sentences))
    return ExitCode.FINE if is_well else ExitCode.NOT_RUNNING


def _system(platform: Platform, dry_run: bool) -> System | None:
    if platform is not HERE and not dry_run:
        _say(f"This machine is not {platform.value}: with --dry-run the commands for one are printed.")
        return None
    return system(platform)


def _carry_out(there: System, plan: Plan) -> ExitCode:
    for step in plan.steps:
        _say(step.says)
        why = there.carry_out(step)
        if why:
            _say(f"That failed: {why}\nWhat was done before it stays. Mend it and say the same again.")
            return ExitCode.DIFFERS
    if plan.after:
        _say(plan.after)
    return ExitCode.FINE


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
