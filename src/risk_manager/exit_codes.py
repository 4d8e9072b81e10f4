"""How a command ends, for scripts."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """The exit codes of every command."""

    FINE = 0
    """Everything that should happen did."""
    DIFFERS = 1
    """It was judged and is not as it should be: a scenario differs, a demo went wrong."""
    BAD_INPUT = 2
    """What was given cannot be read or is not allowed: arguments, a file, a configuration."""
    NOT_RUNNING = 3
    """The guard is not there, or has not spoken for too long."""
    REFUSED = 4
    """It may not be done now: another guard holds the account, a right is missing."""
    UNREACHABLE = 5
    """The gateway cannot be reached, or it refuses the login."""
    DISMISSED = 6
    """The admin has ended the guard, with the password: whoever supervises it does not start it again."""
    HUNG = 70
    """The engine stood still, and the guard has ended itself so that it is started again."""
