"""How many requests a user may send (gateway reference, 7): a sliding window per user and kind of call."""

from collections import deque


class RateLimit:
    """At most `requests` in any `seconds`. A refused request is not counted."""

    def __init__(self, requests: int, seconds: float) -> None:
        self.requests = requests
        self.seconds = seconds
        self._sent: dict[str, deque[float]] = {}

    def admits(self, user: str, at_seconds: float) -> bool:
        """Whether this request is within the limit; counts it if so. `at_seconds` is any steady clock."""
        sent = self._sent.setdefault(user, deque())
        while sent and sent[0] <= at_seconds - self.seconds:
            sent.popleft()
        if len(sent) >= self.requests:
            return False
        sent.append(at_seconds)
        return True
