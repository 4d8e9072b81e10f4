"""The commands of the pages that nobody may type in a folder of a test's own: why, and what tries them instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Tried(NamedTuple):
    """Why a command is not typed, and what is done for it."""

    why: str
    place: str
    """The file that does it."""
    by: str
    """What stands there for it."""


_SYSTEMD, _GUARDED = "tests/systemd/test_service.py", "tests/systemd/guarded.py"
_WINDOWS: Final = "tests/windows/test_service.py"
_DOCKERFILE, _ENGINE, _CONTAINER = "Dockerfile", "tests/container/engine.py", "tests/container/test_container.py"
_DOOR: Final = "It is the door that this test came in by: it would run all tests in this one, or a stage of its own"
_CHANGES: Final = "It changes a machine as root: a throw-away copy of one is booted for that (run.py systemd)"
_FOREIGN: Final = "It is for Windows: CPython for Windows runs it there (run.py windows)"
_ENGINES: Final = "It wants a Docker engine and root: that is a stage of its own (run.py container)"
_REGISTRY: Final = "It asks a package registry, and no test does: what it has written is looked at instead"
_ASKS: Final = "It asks at a terminal: the same setup is answered there, at another place of the machine"
_LEADS: Final = "def test_what_the_script_is_told_leads_to_what_is_there"
_SETUP: Final = "tests/interfaces/test_init.py", "def test_from_nothing_to_a_guarded_account"
_IN_STORE: Final = 'typed(machine, "sudo install -d -m 0700 /etc/credstore")'

ELSEWHERE: Final[Mapping[str, Tried]] = {
    **{
        f"python3 run.py {words}": Tried(_DOOR, "tests/pages/test_run_words.py", _LEADS)
        for words in (
            *("demo", "test", "check", "foreign", "systemd", "container", "windows", "docs", "mutants"),
            *("test -k locks", "test --hypothesis-profile deep", "mutants 'risk_manager.core.pursuit.*'"),
        )
    },
    ".venv/bin/mutmut results": Tried(
        "It reads what an hour and a half of mutation testing has left, and nothing where that has not run",
        "requirements/dev.lock",
        "mutmut==",
    ),
    "py run.py demo": Tried(_FOREIGN, "tests/windows/test_program.py", 'windows.ours("demo", "--plain")'),
    "risk-manager service install": Tried(_CHANGES, _GUARDED, 'machine.ours("service", "install")'),
    "risk-manager service status": Tried(_CHANGES, _GUARDED, 'machine.ours("service", "status")'),
    "risk-manager service uninstall": Tried(_CHANGES, _SYSTEMD, 'machine.ours("service", "uninstall")'),
    "sudo python3 -m venv /opt/risk-manager": Tried(_CHANGES, _DOCKERFILE, "python3 -m venv /opt/risk-manager"),
    "sudo /opt/risk-manager/bin/pip install --require-hashes -r requirements/run.lock": Tried(
        _CHANGES, _DOCKERFILE, "$pip $from --require-hashes -r run.lock"
    ),
    "sudo /opt/risk-manager/bin/pip install --no-deps --no-build-isolation .": Tried(
        _CHANGES, _DOCKERFILE, "--no-deps --no-build-isolation ."
    ),
    "sudo /opt/risk-manager/bin/risk-manager service install": Tried(
        _CHANGES, _SYSTEMD, 'typed(machine, "sudo /opt/risk-manager/bin/risk-manager service install")'
    ),
    "sudo /opt/risk-manager/bin/risk-manager init --home /var/lib/risk-manager": Tried(_ASKS, *_SETUP),
    "/opt/risk-manager/bin/risk-manager service status": Tried(
        _CHANGES, _SYSTEMD, 'typed(machine, "/opt/risk-manager/bin/risk-manager service status")'
    ),
    "sudo install -d -m 0700 /etc/credstore": Tried(_CHANGES, _SYSTEMD, _IN_STORE),
    "sudo sh -c 'umask 077; cat >/etc/credstore/risk-manager.api_key'": Tried(
        _CHANGES, _SYSTEMD, "sudo sh -c 'umask 077; cat >/etc/credstore/risk-manager.api_key'"
    ),
    "sudo sh -c 'umask 077; cat >/etc/credstore/risk-manager.telegram'": Tried(
        _CHANGES, _SYSTEMD, "sudo sh -c 'umask 077; cat >/etc/credstore/risk-manager.api_key'"
    ),
    "sudo systemctl edit risk-manager": Tried(
        "It opens an editor for a drop-in of systemd's: that is laid there instead",
        "tests/systemd/tries.py",
        '"a secret in a drop-in"',
    ),
    "sudo systemctl restart risk-manager": Tried(_CHANGES, _GUARDED, '"systemctl", "restart", UNIT'),
    "systemctl stop risk-manager": Tried(_CHANGES, _SYSTEMD, 'typed(machine, "systemctl stop risk-manager")'),
    "journalctl -u risk-manager": Tried(_CHANGES, _SYSTEMD, 'typed(machine, "journalctl -u risk-manager")'),
    "docker build -t risk-manager .": Tried(_ENGINES, _ENGINE, '"build", "--quiet"'),
    "docker run -it --rm -v guard:/var/lib/risk-manager risk-manager init": Tried(
        _ENGINES, _CONTAINER, '"--rm", "--interactive", f"--volume={volume}:/var/lib/risk-manager"'
    ),
    "docker run -d --name guard --restart=always --read-only --cap-drop=ALL --security-opt=no-new-privileges "
    "-v guard:/var/lib/risk-manager risk-manager": Tried(_ENGINES, _CONTAINER, 'engine.done("run", *words, *CLOSED'),
    "docker stop guard": Tried(_ENGINES, _CONTAINER, 'engine.done("stop", guard)'),
    "docker exec -it guard risk-manager dashboard": Tried(_ENGINES, _CONTAINER, '"exec", guard, "risk-manager", "sta'),
    "risk-manager init --home C:\\ProgramData\\RiskManager": Tried(_FOREIGN, *_SETUP),
    "risk-manager doctor --home C:\\ProgramData\\RiskManager": Tried(
        "It is for Windows: doctor is typed on other pages, and what it says of a service there is service status",
        _WINDOWS,
        'guarded.windows.ours("service", "status")',
    ),
    "sudo install -d -m 2750 -o TRADER -g risk-manager /var/lib/risk-manager/trader": Tried(
        _CHANGES, _SYSTEMD, 'make = "sudo install -d -m 2750 -o TRADER -g risk-manager /var/lib/risk-manager/trader"'
    ),
    "pip install --require-hashes -r": Tried(_REGISTRY, _ENGINE, '"--require-hashes", "-r"'),
    "pip install uv": Tried(_REGISTRY, "tests/test_locks.py", "def test_"),
    **{
        f"{words}.lock": Tried(_REGISTRY, "tests/test_locks.py", "def test_")
        for words in (
            "$lock pyproject.toml --group build --python-version 3.11 -o requirements/run",
            "$lock pyproject.toml --group dev --python-version 3.11 -c requirements/run.lock -o requirements/dev",
            "$lock requirements/foreign.in --python-version 3.12 -o requirements/foreign",
            "$lock requirements/ci.in --python-version 3.11 -o requirements/ci",
            "$windows pyproject.toml --group build --group test --python-platform x86_64-pc-windows-msvc "
            "-c requirements/dev.lock --only-binary :all: -o requirements/windows",
            "$windows requirements/windows-python.in --no-deps -o requirements/windows-python",
        )
    },
}
