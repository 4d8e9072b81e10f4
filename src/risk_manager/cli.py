"""One door: `risk-manager COMMAND`. A command is imported only when it is used."""

from __future__ import annotations

import sys

from cyclopts import App, CycloptsError

from risk_manager import __version__
from risk_manager.exit_codes import ExitCode

app = App(
    name="risk-manager",
    help="Keeps a futures account inside limits that you set yourself, and closes it when they are reached.",
    version=__version__,
    result_action="return_value",
)
app.command("risk_manager.demo.command:run", name="demo")
app.command("risk_manager.interfaces.trader.status:run", name="status")
app.command("risk_manager.daemon.command:run", name="run")
app.command("risk_manager.rehearse.command:run", name="rehearse")
app.command("risk_manager.simulator.command:run", name="simulator")


def main() -> None:
    """Run the command of this process's arguments and end with its exit code."""
    try:
        code = app(print_error=True, exit_on_error=False)
    except CycloptsError:
        sys.exit(ExitCode.BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else ExitCode.FINE)
