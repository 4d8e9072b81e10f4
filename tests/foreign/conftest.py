"""A fresh simulator for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.foreign.venue import Venue, open_venue


@pytest_asyncio.fixture
async def venue() -> AsyncIterator[Venue]:
    """The simulator, running."""
    async with open_venue() as opened:
        yield opened
