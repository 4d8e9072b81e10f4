"""What people try with the service: a trader in a bad moment, who may do nothing, and a root who changes the unit."""

from __future__ import annotations

from risk_manager.service.systemd.unit import CONFIG, CREDENTIAL, HOME, LOGS, UNIT, UNIT_FILE
from risk_manager.store.lease import LOCK_FILE
from tests.systemd.machine import PACKAGES, PYTHON

KNOCK = "import socket as s, sys; s.socket(s.AF_UNIX).connect(sys.argv[1])"
POST = 'import urllib.request as u; u.urlopen(u.Request("http://127.0.0.1:8765/api/stop", b"{}"))'
MAY = "look at what is published"

TRIES = {
    MAY: f"cat {HOME}/data/status.json",
    "stop": f"systemctl stop {UNIT}",
    "restart": f"systemctl restart {UNIT}",
    "mask": f"systemctl mask {UNIT}",
    "disable": f"systemctl disable {UNIT}",
    "change the unit": f"echo x >>{UNIT_FILE}",
    "change the unit through systemd": f"systemctl set-property --runtime {UNIT} CPUQuota=1%",
    "change what every service is given": "systemctl set-environment PYTHONPATH=/tmp",
    "put another beside it": f"mkdir -p {UNIT_FILE}.d && echo x >{UNIT_FILE}.d/x.conf",
    "end": "kill -TERM PID",
    "kill": "kill -KILL PID",
    "halt": "kill -STOP PID",
    "make it slow": "renice 19 PID",
    "give it no files": "prlimit --pid PID --nofile=1",
    "read its environment": "cat /proc/PID/environ",
    "read its memory": 'at=$(head -n 1 /proc/PID/maps | cut -d - -f 1) && [ -n "$at" ] && '
    "dd if=/proc/PID/mem bs=1 count=1 skip=$((0x$at))",
    "read the login": f"cat {CONFIG}/accounts.yaml",
    "read the password": f"cat {CONFIG}/admin_password.hash",
    "read the key": f"cat /etc/credstore/{CREDENTIAL}",
    "read the key that is handed over": f"cat /run/credentials/{UNIT}/{CREDENTIAL}",
    "read the database": f"cat {HOME}/data/state.db",
    "look into the data": f"ls {HOME}/data",
    "read the logs": f"cat {LOGS}/daemon.log",
    "write into the logs": f"echo x >>{LOGS}/daemon.log",
    "lead the logs elsewhere": f"ln -sfn /tmp {HOME}/logs",
    "lead the configuration elsewhere": f"ln -sfn /tmp {HOME}/config",
    "put another home there": f"mv {HOME} {HOME}.old",
    "put something into the home": f"touch {HOME}/x || touch {HOME}/data/x",
    "change what is published": f"echo x >>{HOME}/data/status.json",
    "put another beside what is published": f"rm -f {HOME}/data/status.json",
    "say that screens ask elsewhere": f"echo x >>{HOME}/data/door.json",
    "hold the lease": f"exec 9>>{HOME}/data/{LOCK_FILE}",
    "take the lease away": f"rm {HOME}/data/{LOCK_FILE}",
    "put another admin door there": f"rm {HOME}/data/admin.sock",
    "forge last words": f"echo x >{HOME}/data/ending.json",
    "move it out of its watchdog": f"systemctl service-log-level {UNIT} 7 || systemctl set-property {UNIT} CPUQuota=1%",
    "stop it through the door for screens": f"{PYTHON} -I -c '{POST}'",
    "change the limits": f"echo 'version: 1' >{CONFIG}/risk_config.yaml",
    "put another configuration there": f"mv {HOME}/config {HOME}/other",
    "take the database away": f"mv {HOME}/data/state.db {HOME}/data/other",
    "put another program there": f"echo >>{PACKAGES}/risk_manager/cli.py",
    "put one beside it": f"touch {PACKAGES}/sitecustomize.py",
    "knock at the admin door": f"{PYTHON} -I -c '{KNOCK}' {HOME}/data/admin.sock",
    "install another": f"{PYTHON} -I -m risk_manager service install",
    "uninstall": f"{PYTHON} -I -m risk_manager service uninstall",
    "shut the machine down": "systemctl poweroff",
}
"""What a trader may want to do in a bad moment, as he would type it. The first is the one that he may."""
READS = (MAY, *(name for name in TRIES if name.startswith(("read ", "look "))), "knock at the admin door")
"""What root may do: tried by root too, so that none of it is refused to the trader only for aiming at nothing."""
DATA = ("status.json", "door.json", LOCK_FILE, "admin.sock", "state.db")
AIMED_AT = (*(f"{HOME}/data/{name}" for name in DATA), f"{LOGS}/daemon.log", f"{CONFIG}/admin_password.hash")
"""What is there, so that none of the tries fails only for want of it."""

TAMPERED = {
    "as installed": ("true", ""),
    "a drop-in": (
        f"install -D /dev/stdin {UNIT_FILE}.d/mine.conf <<'E'\n[Service]\nRestart=no\nWatchdogSec=0\nE\n"
        "systemctl daemon-reload",
        "mine.conf is added to the unit and changes it: Restart=no, WatchdogSec=0.",
    ),
    "a secret in a drop-in": (
        f"install -D /dev/stdin {UNIT_FILE}.d/secret.conf <<'E'\n[Service]\nLoadCredential=more:/etc/hostname\nE\n"
        "systemctl daemon-reload",
        "",
    ),
    "a property at run time": (f"systemctl set-property --runtime {UNIT} CPUQuota=1%", "changes it: CPUQuota=1%"),
    "another program": (
        f"sed -i 's|^ExecStart=.*|ExecStart=/bin/sleep infinity|' {UNIT_FILE}; systemctl daemon-reload",
        "IT STARTS SOMETHING ELSE: /bin/sleep infinity.",
    ),
    "a change that nobody has read": (f"sleep 0.01; echo '# mine' >>{UNIT_FILE}", "systemd goes by an older text"),
    "disabled": (f"systemctl disable {UNIT}", "IT DOES NOT START WITH THE MACHINE"),
    "masked": (f"ln -sf /dev/null {UNIT_FILE}; systemctl daemon-reload", "IT IS MASKED"),
    "a program that others can change": (f"chmod o+w {PACKAGES}", f"{PACKAGES} can be written by others than root."),
}
"""What root may have done to the unit, and what `service status` says of it then."""
FOR_DOCTORS = ("as installed", "disabled", "masked")
"""Of these, what `doctor` is asked about as well: all of them would take it as long as the rest of the test."""
UNDONE = (
    f"rm -rf {UNIT_FILE} {UNIT_FILE}.d; cp /run/as-installed {UNIT_FILE}; chmod o-w {PACKAGES}; "
    f"systemctl revert {UNIT}; systemctl daemon-reload; systemctl enable {UNIT}"
)
