"""signalrcore for the hubs, each with its threads; requests for the request, in the thread that heard of the breach.

python -m benchmarks.peers.signalrcore_requests URL CONNECTIONS
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any

import requests
from signalrcore.hub.base_hub_connection import BaseHubConnection
from signalrcore.hub_connection_builder import HubConnectionBuilder

from benchmarks._process import ready, wait_for_the_end
from benchmarks.peers._task import (
    CLOSE,
    LOGIN,
    MARKET_SUBSCRIPTION,
    USER_SUBSCRIPTIONS,
    close_of,
    is_too_much,
)


def main(url: str) -> None:
    """Log in, listen, close."""
    http = requests.Session()
    http.trust_env = False  # else every request looks through the environment for proxies and passwords
    token = http.post(f"{url}/api/Auth/loginKey", json=LOGIN).json()["token"]
    http.headers["Authorization"] = f"Bearer {token}"
    prices: dict[str, float] = {}

    def on_position(arguments: list[dict[str, Any]]) -> None:
        for told in arguments:
            if is_too_much(told["data"]):
                http.post(f"{url}{CLOSE}", json=close_of(told["data"]))

    def on_quote(arguments: list[Any]) -> None:
        contract, quote = arguments
        prices[contract] = quote["lastPrice"]

    user, market = _hub(f"{url}/hubs/user", token), _hub(f"{url}/hubs/market", token)
    user.on("GatewayUserPosition", on_position)
    market.on("GatewayQuote", on_quote)
    for hub in (user, market):
        _start(hub)
    for method, wanted in USER_SUBSCRIPTIONS:
        user.send(method, wanted)
    market.send(*MARKET_SUBSCRIPTION)
    ready()
    wait_for_the_end()
    for hub in (user, market):
        hub.stop()


def _hub(address: str, token: str) -> BaseHubConnection:
    builder = HubConnectionBuilder().with_url(f"{address}?access_token={token}", options={"skip_negotiation": True})
    builder.configure_logging(logging.CRITICAL)
    return builder.with_automatic_reconnect({"type": "raw", "keep_alive_interval": 10, "reconnect_interval": 1}).build()


def _start(hub: BaseHubConnection) -> None:
    is_open = threading.Event()
    hub.on_open(is_open.set)
    hub.start()
    assert is_open.wait(10), "the hub did not open"


if __name__ == "__main__":
    logging.disable()
    main(sys.argv[1])
