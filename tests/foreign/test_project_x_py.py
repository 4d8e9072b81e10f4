"""The best-known TopstepX SDK on the simulator: its own models read what the simulator says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.foreign.prepare import HERE, SDK_PYTHON
from tests.foreign.program import output
from tests.foreign.venue import ACCOUNT_NAME, Venue


async def sdk_trade(venue: Venue, *, size: int, leave: int) -> dict[str, Any]:
    """A bot on the SDK buys `size`, and is left with `leave`; what it saw of it."""
    plan = {
        "url": venue.url,
        "userName": venue.user_name,
        "apiKey": venue.api_key,
        "accountName": ACCOUNT_NAME,
        "contractId": venue.contract_id,
        "size": size,
        "leave": leave,
    }
    return dict(json.loads(await output(str(SDK_PYTHON), str(HERE / "sdk_client.py"), json.dumps(plan))))


async def test_a_bot_logs_in_trades_and_sees_its_fills(venue: Venue) -> None:
    seen = await sdk_trade(venue, size=3, leave=0)

    assert seen["subscribed"] == [True, True]
    assert seen["kinds"] == ["account_update", "order_update", "position_update", "quote_update", "trade_execution"]
    assert seen["quote"]["bestBid"] <= seen["quote"]["bestAsk"]
    assert seen["fill"]["orderId"] == seen["order_id"]
    assert seen["tracked"] == [[venue.contract_id, 3]]
    assert seen["left"] == []
    moved = seen["exit"]["price"] - seen["fill"]["price"]
    assert seen["exit"]["profitAndLoss"] == pytest.approx(moved * 2 * 3)
    assert sorted(size for _, size in seen["trades"]) == [3, 3]
