"""The service's row in what the doctor says, on a machine with systemd."""

from __future__ import annotations

from pathlib import Path

from risk_manager.daemon.pulse import GUARDING
from risk_manager.service.doctor_command import of_unit
from risk_manager.service.systemd.reading import how_it_is


class Machine:
    """A machine whose systemd says this of the service."""

    def __init__(self, home: Path | None, **shown: str) -> None:
        self._home, self._shown = (
            home,
            {"ActiveState": "active", "UnitFileState": "enabled", "StatusText": GUARDING, **shown},
        )

    def home(self) -> str:
        """Where its guard lives."""
        return str(self._home or "")

    def rows(self) -> tuple[tuple[bool, str], ...]:
        """As `service status` has them."""
        return tuple(how_it_is(self._shown))


def test_a_service_that_is_well_is_green(tmp_path: Path) -> None:
    (row,) = of_unit(Machine(tmp_path), tmp_path)
    assert (row.name, row.is_good, row.remedy) == ("service", True, "")
    assert "It starts with the machine." in row.says


def test_one_that_does_not_run_or_not_start_with_the_machine_is_red(tmp_path: Path) -> None:
    (disabled,) = of_unit(Machine(tmp_path, UnitFileState="disabled"), tmp_path)
    assert not disabled.is_good
    assert disabled.says == "IT DOES NOT START WITH THE MACHINE: systemctl enable risk-manager.service"
    (ended,) = of_unit(Machine(tmp_path, ActiveState="failed", SubState="failed"), tmp_path)
    assert (ended.is_good, ended.says) == (False, f"THE SERVICE DOES NOT RUN (failed, failed). {GUARDING}".strip())
    assert "Start it: systemctl start" in ended.remedy


def test_the_home_is_known_by_a_link_as_well_and_another_one_has_no_row(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    machine = Machine(tmp_path / "home", UnitFileState="disabled")
    assert len(list(of_unit(machine, tmp_path / "link"))) == 1
    assert list(of_unit(machine, tmp_path)) == []
    assert list(of_unit(Machine(None), tmp_path)) == []
