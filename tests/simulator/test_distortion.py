"""Shapes of hub messages; what a client gets is in the tests of the faults."""

from risk_manager.simulator.distortion import malformed, shaped, with_action
from risk_manager.simulator.exchange import HubMessage

ORDER = HubMessage("user", "GatewayUserOrder", 465, [{"action": 1, "data": {"id": 7, "tags": None}}])
LOGOUT = HubMessage("user", "GatewayLogout", None, [])
QUOTE = HubMessage("market", "GatewayQuote", "MNQ", ["MNQ", {"lastPrice": 1}])


def test_only_wrapped_user_events_change_shape() -> None:
    assert [shaped(message, "bare") for message in (LOGOUT, QUOTE)] == [LOGOUT, QUOTE]
    assert shaped(ORDER, "bare").arguments == [{"id": 7, "tags": None}]


def test_an_action_belongs_to_user_events() -> None:
    assert with_action(QUOTE, 0) == QUOTE
    assert with_action(ORDER, None) == ORDER
    assert with_action(ORDER, 2).arguments[0]["action"] == 2


def test_a_quote_keeps_its_contract_when_its_payload_is_broken() -> None:
    assert malformed(QUOTE, "null").arguments == ["MNQ", None]
    assert malformed(QUOTE, "types").arguments == ["MNQ", {"lastPrice": "1?"}]


def test_the_original_is_not_touched() -> None:
    malformed(ORDER, "types")
    assert ORDER.arguments == [{"action": 1, "data": {"id": 7, "tags": None}}]


def test_an_event_without_a_wrapper_has_no_action() -> None:
    for shape in ("bare", "list", "bare-list"):
        bare = shaped(ORDER, shape)
        assert with_action(bare, 2) == bare


def test_what_is_broken_is_not_reshaped() -> None:
    for kind in ("broken", "null", "empty", "word", "types"):
        odd = malformed(ORDER, kind)
        assert with_action(odd, 2).arguments == odd.arguments or kind == "types"
        assert shaped(odd, "list").arguments == odd.arguments or kind == "types"


def test_what_says_nothing_stays_as_it_is() -> None:
    for kind in ("broken", "null", "empty", "word", "types"):
        assert malformed(LOGOUT, kind) == LOGOUT
