"""The unit and the plan as texts, judged by systemd's own tools and by the shell that would read them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from risk_manager.service.plan import Plan, Program, as_script
from risk_manager.service.systemd import steps
from risk_manager.service.systemd.unit import UNIT, unit

PLAIN = Program(python="/opt/risk-manager/bin/python")
WORST_EXPOSURE = 20
"""In tenths, as systemd-analyze counts: 0 is closed, 100 is open."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


def done(*words: str, says: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, input=says, capture_output=True, text=True, check=False)


@pytest.fixture
def unit_file(tmp_path: Path) -> Path:
    """The unit, of a program that is there."""
    path = tmp_path / UNIT
    path.write_text(unit(Program(python="/bin/sh", port=8765)))
    return path


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit(unit_file: Path) -> None:
    looked = done("systemd-analyze", "verify", "--man=no", str(unit_file))
    assert (looked.returncode, looked.stderr) == (0, "")
    unit_file.write_text(unit_file.read_text().replace("Restart=always", "Restart=allways"))
    assert "Failed to parse" in done("systemd-analyze", "verify", "--man=no", str(unit_file)).stderr


@needs_systemd
def test_the_service_is_given_no_more_than_it_needs(unit_file: Path) -> None:
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={WORST_EXPOSURE}"]
    looked = done(*words, str(unit_file))
    assert looked.returncode == 0, looked.stdout
    unit_file.write_text(unit_file.read_text().replace("ProtectSystem=strict\n", "").replace("User=", "#User="))
    assert done(*words, str(unit_file)).returncode != 0


def test_a_program_with_signs_in_its_name_is_still_what_is_started() -> None:
    text = unit(Program(python="/opt/50% mine/$x/python", port=0))
    assert (
        "ExecStart='/opt/50%% mine/$$x/python' -I -m risk_manager run --home /var/lib/risk-manager --port 0\n" in text
    )


@pytest.mark.parametrize("plan", [steps.install(PLAIN), steps.uninstall()])
def test_what_is_printed_is_a_script_of_sentences_and_commands(plan: Plan) -> None:
    script = as_script(plan)
    assert done("/bin/sh", "-n", says=script).returncode == 0
    for step in plan.steps:
        assert f"# {step.says}\n{step.types}" in script
        assert step.says.endswith("."), step.says


def test_the_unit_is_written_as_it_is(tmp_path: Path) -> None:
    """No sign in it is one of the shell's."""
    program = Program(python="/opt/$HOME/`x`/python")
    step = next(one for one in steps.install(program).steps if "cat >" in one.types)
    target = tmp_path / UNIT
    typed = step.types.replace("/etc/systemd/system/risk-manager.service", str(target))
    assert done("/bin/sh", "-euc", typed).returncode == 0
    assert target.read_text() == unit(program)
