"""How each command of the pages is typed, where more is to be said of it than that it runs and all is well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from risk_manager.exit_codes import ExitCode
from tests.daemon.programs import SECRET

PASSWORD: Final = "three words do it"
ANOTHER: Final = "four words do it, too"
_ENTER: Final = "\r"
_CTRL_C: Final = "\x03"
_ADMIN: Final = (("Admin password", PASSWORD + _ENTER),)
_CHANGE: Final = (*_ADMIN, ("Write this", "yes" + _ENTER))
_SETUP: Final = (
    ("User name", "trader" + _ENTER),
    ("API key", SECRET + _ENTER),
    ("Which (numbers)", "1" + _ENTER),
    ("Which [", "1" + _ENTER),
    ("Where [", "1" + _ENTER),
    ("Password", PASSWORD + _ENTER),
    ("Once more", PASSWORD + _ENTER),
    ("Write it", "yes" + _ENTER),
    ("Next: risk-manager run", ""),
)


class Step(NamedTuple):
    """One command at work."""

    typed: str = ""
    """What is typed for it, where it holds a word for something of the reader's, or would leave this machine."""
    talk: tuple[tuple[str, str], ...] = ()
    """At a terminal: what it shows, and what is pressed then, in order. Without it there is nobody to ask."""
    shows: str = ""
    """Something that it must say."""
    code: int = ExitCode.FINE
    keeps_guarding: bool = False
    """It is the guard: it stays, and a guard before it has ended."""
    wants_no_guard: bool = False
    """It is for a time without one."""


_SET_LIMIT: Final = Step(talk=_CHANGE)
STEPS: Final[Mapping[str, Step]] = {
    "risk-manager init --home my-guard": Step("risk-manager init --home my-guard --url {broker}", _SETUP),
    "risk-manager init --home FOLDER": Step("risk-manager init --home another-guard --url {broker}", _SETUP),
    "risk-manager run": Step(talk=(("Guarding.", ""),), keeps_guarding=True),
    "risk-manager run --home my-guard": Step(talk=(("Guarding.", ""),), keeps_guarding=True),
    "risk-manager simulator": Step("risk-manager simulator --port 0", (("Simulator ready at", _CTRL_C),)),
    "risk-manager doctor": Step(shows="ok   guard: It runs since"),
    "risk-manager doctor --home my-guard": Step(shows="ok   guard: It runs since"),
    "risk-manager status": Step(shows="The guard is running"),
    "risk-manager status --home my-guard": Step(shows="The guard is running"),
    "risk-manager dashboard": Step(talk=(("Protected?", "q"),)),
    "risk-manager dashboard --home my-guard": Step(talk=(("Protected?", "q"),)),
    "risk-manager monitor": Step(talk=(("Connected to the guard", _CTRL_C),), code=130),
    "risk-manager rules": Step(shows="daily_realized_loss"),
    "risk-manager history": Step(shows="RULE-003"),
    "risk-manager history --from 2026-11-20 --csv": Step(
        "risk-manager history --from 2025-11-20 --csv", shows="RULE-003"
    ),
    "risk-manager clock in": Step(shows="You are clocked in."),
    "risk-manager notify test": Step(shows="ok   coach, discord: It has taken the message."),
    "risk-manager notify prefs": Step(shows="You have no channel of your own."),
    "risk-manager audit verify": Step(shows="whole"),
    "risk-manager replay": Step(shows="same"),
    "risk-manager admin": Step(talk=(*_ADMIN, ("change the admin's password", "q"))),
    "risk-manager admin rules": Step(shows="daily_realized_loss"),
    "risk-manager admin accounts": Step(shows="465"),
    "risk-manager admin config show": Step(shows="***"),
    "risk-manager admin config check FILE": Step(
        "risk-manager admin config check elsewhere/risk_config.yaml", code=ExitCode.BAD_INPUT, shows="limmit"
    ),
    "risk-manager admin config set KEY VALUE": _SET_LIMIT._replace(
        typed="risk-manager admin config set daily_realized_loss.limit -400"
    ),
    "risk-manager admin config set daily_realized_loss.limit -400": _SET_LIMIT,
    "risk-manager admin config unset KEY": Step(
        "risk-manager admin config unset daily_realized_loss.include_unrealized", _CHANGE
    ),
    "risk-manager admin config edit FILE": Step(
        "risk-manager admin config edit risk_config.yaml",
        _CHANGE,  # by sed
    ),
    "risk-manager admin config schema FILE": Step(
        "risk-manager admin config schema notifications.yaml", shows='"trader_file"'
    ),
    "risk-manager admin config reload": Step(talk=_ADMIN),
    "risk-manager admin lockouts list": Step(shows="RULE-003"),
    "risk-manager admin lockouts clear RULE --account N --reason TEXT": Step(
        "risk-manager admin lockouts clear RULE-003 --account 465 --reason 'a test'", _ADMIN
    ),
    "risk-manager admin logs --which error": Step(shows="reached the limit"),
    "risk-manager admin logs --which error -n 100 --follow": Step(talk=(("reached the limit", _CTRL_C),), code=130),
    "risk-manager admin test-connection": Step(shows="ok   login: The gateway takes it"),
    "risk-manager admin password": Step(
        talk=(
            ("Old password", PASSWORD + _ENTER),
            ("New password", ANOTHER + _ENTER),
            ("Once more", ANOTHER + _ENTER),
        )
    ),
    "risk-manager admin config set topstepx.api_key --file accounts.yaml --stdin --password-stdin": Step(
        f"printf '%s\\n' '{ANOTHER}' '{SECRET}' | risk-manager admin config set topstepx.api_key --file accounts.yaml"
        " --stdin --password-stdin"
    ),
    "risk-manager admin backup": Step(talk=_ADMIN),
    "risk-manager admin restore": Step(talk=(*_ADMIN, ("Put it back", "yes" + _ENTER)), wants_no_guard=True),
    ".venv/bin/python -m tests.storm --seeds 1000": Step("python -m tests.storm --seeds 2"),
}
