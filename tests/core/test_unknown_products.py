"""A product that is not in the catalogue: what the gateway tells of it makes it as well guarded as any other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from risk_manager.core.contracts import contract_told
from risk_manager.core.events import ContractSeen
from risk_manager.core.model import Contract
from tests.core.story import Story, close, place_stop, position, quote

D = Decimal
XYZ = "CON.F.US.XYZ.Z25"
LIMIT = {"limit": -100, "scope": "position"}


def told(tick_size: str = "0.25", tick_value: str = "5") -> ContractSeen:
    """The gateway's word on the product."""
    return ContractSeen(contract=XYZ, tick_size=D(tick_size), tick_value=D(tick_value))


def test_what_is_told_of_a_contract_is_what_it_is_worth() -> None:
    assert contract_told(XYZ, D("0.25"), D(5)) == Contract(
        id=XYZ, symbol="XYZ", tick_size=D("0.25"), tick_value=D(5), point_value=D(20), is_micro=False
    )


def test_before_it_is_told_its_result_is_unknown_and_afterwards_it_counts() -> None:
    story = Story(daily_unrealized_loss=LIMIT)
    story.sees(position(XYZ, 2, 100), position("MNQ", 1, 100), quote(XYZ, 90))
    assert story.unrealized == 0
    assert story.asked_for == []
    story.sees(told())
    assert story.unrealized == -400
    assert story.asked_for == [close(XYZ)]
    held = story.account.positions
    assert (held[XYZ].tick_size, held[XYZ].point_value) == (D("0.25"), D(20))
    assert held["CON.F.US.MNQ.Z25"].point_value == 2


def test_told_beforehand_it_counts_from_the_first_fill() -> None:
    story = Story(daily_unrealized_loss=LIMIT)
    story.sees(told(), position(XYZ, -2, 100), quote(XYZ, 110))
    assert story.asked_for == [close(XYZ)]


def test_what_was_paid_goes_back_onto_its_grid_too() -> None:
    story = Story()
    story.sees(told(), position(XYZ, 3, "100.16666666666667"), quote(XYZ, "100.25"))
    assert story.unrealized == 5  # three contracts for 300.50, not for a little more


@pytest.mark.parametrize(("tick_size", "tick_value"), [("0", "5"), ("0.25", "0"), ("-0.25", "5")])
def test_a_word_that_cannot_be_is_no_worth(tick_size: str, tick_value: str) -> None:
    story = Story(daily_unrealized_loss=LIMIT)
    story.sees(position(XYZ, 2, 100), quote(XYZ, 90), told(tick_size, tick_value))
    assert story.state.contracts == {}
    assert story.unrealized == 0


def test_a_product_of_the_catalogue_keeps_its_own_worth() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100), quote("MNQ", 101))
    story.sees(ContractSeen(contract="CON.F.US.MNQ.Z25", tick_size=D(1), tick_value=D(100)))
    assert story.unrealized == 2


def test_its_stop_is_placed_on_its_own_grid() -> None:
    story = Story(trade_management={"auto_stop_loss": {"distance_ticks": 40, "after_seconds": 2}})
    story.sees(position(XYZ, 2, 100))
    story.waits("2s")
    assert story.asked_for == []  # nobody knows how far a tick is
    story.sees(told("0.5"))
    assert story.asked_for == [place_stop(XYZ, -2, 80)]
