"""The published state: who writes it can be ended at any moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from risk_manager.config import settings_from_mapping
from risk_manager.core.events import StoreLost
from risk_manager.daemon import publishing
from risk_manager.daemon.clock import SystemClock
from risk_manager.daemon.guard import Guard
from risk_manager.daemon.picture import Picture
from risk_manager.daemon.publishing import Publisher
from risk_manager.gateway.tasks import start
from risk_manager.ipc import status as published

ACCOUNT = 465


@pytest.mark.parametrize("turns", range(6))
async def test_an_end_that_comes_together_with_news_is_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr(publishing, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(publishing, "SETTLE_SECONDS", 0)
    guard = Guard({ACCOUNT: settings_from_mapping({})}, lambda _: None, SystemClock())
    publisher = Publisher(tmp_path / "status.json", guard, Picture(guard, SystemClock(), lambda: 0))
    running = start(publisher.run(), "test: publisher")
    for _ in range(10):
        await asyncio.sleep(0)  # it waits for news
    guard.put(StoreLost(why="the disk is full"))
    for _ in range(turns):
        await asyncio.sleep(0)  # the news is on its way, from one turn of the loop to the next
    running.cancel()
    ended, _ = await asyncio.wait({running}, timeout=5)
    guard.stop()
    running.cancel()
    assert ended


async def test_the_last_word_says_that_it_is_the_last(tmp_path: Path) -> None:
    guard = Guard({ACCOUNT: settings_from_mapping({})}, lambda _: None, SystemClock())
    path = tmp_path / "status.json"
    running = start(Publisher(path, guard, Picture(guard, SystemClock(), lambda: 0)).run(), "test: publisher")
    for _ in range(10):
        await asyncio.sleep(0)
    assert not published.read(path).has_ended
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    guard.stop()
    assert published.read(path).has_ended
