"""The one table of who may do what, read by a model of how Windows reads it."""

from __future__ import annotations

import pytest

from risk_manager import descriptors
from risk_manager.descriptors import STEERS, entries, mask, owner, who_may, who_may_replace, who_may_write
from tests.service.windows.pretend import CLOSED, OPEN, ROOT

USER = "S-1-5-21-1-2-3-1001"


def test_nobody_but_administrators_steers_the_service_and_everybody_may_see_it() -> None:
    assert who_may(descriptors.SERVICE, STEERS) == ()
    told = {entry.who: entry.rights for entry in entries(descriptors.SERVICE) or ()}
    assert set(told) == {"SY", "BA", "IU", "SU"}
    assert told["IU"] & 0x1 and told["IU"] & 0x4, "how it is set up, and how it is"
    assert told["BA"] & STEERS == STEERS & ~mask("GAGWGX")


@pytest.mark.parametrize("right", ["DC", "RP", "WP", "DT", "SD", "WD", "WO", "GA", "GW", "GX", "0x2", "0xf01ff"])
def test_one_right_too_many_is_seen(right: str) -> None:
    assert who_may(f"{descriptors.SERVICE}(A;;LC{right};;;IU)", STEERS) == ("IU",) if right.isalpha() else True
    assert who_may(f"D:(A;;{right};;;{USER})", STEERS) == (USER,)


def test_nobody_but_administrators_may_even_look_into_the_home() -> None:
    assert who_may(descriptors.FOLDER, descriptors.ANYTHING) == ()
    assert "D:P" in descriptors.FOLDER, "else what the folder above allows comes down"
    assert owner(descriptors.FOLDER) == "BA"


def test_the_pipe_is_for_administrators_the_system_and_the_guards_own_user() -> None:
    assert who_may(descriptors.pipe(USER), descriptors.ANYTHING) == (USER,)
    assert who_may(descriptors.pipe("S-1-5-18"), descriptors.ANYTHING) == ()


@pytest.mark.parametrize(
    ("descriptor", "who"),
    [
        (CLOSED, ()),
        (OPEN, (USER,)),
        ("O:BAD:(A;;0x1301bf;;;AU)", ("AU",)),
        ("O:BAD:(A;OICIIO;FA;;;BU)", ()),
        ("O:BAD:(A;OICIID;FA;;;BU)", ("BU",)),
        ("O:BAD:(D;;FA;;;BU)(A;;FR;;;BU)", ()),
        ("O:BAD:(A;;FW;;;WD)", ("WD",)),
        ("O:BAD:(XA;;FW;;;WD;(x))", ("WD",)),
        ('O:BAD:(XA;;FX;;;WD;(@User.Title=="a) (D;"))(A;;FA;;;BU)', ("BU",)),
        ("O:BAD:(XA;;FX;;;WD;((Member_of {SID(BA)}) && (x)))(A;;FA;;;BU)S:(AU;SA;FA;;;WD)", ("BU",)),
        ("O:BAD:(OA;;CCDC;00000000-0000-0000-0000-000000000000;;BU)", ()),
        ("O:BA", ("everybody",)),
        ("O:BAD:NO_ACCESS_CONTROL", ("everybody",)),
        (f"O:{USER}D:P(A;;FA;;;SY)", (USER,)),
        ("O:BAD:", ()),
    ],
)
def test_who_may_write(descriptor: str, who: tuple[str, ...]) -> None:
    assert who_may_write(descriptor) == who


def test_a_disk_on_which_users_make_folders_does_not_let_them_replace_those_of_others() -> None:
    assert who_may_replace(ROOT) == ()
    assert who_may_write(ROOT) == ("AU",)


@pytest.mark.parametrize("text", ["D:(A;;FA;;;BU", "D:(A;;FA)", "D:(ZZ;;FA;;;BU)", 'D:(XA;;FX;;;WD;("))(A;;FA;;;BU)'])
def test_a_list_that_is_not_understood_is_not_passed_over(text: str) -> None:
    with pytest.raises(ValueError, match=r"is of a kind that is not known|does not end"):
        entries(text)


def test_a_right_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="ZZ, which is not known"):
        entries("D:(A;;FAZZ;;;BU)")
