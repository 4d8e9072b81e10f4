"""One line of the doctor's list."""

from __future__ import annotations

import msgspec


class Found(msgspec.Struct, frozen=True):
    """What one check has found."""

    name: str
    is_good: bool
    says: str
    remedy: str = ""
    """What to do; empty where it is good."""
