"""One door: `risk-manager COMMAND`. A command is imported only when it is used."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from pathlib import Path

from cyclopts import App, CycloptsError, UnknownCommandError, UnusedCliTokensError

from risk_manager import __version__
from risk_manager.exit_codes import ExitCode

COMMANDS = {
    "demo": ("risk_manager.demo.command:run", "The guard at work against a simulated market; needs no account."),
    "run": (
        "risk_manager.service.run_command:run",
        "Guard the accounts that the home folder names, in the foreground.",
    ),
    "init": ("risk_manager.interfaces.admin.init:run", "Set up a guard: login, accounts, limits, password."),
    "doctor": ("risk_manager.service.doctor_command:run", "What protection depends on: green, or what mends it."),
    "status": ("risk_manager.interfaces.trader.status:run", "Show what the guard sees, and what is locked."),
    "dashboard": (
        "risk_manager.interfaces.trader.dashboard.command:run",
        "The account on the whole screen: limits, locks, positions, history.",
    ),
    "monitor": ("risk_manager.interfaces.trader.monitor:run", "Show what happens as it happens, a line each."),
    "rules": ("risk_manager.interfaces.trader.rules:run", "What is limited, how far it is, what happens there."),
    "history": ("risk_manager.interfaces.trader.history:run", "Trades, acts of the guard, locks; also as a table."),
    "clock": ("risk_manager.interfaces.trader.clock:run", "Your own hours: clock in, clock out, what you made."),
    "replay": ("risk_manager.audit.replay_command:run", "Judge the journal again: the same answers, or where not."),
    "rehearse": ("risk_manager.rehearse.command:run", "Try scenarios on the real rules, without a network."),
    "simulator": ("risk_manager.simulator.command:run", "A gateway with a market of its own, for trying things."),
}
"""Where each command lives, and what `--help` says of it without importing it."""

_INTERRUPTED, _PIPE_CLOSED = 130, 141  # what a shell reports of a program that Ctrl+C or a closed pipe ended

app = App(
    name="risk-manager",
    help="Keeps a futures account inside limits that you set yourself, and closes it when they are reached.",
    version=__version__,
    result_action="return_value",
)
for _name, (_place, _help) in COMMANDS.items():
    app.command(_place, name=_name, help=_help, sort_key=list(COMMANDS).index(_name))

audit = App(name="audit", help="Is the journal what the guard has written: audit verify.", sort_key=len(COMMANDS))
audit.command(
    "risk_manager.audit.audit_command:verify",
    name="verify",
    help="Check that no line was changed, taken out or put in.",
)
app.command(audit)

SERVICE_COMMANDS = {
    "install": "Have the guard start with the machine; --dry-run prints the commands.",
    "uninstall": "Take the service away; configuration, database and logs stay.",
    "status": "Whether the service is there, guards, and is as it was installed.",
}
service = App(name="service", help="The guard as a service: install, uninstall, status.", sort_key=len(COMMANDS) + 2)
for _name, _help in SERVICE_COMMANDS.items():
    service.command(f"risk_manager.service.service_command:{_name}", name=_name, help=_help)
app.command(service)

_NOTIFYING = "risk_manager.interfaces.notifying"
NOTIFY_COMMANDS = {
    "test": (f"{_NOTIFYING}.trying:run", "Send one message to each channel, and say what each answered."),
    "prefs": (f"{_NOTIFYING}.prefs:run", "Your own channels: what they are told, and when they rest."),
}
notify = App(name="notify", help="Who is told what happens: test, prefs.", sort_key=len(COMMANDS))
for _name, (_place, _help) in NOTIFY_COMMANDS.items():
    notify.command(_place, name=_name, help=_help)
app.command(notify)

_ADMIN = "risk_manager.interfaces.admin"
ADMIN_COMMANDS = {
    ("password",): (f"{_ADMIN}.password:run", "Set the admin's password, or change it."),
    ("rules",): (f"{_ADMIN}.rules:run", "Every rule as the files have it: on or off, its settings, for each account."),
    ("accounts",): (f"{_ADMIN}.accounts:run", "Which accounts there are, which are guarded, and why one is not."),
    ("logs",): (f"{_ADMIN}.logs:run", "The newest lines of a log, and what comes."),
    ("test-connection",): (f"{_ADMIN}.connection:run", "Does the gateway take the login; do the clocks agree."),
    ("backup",): (f"{_ADMIN}.backups:make", "Make a backup of the database now, and check it."),
    ("backups",): (f"{_ADMIN}.backups:show", "The backups that there are, and whether they are good."),
    ("restore",): (f"{_ADMIN}.backups:restore", "Put a backup back; the guard must be stopped."),
    ("lockouts", "list"): (f"{_ADMIN}.lockouts:show", "What is locked, and what is waived."),
    ("lockouts", "clear"): (f"{_ADMIN}.lockouts:clear", "End the locks of a rule, with a reason."),
    ("config", "show"): (f"{_ADMIN}.configuration:show", "The files, without what is secret."),
    ("config", "check"): (f"{_ADMIN}.configuration:check", "Everything that is wrong with the files, or with one."),
    ("config", "set"): (f"{_ADMIN}.edits:set_value", "Change one value; it is in force at once."),
    ("config", "unset"): (f"{_ADMIN}.edits:unset", "Take one key out."),
    ("config", "edit"): (f"{_ADMIN}.edits:edit", "Change a file in your own editor; in force when it holds."),
    ("config", "schema"): (f"{_ADMIN}.schema:run", "The JSON Schema of a file, for editors."),
    ("config", "reload"): (f"{_ADMIN}.configuration:reload", "Have the running guard read its files now."),
}
"""The admin's commands, by their words."""

admin = App(
    name="admin",
    help="For the admin: a console on the whole screen, and the same as commands.",
    sort_key=len(COMMANDS) + 1,
)
_groups = {
    "lockouts": App(name="lockouts", help="Locks: list, clear."),
    "config": App(name="config", help="The configuration: show, check, set, unset, edit, schema, reload."),
}
for _words, (_place, _help) in ADMIN_COMMANDS.items():
    _group = _groups[_words[0]] if len(_words) > 1 else admin
    _group.command(_place, name=_words[-1], help=_help)
for _group in _groups.values():
    admin.command(_group)


@admin.default
def _console(*, home: Path | None = None) -> int:
    """Look after the guard on the whole screen; with more words, one thing as a command.

    Parameters
    ----------
    home
        The guard's home folder.
    """
    from risk_manager.interfaces.admin.console.command import run

    return run(home=home)


app.command(admin)


def main() -> None:
    """Run the command of this process's arguments and end with its exit code."""
    try:
        code = app(print_error=False, exit_on_error=False)
    except UnknownCommandError as error:
        sys.exit(_refuse(_unknown(error.unused_tokens or [""])))
    except UnusedCliTokensError as error:
        tokens = error.unused_tokens or [""]
        sys.exit(_refuse(_unknown(tokens) if _beside(tokens[0]) else str(error)))
    except CycloptsError as error:
        sys.exit(_refuse(_behind_dashes(sys.argv) or str(error)))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except PermissionError as error:
        sys.exit(_not_yours(error))
    except BrokenPipeError:
        # Whoever read the output has enough: `risk-manager rehearse ... | head`. The interpreter flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_PIPE_CLOSED)
    sys.exit(code if isinstance(code, int) else ExitCode.FINE)


def _refuse(sentence: str) -> ExitCode:
    print(f"risk-manager: {sentence}\nrisk-manager --help lists what there is.", file=sys.stderr)
    return ExitCode.BAD_INPUT


def _behind_dashes(words: list[str]) -> str | None:
    """What is wrong where an option stands behind --; None where none does."""
    behind = words[words.index("--") + 1 :] if "--" in words else []
    option = next((word for word in behind if word.startswith("--")), None)
    if option is None:
        return None
    return f"{option} stands behind --, where every word is taken as a value. Options stand before it."


def _not_yours(error: PermissionError) -> ExitCode:
    what = error.filename if error.filename is not None else "It"
    print(f"{what} cannot be used: {error.strerror}. A guard's files belong to the guard's own user.", file=sys.stderr)
    return ExitCode.REFUSED


def _unknown(tokens: list[str]) -> str:
    # The library's own sentence imports every command to compare their names; one that is broken would hide it.
    alike = get_close_matches(tokens[0], _beside(tokens[0]), n=1)
    return f'There is no command "{tokens[0]}".' + (f" Did you mean {alike[0]}?" if alike else "")


def _beside(word: str) -> set[str]:
    """What could stand in the place of a word of this process's arguments."""
    before = tuple(sys.argv[1 : sys.argv.index(word)]) if word in sys.argv else ()
    known = [*((name,) for name in COMMANDS), ("audit", "verify")]
    known += [("notify", name) for name in NOTIFY_COMMANDS]
    known += [("service", name) for name in SERVICE_COMMANDS]
    known += [*(("admin", *words) for words in ADMIN_COMMANDS)]
    return {words[len(before)] for words in known if words[: len(before)] == before and len(words) > len(before)}
