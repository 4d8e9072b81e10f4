"""Whose account a call may name."""

import pytest

from risk_manager.simulator.api.call import Call
from risk_manager.simulator.api.form import Form
from tests.simulator.floor import FOREIGN, PRACTICE, Floor


@pytest.mark.parametrize(
    ("user", "account_id", "is_his"),
    [("trader", PRACTICE, True), ("trader", FOREIGN, False), ("somebody", FOREIGN, True), ("trader", 1, False)],
)
def test_somebody_elses_account_is_as_good_as_unknown(floor: Floor, user: str, account_id: int, is_his: bool) -> None:
    call = Call(floor.exchange, floor.desk, Form({"accountId": account_id}), user, floor.now)
    assert (call.own_account() is not None) is is_his
