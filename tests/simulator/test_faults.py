"""Faults as JSON."""

import msgspec
import pytest

from risk_manager.simulator.faults import CloseHub, Drop, Fault, LostReply, Refuse, Silence, Slow, stale_feed


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b'{"fault":"slow","seconds":2,"when":"before"}', Slow(seconds=2, when="before")),
        (b'{"fault":"refuse","path":"/api/Order/cancel","code":3,"times":2}',
         Refuse(path="/api/Order/cancel", code=3, times=2)),
        (b'{"fault":"lost-reply","times":null}', LostReply(times=None)),
        (b'{"fault":"drop","hub":"user","rate":0.5,"times":null}', Drop(hub="user", rate=0.5, times=None)),
        (b'{"fault":"silence","hub":"market","seconds":3}', Silence(hub="market", seconds=3)),
        (b'{"fault":"close-hub","error":null,"allow_reconnect":false}', CloseHub(error=None, allow_reconnect=False)),
    ],
)  # fmt: skip
def test_a_fault_is_named_and_its_fields_have_defaults(text: bytes, fault: Fault) -> None:
    assert msgspec.json.decode(text, type=Fault) == fault
    assert msgspec.json.decode(msgspec.json.encode(fault), type=Fault) == fault


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"fault":"earthquake"}', type=Fault)


def test_a_stale_feed_is_the_loss_of_all_quotes() -> None:
    assert stale_feed() == Drop(hub="market", target="GatewayQuote", times=None)
