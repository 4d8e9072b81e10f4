"""Envelopes and problem documents."""

from risk_manager.simulator.api.reply import Reply, envelope, problem
from risk_manager.simulator.exchange import Refusal


def test_success_and_refusal_have_one_form() -> None:
    assert envelope(orderId=7).body == {"orderId": 7, "success": True, "errorCode": 0, "errorMessage": None}
    refused = envelope(Refusal(6))
    assert (refused.status, refused.error_code, refused.body["success"]) == (200, 6, False)


def test_only_envelopes_have_an_error_code() -> None:
    assert Reply(401).error_code is None
    assert problem({"$.side": ["no"]}).error_code is None
