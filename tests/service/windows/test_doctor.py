"""The service's rows in what the doctor says."""

from __future__ import annotations

from pathlib import Path

from risk_manager.service.doctor_command import of_service
from tests.service.windows.pretend import PretendMachine
from tests.service.windows.test_install import HOME, install


def test_the_service_is_looked_at_where_the_home_is_its_own() -> None:
    machine = PretendMachine()
    assert [(one.name, one.is_good) for one in of_service(machine, Path(HOME))] == [("service", False)]
    install(machine)
    assert all(one.is_good for one in of_service(machine, Path(HOME)))
    assert list(of_service(machine, Path("elsewhere"))) == []


def test_what_cannot_be_told_is_red() -> None:
    machine = PretendMachine(keeps_rights=False)
    install(machine)
    red = {one.name: one.says for one in of_service(machine, Path(HOME)) if not one.is_good}
    assert set(red) == {"who may stop it", "home", "program"}
    assert all(says.startswith("cannot verify") for says in red.values())
