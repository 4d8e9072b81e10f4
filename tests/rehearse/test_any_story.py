"""Over random stories: a file is told, or refused in sentences; it never crashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_manager.rehearse.command import run

CONTRACTS = st.sampled_from(["CON.F.US.MNQ.Z25", "CON.F.US.EP.Z25", "CON.F.US.XYZ.Z25"])
ODD: st.SearchStrategy[Any] = st.sampled_from([None, True, -1, 0, "x", [], {}, 10**30, 0.1])
SMALL = st.integers(0, 4)


def fields(**known: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Messages with some of their fields, now and then with an odd value."""
    return st.fixed_dictionaries({}, optional={key: st.one_of(value, value, ODD) for key, value in known.items()})


POSITION = fields(contractId=CONTRACTS, type=SMALL, size=SMALL, averagePrice=st.integers(1, 30000))
ORDER = fields(id=st.integers(1, 5), contractId=CONTRACTS, type=SMALL, side=st.integers(0, 1), size=SMALL, status=SMALL)
TRADE = fields(contractId=CONTRACTS, price=st.integers(1, 30000), side=st.integers(0, 1), size=SMALL,
               profitAndLoss=st.integers(-900, 900))  # fmt: skip
GAP = fields(positions=st.lists(POSITION, max_size=2), orders=st.lists(ORDER, max_size=2),
             trades=st.lists(TRADE, max_size=2), canTrade=st.booleans())  # fmt: skip
STEP = st.one_of(
    fields(position=POSITION, at=st.sampled_from(["+1s", "+1h"]), expect=st.just("any")),
    fields(order=ORDER, wait=st.sampled_from(["1s", "5s", "2m"])),
    fields(trade=TRADE),
    fields(quote=fields(contractId=CONTRACTS, lastPrice=st.integers(1, 30000))),
    fields(reconnect=GAP),
    fields(restart=GAP),
    fields(disconnect=st.sampled_from(["user", "market", "both"])),
    fields(refuse=st.just({"close": 2, "cancel": 1})),
)
CONFIG = {
    "max_contracts": {"limit": 3},
    "daily_realized_loss": {"limit": -500},
    "no_stop_loss_grace": {"grace_period_seconds": 10},
    "cooldown_after_loss": {"loss_thresholds": [{"loss_amount": -100, "cooldown_duration": 60}]},
}


@given(st.lists(STEP, max_size=6), st.sampled_from(["obedient", "silent"]))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_story_is_told_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], steps: list[Any], broker: str
) -> None:
    told = {"name": "n", "start": "2025-10-23T10:30:00-05:00", "config": CONFIG, "broker": broker, "steps": steps}
    path = tmp_path / "story.yaml"
    path.write_text(json.dumps(told), encoding="utf-8")
    code = run(path)
    told_text = capsys.readouterr()
    assert code in (0, 1, 2)
    assert (code == 2) == bool(told_text.err)
