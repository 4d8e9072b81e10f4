"""Microsoft's own SignalR client on the simulator: what it accepts, a hub of the real gateway would look like."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import Any

import pytest

from tests.foreign.prepare import HERE, NODE_MODULES
from tests.foreign.program import output
from tests.foreign.venue import ACCOUNT_ID, Venue

BUY, SELL, FILLED = 0, 1, 2


async def trade(venue: Venue, *, skip_negotiation: bool, fault: dict[str, Any] | None = None) -> dict[str, Any]:
    """One trade from login to flat; everything that the client was sent. A fault loses both hubs before it."""
    plan = {
        "url": venue.url,
        "userName": venue.user_name,
        "apiKey": venue.api_key,
        "accountId": ACCOUNT_ID,
        "contractId": venue.contract_id,
        "skipNegotiation": skip_negotiation,
        "fault": fault,
    }
    node = shutil.which("node")
    assert node is not None
    client = (node, str(HERE / "signalr_client.cjs"), json.dumps(plan))
    return dict(json.loads(await output(*client, environment={"NODE_PATH": str(NODE_MODULES)})))


def rows(seen: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The payloads of one kind of user event, as they were wrapped."""
    return [event["args"][0]["data"] for event in seen["events"] if event["name"] == name]


@pytest.mark.parametrize("skip_negotiation", [True, False], ids=["straight", "negotiated"])
async def test_a_trade_is_seen_on_both_hubs(venue: Venue, *, skip_negotiation: bool) -> None:
    seen = await trade(venue, skip_negotiation=skip_negotiation)

    assert "SubscribeEverything" in seen["refused"]["SubscribeEverything"], "an unknown method is refused by name"
    kinds = Counter(event["name"] for event in seen["events"])
    assert {"GatewayQuote", "GatewayUserOrder", "GatewayUserTrade", "GatewayUserPosition"} <= set(kinds)

    entry = [order["status"] for order in rows(seen, "GatewayUserOrder") if order["id"] == seen["orderId"]]
    assert entry[-1] == FILLED
    assert entry.count(FILLED) == 1
    opening, closing = rows(seen, "GatewayUserTrade")
    assert (opening["side"], opening["size"], "profitAndLoss" in opening) == (BUY, 2, False)
    assert (closing["side"], closing["size"]) == (SELL, 2)
    assert closing["profitAndLoss"] == pytest.approx((closing["price"] - opening["price"]) * 2 * 2)
    opened, closed = rows(seen, "GatewayUserPosition")
    assert (opened["type"], opened["size"], opened["averagePrice"]) == (1, 2, opening["price"])
    assert (closed["type"], closed["size"], closed["averagePrice"]) == (0, 0, opening["price"])

    quotes = [event["args"] for event in seen["events"] if event["name"] == "GatewayQuote"]
    assert {contract for contract, _ in quotes} == {venue.contract_id}
    assert {"lastPrice", "bestBid", "bestAsk"} <= set(quotes[0][1]), "the first quote is a full one"


@pytest.mark.parametrize("skip_negotiation", [True, False], ids=["straight", "negotiated"])
@pytest.mark.parametrize("fault", ["cut-hub", "close-hub"])
async def test_the_client_comes_back_by_itself_and_trades(venue: Venue, fault: str, *, skip_negotiation: bool) -> None:
    seen = await trade(venue, skip_negotiation=skip_negotiation, fault={"fault": fault})

    assert seen["reconnects"] == 2
    opening, closing = rows(seen, "GatewayUserTrade")
    assert (opening["side"], closing["side"]) == (BUY, SELL)
