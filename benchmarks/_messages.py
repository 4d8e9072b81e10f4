"""What the venue says on its hubs, byte by byte, and what floor, guard and peers all have to know of it."""

from __future__ import annotations

from typing import Final

ACCOUNT: Final = 7
LIMIT: Final = 10
"""Contracts of each symbol; one more is a breach."""
MNQ, ES = "CON.F.US.MNQ.Z26", "CON.F.US.EP.Z26"
_CODES = "MES ENQ M2K YM MYM CLE MCLE GCE MGC SIE SIL CPE EU6 DA6 BP6"
MANY: Final = (MNQ, *(f"CON.F.US.{code}.Z26" for code in _CODES.split(" ")))
"""Sixteen contracts of sixteen symbols."""
ENTRY: Final = 29400.5
"""About what everything that is held was bought at."""
OPEN_LOSS: Final = -1000
"""Dollars that one position may be down."""
_ES_POINT: Final = 50


def bought_at(turn: int) -> float:
    """The average price of what was opened in this turn: no two in a row are the same."""
    return ENTRY + turn % 8 * 0.25


def opened_at(turn: int) -> str:
    """When it was opened, a millisecond after what was opened in the turn before."""
    return f"2026-08-19T14:{15 + turn // 60_000:02}:{turn // 1000 % 60:02}.{turn % 1000:03}+00:00"


def touch(turn: int) -> bytes:
    """A quote at which one contract of ES that was opened in this turn is down by the limit, to the dollar."""
    return quote(ES, bought_at(turn) + OPEN_LOSS / _ES_POINT)


PING: Final = b"\x89\x00"
"""Answered when all that was told before it has been taken."""


def frame(payload: bytes) -> bytes:
    """One text frame of a server."""
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
    return head + payload


def position(contract: str, size: int, turn: int) -> bytes:
    """The frame of a position message; 0 is flat. Each turn is an opening of its own: what tells of an older one, or of
    exactly what was held before, is a message that came late, and no news to anybody."""
    return frame(
        b'{"type":1,"target":"GatewayUserPosition","arguments":[{"action":1,"data":{"id":825245547,"accountId":%d,'
        b'"contractId":"%b","contractDisplayName":"MNQZ6","creationTimestamp":"%b","type":%d,"size":%d,'
        b'"averagePrice":%.2f}}]}\x1e'
        % (ACCOUNT, contract.encode(), opened_at(turn).encode(), 1 if size else 0, size, bought_at(turn))
    )


def quote(contract: str, last: float) -> bytes:
    """The frame of a quote."""
    return frame(
        b'{"type":1,"target":"GatewayQuote","arguments":["%b",{"symbol":"%b","lastPrice":%.2f,"bestBid":%.2f,'
        b'"bestAsk":%.2f,"lastUpdated":"2026-08-19T20:51:31.4347534+00:00","timestamp":"2026-08-19T20:51:31.348+00:00"}]'
        b"}\x1e" % (contract.encode(), contract.encode(), last, last - 0.25, last + 0.25)
    )


def harmless(ticks: int) -> bytes:
    """A quote of ES, some ticks above a price at which nothing happens."""
    return quote(ES, ENTRY - 0.5 + ticks % 8 * 0.25)
