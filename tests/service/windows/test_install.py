"""Installing on a machine that behaves: what it is like afterwards, also the second time, and where Windows refuses."""

from __future__ import annotations

from risk_manager import descriptors
from risk_manager.service.plan import Program
from risk_manager.service.windows.machine import AUTOMATIC, DELAYED, NAME, NEVER, RESTARTS
from risk_manager.service.windows.reading import rows
from risk_manager.service.windows.system import Windows
from tests.service.windows.pretend import CLOSED, DATA, OPEN, PretendMachine

PROGRAM = Program(r"C:\Program Files\RiskManager\python.exe", 8770, r"C:\Program Files\RiskManager\Lib\site-packages")
HOME = rf"{DATA}\{NAME}"


def install(machine: PretendMachine, program: Program = PROGRAM) -> str:
    """Carry out the whole plan; why it failed, and nothing after it."""
    windows = Windows(lambda: machine)
    return next((why for step in windows.install(program).steps if (why := windows.carry_out(step))), "")


def uninstall(machine: PretendMachine) -> str:
    windows = Windows(lambda: machine)
    return next((why for step in windows.uninstall().steps if (why := windows.carry_out(step))), "")


def test_it_starts_with_the_machine_again_after_every_failure_and_nobody_else_may_touch_it() -> None:
    machine = PretendMachine()
    assert install(machine) == ""
    service = machine.services[NAME]
    assert (service.start, service.account, service.is_running) == ("auto", "LocalSystem", True)
    assert (service.restarts, service.restarts_on_error) == (RESTARTS, True)
    assert (service.descriptor, machine.folders[HOME]) == (descriptors.SERVICE, descriptors.FOLDER)
    assert machine.events == {NAME}
    assert service.command == (
        r'"C:\Program Files\RiskManager\python.exe" -I -S '
        r'"C:\Program Files\RiskManager\Lib\site-packages\risk_manager\service\windows\__main__.py" --port 8770'
    )


def test_the_same_again_leaves_the_same_and_starts_the_program_that_is_installed_now() -> None:
    machine = PretendMachine()
    install(machine)
    machine.folders[HOME] = OPEN
    newer = PROGRAM._replace(packages=r"C:\Program Files\Newer\Lib\site-packages", port=None)
    assert install(machine, newer) == ""
    assert "Newer" in machine.services[NAME].command
    assert "--port" not in machine.services[NAME].command
    assert machine.folders[HOME] == descriptors.FOLDER
    assert (machine.starts, machine.services[NAME].is_running) == (2, True)


def test_where_windows_refuses_it_is_told_and_the_service_is_not_started_unprotected() -> None:
    for refused in ("make_folder", "register_events", "create_service", "restart_service", "protect_service"):
        machine = PretendMachine()
        machine.refuses = refused
        assert install(machine) == "Access is denied (error 5)."
        assert machine.starts == 0, refused
        machine.refuses = ""
        assert install(machine) == "", "what was done before does no harm"


def test_uninstalling_leaves_what_the_guard_knows() -> None:
    machine = PretendMachine()
    install(machine)
    assert uninstall(machine) == ""
    assert (machine.services, machine.events) == ({}, set())
    assert machine.folders[HOME] == descriptors.FOLDER
    assert uninstall(machine) == "", "the same again does no harm"


def test_a_machine_that_restarts_while_it_is_uninstalled_does_not_have_it_back() -> None:
    for refused in ("stop_service", "delete_service"):
        machine = PretendMachine()
        install(machine)
        machine.refuses = refused
        assert uninstall(machine) == "Access is denied (error 5)."
        assert machine.services[NAME].start == NEVER, refused
        machine.refuses = ""
        assert install(machine) == ""
        assert machine.services[NAME].start == AUTOMATIC, "installed again it starts again"


def test_who_is_no_administrator_now_is_told_what_to_do() -> None:
    assert "Run as administrator" in Windows(lambda: PretendMachine(is_elevated=False)).may_change()
    assert Windows(PretendMachine).may_change() == ""


def test_a_home_that_somebody_else_has_made_is_not_taken() -> None:
    machine = PretendMachine()
    machine.folders[HOME] = OPEN
    (why,) = Windows(lambda: machine).objections(PROGRAM)
    assert why.startswith(rf"{HOME} is there and belongs to the user S-1-5-21-1-2-3-1001, who can read and change")


def test_a_program_that_others_can_change_or_replace_is_none_for_a_service() -> None:
    machine = PretendMachine()
    for place in (PROGRAM.packages, r"C:\Program Files\RiskManager"):
        machine.folders = {**PretendMachine().folders, place: OPEN}
        found = Windows(lambda: machine).objections(PROGRAM)
        assert any(why.startswith(f"{place} can be changed by the user S-1-5-21") for why in found)
    machine.folders = {**PretendMachine().folders, r"C:\Program Files": f"{CLOSED}(A;;0x40;;;BU)"}
    assert any("can be changed by every user" in why for why in Windows(lambda: machine).objections(PROGRAM))
    deep = rf"{PROGRAM.packages}\risk_manager\core\engine.py"
    machine.folders = {**PretendMachine().folders, deep: OPEN}
    (why,) = Windows(lambda: machine).objections(PROGRAM)
    assert why.startswith(f"{deep} can be changed by the user S-1-5-21")
    machine.folders = PretendMachine().folders
    assert Windows(lambda: machine).objections(PROGRAM) == ()


def test_what_is_as_installed_is_said_and_each_drift_with_its_remedy() -> None:
    machine = PretendMachine()
    install(machine)
    is_well, sentences = Windows(lambda: machine).status()
    assert is_well, sentences
    as_installed, home = machine.services[NAME], machine.folders[HOME]
    drifts = {
        "service": as_installed._replace(is_running=False),
        "start": as_installed._replace(start=DELAYED),
        "account": as_installed._replace(account=r".\trader"),
        "restarts": as_installed._replace(restarts=(1000,)),
        "restarts on error": as_installed._replace(restarts_on_error=False),
        "who may stop it": as_installed._replace(descriptor=f"{descriptors.SERVICE}(A;;WP;;;IU)"),
        "program": as_installed._replace(command=r"C:\elsewhere\other.exe"),
    }
    for name, drifted in drifts.items():
        machine.services[NAME] = drifted
        assert [row.name for row in rows(machine, HOME) if not row.is_good] == [name]
        assert all(row.remedy for row in rows(machine, HOME) if not row.is_good)
        assert not Windows(lambda: machine).status()[0]
    machine.services[NAME] = as_installed
    deep = rf"{PROGRAM.packages}\msgspec\_core.pyd"
    machine.folders[deep] = OPEN
    (row,) = [row for row in rows(machine, HOME) if not row.is_good]
    assert (row.name, row.says) == ("program", f"{deep} can be changed by the user S-1-5-21-1-2-3-1001.")
    del machine.folders[deep]
    machine.folders[HOME] = f"{home}(A;;FR;;;BU)"
    (row,) = [row for row in rows(machine, HOME) if not row.is_good]
    assert (row.name, row.says) == ("home", rf"{HOME} is open to every user.")


def test_one_that_runs_and_does_not_guard_is_not_called_good() -> None:
    machine = PretendMachine()
    install(machine)
    assert Windows(lambda: machine).status()[1][0] == "service: It runs. Guarding 465."
    machine.said = (False, "BLIND: the user hub is away. The guard goes on trying to connect.")
    is_well, sentences = Windows(lambda: machine).status()
    assert not is_well
    assert sentences[0] == rf"service: It runs. {machine.said[1]} Why: {HOME}\logs\service.log"
    machine.services[NAME] = machine.services[NAME]._replace(is_running=False)
    assert Windows(lambda: machine).status()[1][0].startswith("service: IT DOES NOT RUN. As an administrator: "), (
        "what it said before it ended is of no use"
    )


def test_what_cannot_be_told_is_not_called_good() -> None:
    machine = PretendMachine(keeps_rights=False)
    install(machine)
    machine.services[NAME] = machine.services[NAME]._replace(restarts=None, restarts_on_error=None)
    told = {row.name: row.is_good for row in rows(machine, HOME)}
    assert told == {
        "service": True,
        "start": True,
        "account": True,
        "restarts": None,
        "restarts on error": None,
        "who may stop it": None,
        "home": None,
        "program": None,
    }
    assert all("cannot verify" in row.says for row in rows(machine, HOME) if row.is_good is None)
    assert not Windows(lambda: machine).status()[0], "the doctor is red for the same"


def test_rights_that_are_not_known_are_told_as_such() -> None:
    unknown = "O:BAD:(A;;FAZZ;;;BU)"
    machine = PretendMachine()
    install(machine)
    machine.services[NAME] = machine.services[NAME]._replace(descriptor=unknown)
    machine.folders[HOME] = machine.folders[rf"{PROGRAM.packages}\msgspec"] = unknown
    odd = {row.name: row for row in rows(machine, HOME) if row.is_good is not True}
    assert set(odd) == {"who may stop it", "home", "program"}
    assert all(row.is_good is None and "ZZ, which is not known" in row.says for row in odd.values())
    assert any("ZZ, which is not known" in why for why in Windows(lambda: machine).objections(PROGRAM))
