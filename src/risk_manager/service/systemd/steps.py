"""What makes the guard a service of systemd, and what takes it away. Pure."""

from __future__ import annotations

from typing import Final

from risk_manager.service.plan import NAME, Plan, Program, Step
from risk_manager.service.systemd.unit import CONFIG, HOME, LOGS, UNIT, UNIT_FILE, USER, unit

_WANTED: Final = f"/etc/systemd/system/multi-user.target.wants/{UNIT}"
_END: Final = "END-OF-UNIT"
_TYPED_WHERE: Final = "To be typed in a shell of root's, as after: sudo -i"


def install(program: Program) -> Plan:
    """From a machine without the service, or with an earlier one, to one that guards by itself."""
    return Plan(
        before=_TYPED_WHERE,
        steps=(
            Step(
                f"A user of the guard's own, who can log in nowhere: {USER}.",
                f"getent passwd {USER} >/dev/null || useradd --system --user-group --no-create-home "
                f"--home-dir {HOME} --shell /usr/sbin/nologin {USER}",
            ),
            Step(
                "The home. Everybody may pass through, to what is published in it; its user alone may look around.",
                f"install -d -m 0711 -o {USER} -g {USER} {HOME}",
            ),
            Step(
                "The configuration, with the login in it, for the guard and root alone.",
                f"install -d -m 0700 -o {USER} -g {USER} {CONFIG}\nln -sfT {CONFIG} {HOME}/config",
            ),
            Step(
                "The logs. Whoever may read them is put into the guard's group.",
                f"install -d -m 0750 -o {USER} -g {USER} {LOGS}\nln -sfT {LOGS} {HOME}/logs",
            ),
            Step(
                "The unit: what is started, as whom, with which rights, and that it is started again whatever ends it.",
                # Not through a link: a unit that was masked is one to /dev/null.
                f"rm -f {UNIT_FILE}\ncat >{UNIT_FILE} <<'{_END}'\n{unit(program)}{_END}\nchmod 0644 {UNIT_FILE}",
            ),
            Step("Have systemd read it.", "systemctl daemon-reload"),
            Step("Have it start with the machine.", f"systemctl enable {UNIT}"),
            Step(
                "Start it now. One that runs already is started again, as the program that is installed now.",
                f"systemctl restart --no-block {UNIT}",
            ),
        ),
        after=f"It runs from {HOME}. Without a configuration it waits for one, and looks every ten seconds: "
        f"{NAME} init --home {HOME}\nHow it is: {NAME} service status",
    )


def uninstall() -> Plan:
    """From a machine with the service to one without. What the guard knows stays."""
    return Plan(
        before=_TYPED_WHERE,
        steps=(
            Step(
                "Stop the guard, and have it start with the machine no more. Nobody watches the accounts then.",
                f"if systemctl cat {UNIT} >/dev/null 2>&1; then systemctl disable --now {UNIT}; fi",
            ),
            Step(
                "Take the unit away, and what an admin has added to it.",
                # Of a unit that is masked, systemd leaves the links.
                f"rm -f {UNIT_FILE} {_WANTED}\nrm -rf {UNIT_FILE}.d",
            ),
            Step(
                "Have systemd forget it.", f"systemctl daemon-reload\nsystemctl reset-failed {UNIT} 2>/dev/null || true"
            ),
        ),
        after=f"Configuration, database, logs and their user are still there: {CONFIG}, {HOME}, {LOGS}, {USER}.",
    )
