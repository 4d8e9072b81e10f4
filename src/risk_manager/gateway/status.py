"""What the gateway's parts count, as values for a status display."""

from __future__ import annotations

import msgspec


class HubStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One hub at one moment."""

    is_connected: bool
    """Connected and subscribed."""
    why_away: str
    """Why it is not; empty while it is."""
    frames: int
    events: int
    unreadable: int
    unknown: int
    """Records of types and targets that are not spoken here."""
    sink_errors: int
    """Events whose taker raised: bugs of ours."""
    connects: int
    """Times it was connected and subscribed; the first one included."""
    attempts_failed: int
    logouts: int
    last_message_age_seconds: float | None
    """Since the last record of any kind, pings included; None before the first."""


class HubCounters:
    """What a hub counts while it runs."""

    __slots__ = (
        "attempts_failed",
        "connects",
        "events",
        "frames",
        "last_frame_at",
        "logouts",
        "sink_errors",
        "unknown",
        "unreadable",
    )

    def __init__(self) -> None:
        """All at 0."""
        self.frames = self.events = self.unreadable = self.unknown = self.sink_errors = 0
        self.connects = self.attempts_failed = self.logouts = 0
        self.last_frame_at: float | None = None

    def status(self, now: float, *, is_connected: bool, why_away: str) -> HubStatus:
        """The counters as a value; `now` is monotonic seconds."""
        return HubStatus(
            is_connected=is_connected,
            why_away=why_away,
            frames=self.frames,
            events=self.events,
            unreadable=self.unreadable,
            unknown=self.unknown,
            sink_errors=self.sink_errors,
            connects=self.connects,
            attempts_failed=self.attempts_failed,
            logouts=self.logouts,
            last_message_age_seconds=None if self.last_frame_at is None else now - self.last_frame_at,
        )


class GatewayStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The whole connection at one moment."""

    user_hub: HubStatus
    market_hub: HubStatus
    requests_last_minute: int
    """Of the 200 that the gateway allows."""
    token_seconds_left: float | None
    """None where there is no token."""
    warm_connections: int
    """Idle, and free for the next command."""
    commands_fast: int
    """Commands that left on a warm connection of their own."""
    commands_slow: int
    """Commands that had to wait: for a connection, a login, the allowance."""
