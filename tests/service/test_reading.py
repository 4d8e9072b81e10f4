"""What systemd says of a service, held against what was installed: every way in which it can differ is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from risk_manager.service.plan import Program
from risk_manager.service.systemd.reading import differences, how_it_is, not_in_force
from risk_manager.service.systemd.system import _in_the_way
from risk_manager.service.systemd.unit import CONFIG, UNIT_FILE, USER, unit

PROGRAM = Program(python="/opt/risk-manager/bin/python")
STARTED = "{ path=/opt/x ; argv[]=PYTHON -I -m risk_manager run --home /var/lib/risk-managerPORT ; ignore_errors=no ; }"
INSTALLED = {
    "LoadState": "loaded",
    "FragmentPath": UNIT_FILE,
    "DropInPaths": "",
    "NeedDaemonReload": "no",
    "ExecStart": STARTED.replace("PYTHON", PROGRAM.python).replace("PORT", ""),
    "Restart": "always",
    "WatchdogUSec": "7s",
    "User": USER,
    "StartLimitIntervalUSec": "0",
}
TEXT = unit(PROGRAM)
SECRET = "/etc/systemd/system/risk-manager.service.d/override.conf"


def told(texts: Mapping[str, str | None] = {}, shown: Mapping[str, str] = {}) -> list[str]:
    there = {**INSTALLED, **shown}
    return [*differences(there, {UNIT_FILE: TEXT, **texts}, PROGRAM), *not_in_force(there)]


def test_what_is_as_installed_differs_in_nothing() -> None:
    assert told() == []


def test_a_port_that_was_chosen_is_no_difference() -> None:
    at_a_port = STARTED.replace("PYTHON", PROGRAM.python).replace("PORT", " --port 8770")
    assert told({UNIT_FILE: unit(PROGRAM._replace(port=8770))}, {"ExecStart": at_a_port}) == []


def test_one_more_secret_is_no_difference() -> None:
    assert told({SECRET: "# a token\n[Service]\nLoadCredential=telegram:/etc/credstore/telegram\n"}) == []


def test_what_a_distribution_adds_to_every_service_is_none() -> None:
    assert told({"/usr/lib/systemd/system/service.d/10-abort.conf": "[Service]\nTimeoutStopFailureMode=abort\n"}) == []


@pytest.mark.parametrize(
    ("shown", "begins"),
    [
        ({"LoadState": "masked", "FragmentPath": "/dev/null"}, "IT IS MASKED: systemd starts it for nobody."),
        ({"NeedDaemonReload": "yes"}, "systemd goes by an older text than the one that lies there now."),
        (
            {"ExecStart": "{ path=/bin/sleep ; argv[]=/bin/sleep infinity ; }"},
            "IT STARTS SOMETHING ELSE: /bin/sleep infi",
        ),
        (
            {"ExecStart": STARTED.replace("PYTHON", PROGRAM.python).replace("-managerPORT", "-other")},
            "IT WATCHES WITH ANOTHER HOME: /var/lib/risk-other, and not /var/lib/risk-manager.",
        ),
        ({"ExecStart": ""}, "IT STARTS SOMETHING ELSE: nothing."),
        ({"FragmentPath": "/run/systemd/transient/x"}, "systemd takes the unit from /run/systemd/transient/x, and not"),
        ({"Restart": "no"}, "In force is Restart=no, and it should be always."),
        ({"WatchdogUSec": "0"}, "In force is WatchdogUSec=0, and it should be 7s."),
        ({"User": "trader"}, "In force is User=trader, and it should be risk-manager."),
        ({"StartLimitIntervalUSec": "10s"}, "In force is StartLimitIntervalUSec=10s, and it should be 0."),
    ],
)
def test_what_systemd_goes_by_is_told_where_it_differs(shown: dict[str, str], begins: str) -> None:
    (sentence,) = told(shown=shown)
    assert sentence.startswith(begins)
    assert "root" in sentence, "what to do"


def test_another_program_is_named() -> None:
    other = Program(python="/srv/mine/python")
    started = STARTED.replace("PYTHON", other.python).replace("PORT", "")
    (sentence,) = told({UNIT_FILE: unit(other)}, {"ExecStart": started})
    assert sentence.startswith(
        "It starts another program than this one: /srv/mine/python, and this is /opt/risk-manager/bin/python."
    )


def test_lines_that_were_changed_are_named_and_comments_are_not_looked_at() -> None:
    (sentence,) = told({UNIT_FILE: TEXT.replace("Restart=always", "Restart=no").replace("UMask=0027\n", "")})
    assert (
        f"{UNIT_FILE} is not what this program installs: it says Restart=no, lacks Restart=always, lacks UMask=0027."
        in sentence
    )
    assert told({UNIT_FILE: f"# an older comment\n{TEXT}"}) == []
    (sentence,) = told({UNIT_FILE: TEXT.replace("ExecStart=", "ExecStartPre=/bin/false\nExecStart=")})
    assert "it says ExecStartPre=/bin/false." in sentence


def test_what_is_added_is_named_with_its_file_and_what_takes_it_away() -> None:
    (sentence,) = told({SECRET: "[Service]\nRestart=no\nWatchdogSec=0\n"})
    assert sentence.startswith(f"{SECRET} is added to the unit and changes it: Restart=no, WatchdogSec=0. ")
    assert f"rm {SECRET} && systemctl daemon-reload" in sentence
    (sentence,) = told({SECRET: "[Service]\nLoadCredential=\n"})
    assert "changes it: LoadCredential=." in sentence, "an empty one takes all secrets away"


def test_what_cannot_be_read_is_not_called_good() -> None:
    (sentence,) = told({SECRET: None})
    assert sentence.startswith(f"{SECRET} is added to the unit and cannot be read by you")
    (sentence,) = told({UNIT_FILE: None})
    assert sentence.startswith(f"{UNIT_FILE} cannot be read")


def test_a_folder_where_the_link_to_the_configuration_belongs_is_told_with_the_way_out(tmp_path: Path) -> None:
    assert list(_in_the_way(tmp_path)) == []
    (tmp_path / "logs").symlink_to(tmp_path)
    (tmp_path / "config").mkdir()
    (why,) = _in_the_way(tmp_path)
    assert why.startswith(f"{tmp_path}/config is a folder of its own, and the service's is {CONFIG}. As root: mv ")


@pytest.mark.parametrize(
    ("said", "is_good"),
    [
        ("Guarding 465.", True),
        ("BLIND: the user hub is away. The guard goes on trying to connect.", False),
        ("Not guarding yet: not every account has been read and judged.", False),
        ("", False),
    ],
)
def test_one_that_runs_and_does_not_guard_is_not_called_good(said: str, is_good: bool) -> None:
    shown = {"ActiveState": "active", "ActiveEnterTimestamp": "Mon", "StatusText": said, "UnitFileState": "enabled"}
    (guards, told), starts = how_it_is(shown)
    assert (guards, starts) == (is_good, (True, "It starts with the machine."))
    assert told == f"The service runs since Mon. {said or 'It has not said yet whether it guards.'}"
