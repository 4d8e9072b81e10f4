"""Error codes by endpoint (gateway reference, section 5)."""

from enum import IntEnum

import pytest

from risk_manager.simulator.exchange.refusal import ChangeCode, CloseCode, PartialCloseCode, PlaceCode

PLACE = """AccountNotFound OrderRejected InsufficientFunds AccountViolation OutsideTradingHours OrderPending
UnknownError ContractNotFound ContractNotActive AccountRejected"""
MODIFY = "AccountNotFound OrderNotFound Rejected Pending UnknownError AccountRejected ContractNotFound"
CLOSE = """AccountNotFound PositionNotFound ContractNotFound ContractNotActive OrderRejected OrderPending UnknownError
AccountRejected"""
PARTIAL = """AccountNotFound PositionNotFound ContractNotFound ContractNotActive InvalidCloseSize OrderRejected
OrderPending UnknownError AccountRejected"""


@pytest.mark.parametrize(
    ("codes", "names"), [(PlaceCode, PLACE), (ChangeCode, MODIFY), (CloseCode, CLOSE), (PartialCloseCode, PARTIAL)]
)
def test_the_codes_are_in_the_documented_order(codes: type[IntEnum], names: str) -> None:
    found = [code.name.title().replace("_", "") for code in codes]
    assert found == names.split()
    assert [code.value for code in codes] == list(range(1, len(found) + 1))
