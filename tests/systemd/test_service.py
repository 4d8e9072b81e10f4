"""The service's life on a booted machine, in the order in which it is lived; each test begins with a guard at work."""

from __future__ import annotations

from risk_manager.exit_codes import ExitCode
from risk_manager.service.systemd.unit import CONFIG, HOME, LOGS, UNIT, UNIT_FILE, USER
from tests.systemd.guarded import (
    GUARDING,
    KEY,
    PASSWORD,
    SLOW,
    TRADER,
    done,
    is_guarding,
    journal,
    pid,
    shown,
    tells,
)
from tests.systemd.machine import PYTHON, Machine, until
from tests.systemd.tries import AIMED_AT, FOR_DOCTORS, MAY, READS, TAMPERED, TRIES, UNDONE
from tests.tree import ROOT

PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
NOTIFICATIONS = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
LOST = "Nobody has watched since "


def test_what_is_printed_is_what_install_has_done(machine: Machine, guard: int) -> None:
    printed = machine.ours("service", "install", "--dry-run")
    assert (printed.returncode, printed.stderr) == (0, "")
    text = machine.run("cat", UNIT_FILE).stdout
    assert text in printed.stdout
    done(machine.run("sh", "-eu", says=printed.stdout))
    assert is_guarding(machine, after=guard) != guard
    assert machine.run("cat", UNIT_FILE).stdout == text
    assert (shown(machine, "ActiveState"), shown(machine, "UnitFileState")) == ("active", "enabled")
    told = tells(machine)
    assert GUARDING in told
    assert "It starts with the machine." in told


def test_what_its_page_has_typed_does_what_it_says(machine: Machine, guard: int) -> None:
    typed(machine, "sudo install -d -m 0700 /etc/credstore")
    typed(machine, "sudo sh -c 'umask 077; cat >/etc/credstore/risk-manager.api_key'", says=KEY)
    assert done(machine.run("stat", "--format=%a %U", "/etc/credstore/risk-manager.api_key")) == "600 root\n"
    typed(machine, "systemctl stop risk-manager")
    assert shown(machine, "ActiveState") == "inactive"
    typed(machine, "sudo /opt/risk-manager/bin/risk-manager service install")
    is_guarding(machine, after=guard)
    assert "It starts with the machine." in typed(machine, "/opt/risk-manager/bin/risk-manager service status")
    assert "it was stopped by the signal SIGTERM" in typed(machine, "journalctl -u risk-manager")


def typed(machine: Machine, line: str, says: str | None = None) -> str:
    """A line of the page docs/service.md, by somebody who is root already."""
    assert line in PAGE, f"{line} is on the page no more"
    return done(machine.run("sh", "-c", line.removeprefix("sudo "), says=says))


def test_killed_by_root_it_guards_again_within_five_seconds(machine: Machine, guard: int) -> None:
    done(machine.run("kill", "-KILL", str(guard)))
    is_guarding(machine, 5.0, after=guard)
    assert "it crashed or was killed, while the machine stayed up" in last_start(machine)


def test_one_that_stands_still_is_started_again_within_ten_seconds(machine: Machine, guard: int) -> None:
    done(machine.run("kill", "-USR2", str(guard)))
    until(lambda: pid(machine) not in (0, guard), lambda: journal(machine), 10.0)
    is_guarding(machine)
    assert ": its engine stood still for 5 s." in last_start(machine)
    assert "standing_still.py" in journal(machine)  # where it stood


def test_a_process_that_is_stopped_is_started_again_within_ten_seconds(machine: Machine, guard: int) -> None:
    done(machine.run("kill", "-STOP", str(guard)))
    until(lambda: pid(machine) not in (0, guard), lambda: journal(machine), 10.0)
    is_guarding(machine)


def test_killed_again_and_again_it_is_never_given_up(machine: Machine, guard: int) -> None:
    for _ in range(6):  # systemd's own limit is five in ten seconds
        done(machine.run("kill", "-KILL", str(guard)))
        until(lambda before=guard: pid(machine) not in (0, before), lambda: journal(machine))  # type: ignore[misc]
        guard = pid(machine)
    is_guarding(machine)


def test_a_start_that_has_much_to_repair_is_given_its_time(machine: Machine, guard: int) -> None:
    drop_in = f"{UNIT_FILE}.d/test.conf"
    done(machine.run("install", "-D", "/dev/stdin", drop_in, says="[Service]\nTimeoutStartSec=8\n"))
    done(machine.run("systemctl", "daemon-reload"))
    done(machine.run("touch", SLOW))
    done(machine.run("systemctl", "restart", UNIT))
    assert is_guarding(machine) != guard
    assert shown(machine, "NRestarts") == "0"
    done(machine.run("rm", SLOW, drop_in))
    done(machine.run("systemctl", "daemon-reload"))


def test_stopped_by_root_it_ends_in_order_and_the_next_one_knows_by_whom(machine: Machine, guard: int) -> None:
    done(machine.run("systemctl", "stop", UNIT))
    assert (shown(machine, "Result"), shown(machine, "ExecMainStatus")) == ("success", "0")
    assert machine.ours("service", "status").returncode != 0
    done(machine.run("systemctl", "start", UNIT))
    is_guarding(machine)
    assert "it was stopped by the signal SIGTERM" in last_start(machine)


STOP = """\
import asyncio, sys
from pathlib import Path
from risk_manager.ipc.admin import Login, Stop, ask
async def stop(door):
    came_in = await ask(door, Login(password=sys.argv[2]))
    return await ask(door, Stop(token=came_in.token, why="an update"))
print(asyncio.run(stop(Path(sys.argv[1]))).says)
"""


def test_stopped_by_the_admin_with_the_password_it_stays_stopped(machine: Machine, guard: int) -> None:
    told = done(machine.run(PYTHON, "-I", "-c", STOP, f"{HOME}/data/admin.sock", PASSWORD))
    assert told == "The guard stops. Nobody watches the accounts then.\n"
    until(lambda: shown(machine, "ActiveState") == "inactive", lambda: journal(machine))
    assert shown(machine, "Result") == "success"
    assert "auto-restart" not in shown(machine, "SubState")
    done(machine.run("systemctl", "start", UNIT))
    is_guarding(machine)
    assert "it was stopped by the admin (user 0): an update." in last_start(machine)


def test_a_unit_that_was_changed_is_told_with_what_differs(machine: Machine, guard: int) -> None:
    done(machine.run("cp", UNIT_FILE, "/run/as-installed"))
    for name, (tampering, told) in TAMPERED.items():
        done(machine.run("sh", "-euc", tampering))
        seen = machine.as_user(TRADER, PYTHON, "-I", "-m", "risk_manager", "service", "status")
        assert told in seen.stdout, name
        assert seen.returncode == (ExitCode.NOT_RUNNING if told else ExitCode.FINE), f"{name}: {seen.stdout}"
        if name in FOR_DOCTORS:
            row = next((line for line in looked(machine).splitlines() if "  service: " in line), "no row")
            assert row.startswith("RED" if told else "ok "), f"{name}: {row}"
        if name == "masked":
            done(machine.ours("service", "install"))
            is_guarding(machine)
        done(machine.run("sh", "-euc", UNDONE))
    tells(machine)


def test_install_says_what_it_has_left_as_somebody_made_it(machine: Machine, guard: int) -> None:
    done(machine.run("sh", "-euc", TAMPERED["a drop-in"][0]))
    left = machine.ours("service", "install")
    assert left.returncode == ExitCode.DIFFERS
    assert f"NOT AS INSTALLED: {UNIT_FILE}.d/mine.conf is added to the unit and changes it: Restart=no" in left.stderr
    done(machine.run("rm", f"{UNIT_FILE}.d/mine.conf"))
    assert "NOT AS INSTALLED" not in done(machine.ours("service", "install"))
    is_guarding(machine, after=guard)
    tells(machine)


def test_one_whose_broker_is_away_is_not_called_well(machine: Machine, guard: int) -> None:
    done(machine.run("systemctl", "stop", "broker.service"))
    until(lambda: shown(machine, "StatusText").startswith("BLIND: "), lambda: journal(machine))
    seen = machine.ours("service", "status")
    assert (seen.returncode, "BLIND: " in seen.stdout) == (ExitCode.NOT_RUNNING, True), seen.stdout
    done(machine.run("systemctl", "start", "broker.service"))
    assert is_guarding(machine) == guard
    tells(machine)


def test_the_trader_can_do_nothing_to_it(machine: Machine, guard: int) -> None:
    done(machine.run("ls", *AIMED_AT))
    for name in READS:
        script = f"{TRIES[name].replace('PID', str(guard))} >/dev/null"
        done(machine.run("sh", "-ec", script))  # or it would fail for everybody
    script = "".join(
        f"({tried.replace('PID', str(guard))}) >/dev/null 2>&1 </dev/null && echo '{name}'\n"
        for name, tried in TRIES.items()
    )
    tried = machine.run("runuser", "-u", TRADER, "--", "sh", "-s", says=script)
    assert tried.stdout.splitlines() == [MAY], "he could do more"
    assert pid(machine) == guard
    assert shown(machine, "UnitFileState") == "enabled"
    assert is_guarding(machine) == guard


def test_the_trader_sees_everything_that_is_for_him(machine: Machine, guard: int) -> None:
    seen = machine.as_user(TRADER, PYTHON, "-I", "-m", "risk_manager", "status")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert seen.stdout.startswith("The guard is running and connected.")
    asked = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8765/api/status').read())"
    told = done(machine.as_user(TRADER, PYTHON, "-I", "-c", asked))
    assert '"id":465' in told
    assert KEY not in seen.stdout + told


def test_the_traders_own_channels_are_read_where_the_service_can_see_them(machine: Machine, guard: int) -> None:
    admins, home = f"{CONFIG}/notifications.yaml", f"/home/{TRADER}/mine.json"
    own = '{"version": 1, "channels": {"mine": {"kind": "webhook", "webhook_url": "http://127.0.0.1:9/x"}}}'
    done(machine.as_user(TRADER, "sh", "-c", f"umask 022; echo '{own}' >{home}"))
    line = f"version: 1\ntrader_file: {home}\n"
    done(machine.run("sh", "-ec", f"umask 077; cat >{admins}; chown {USER}: {admins}", says=line))
    told = f"{home} cannot be read: Permission denied. A guard that systemd runs sees nothing of /home."
    until(lambda: told in journal(machine), lambda: journal(machine))
    assert "Traceback" not in journal(machine)
    red = f"RED  notifying: Not everybody can be told: The trader's own file does not hold: notifications.json {told}"
    until(lambda: red in looked(machine), lambda: looked(machine))
    make = "sudo install -d -m 2750 -o TRADER -g risk-manager /var/lib/risk-manager/trader"
    assert make in NOTIFICATIONS
    assert make in journal(machine)
    done(machine.run("sh", "-c", make.removeprefix("sudo ").replace("TRADER", TRADER)))
    done(machine.run("rm", admins))
    typed = ("notify", "prefs", "--add", "mine", "--kind", "webhook", "--secret-stdin")
    as_trader = ("runuser", "-u", TRADER, "--", PYTHON, "-I", "-m", "risk_manager", *typed)
    shown_to_him = done(machine.run(*as_trader, says="http://127.0.0.1:9/x\n"))
    assert f"They stand in {HOME}/trader/notifications.json." in shown_to_him
    in_force = "The trader's own notifications are in force. Told are: mine."
    until(lambda: in_force in journal(machine), lambda: journal(machine))
    until(lambda: "Told are the trader's mine." in looked(machine), lambda: looked(machine))
    done(machine.run("chmod", "600", f"{HOME}/trader/notifications.json"))
    until(lambda: "notifications.json cannot be read" in looked(machine), lambda: looked(machine))
    done(machine.run("chmod", "640", f"{HOME}/trader/notifications.json"))
    until(lambda: "notifications.json cannot be read" not in looked(machine), lambda: looked(machine))


def looked(machine: Machine) -> str:
    """The doctor's list, as root sees it."""
    return machine.ours("doctor").stdout


def test_nothing_that_it_leaves_or_says_shows_the_key(machine: Machine, guard: int) -> None:
    searched = machine.run("grep", "-rl", KEY, CONFIG, HOME, LOGS)
    assert (searched.returncode, searched.stdout) == (1, "")
    assert done(machine.run("stat", "--format=%a %U:%G", f"{LOGS}/daemon.log")) == f"640 {USER}:{USER}\n"
    assert KEY not in journal(machine)


def test_after_the_power_was_off_it_guards_by_itself(machine: Machine, guard: int) -> None:
    machine.power_off()
    machine.boot()
    is_guarding(machine)
    assert "it was stopped by the signal SIGTERM" in last_start(machine)


def test_one_that_cannot_be_stopped_does_not_start_with_the_machine_any_more(machine: Machine, guard: int) -> None:
    drop_in = f"{UNIT_FILE}.d/stays.conf"
    done(machine.run("install", "-D", "/dev/stdin", drop_in, says="[Unit]\nRefuseManualStop=yes\n"))
    done(machine.run("systemctl", "daemon-reload"))
    assert machine.ours("service", "uninstall").returncode == ExitCode.DIFFERS
    assert (pid(machine), shown(machine, "UnitFileState")) == (guard, "disabled")
    done(machine.run("sh", "-ec", f"rm {drop_in}; systemctl daemon-reload; systemctl enable {UNIT}"))


def test_one_that_is_masked_is_taken_away_with_its_links(machine: Machine, guard: int) -> None:
    done(machine.run("sh", "-euc", TAMPERED["masked"][0]))
    done(machine.ours("service", "uninstall"))
    assert machine.run("find", "/etc/systemd/system", "-name", f"{UNIT}*").stdout == ""
    assert machine.run("pgrep", "-u", USER).stdout == ""
    done(machine.ours("service", "install"))
    is_guarding(machine)


def test_uninstalled_it_is_gone_and_what_it_knows_is_kept(machine: Machine, guard: int) -> None:
    done(machine.run("sh", "-euc", TAMPERED["a secret in a drop-in"][0]))
    kept = (f"{CONFIG}/accounts.yaml", f"{HOME}/data/state.db", f"{LOGS}/daemon.log")
    done(machine.ours("service", "uninstall"))
    assert shown(machine, "LoadState") == "not-found"
    assert machine.run("sh", "-c", f"ls -d {UNIT_FILE}*").stdout == "", "nothing of the unit is left"
    assert machine.run("pgrep", "-u", USER).stdout == ""
    assert done(machine.run("ls", *kept)).split() == sorted(kept)
    again = machine.ours("service", "uninstall")
    assert again.returncode == 0, "a second time there is nothing to do"
    done(machine.ours("service", "install"))
    is_guarding(machine)
    assert LOST in last_start(machine)


def last_start(machine: Machine) -> str:
    """What the guard that runs now has said of the one before it."""
    said = [line for line in journal(machine).splitlines() if line.startswith(LOST)]
    assert said, journal(machine)
    return said[-1]
