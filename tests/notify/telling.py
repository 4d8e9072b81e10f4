"""A notifier in its own thread, and what it reports; what it tells goes to services on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from risk_manager.notify.channel import Pace, Plan
from risk_manager.notify.heartbeat import Beat
from risk_manager.notify.line import Line
from risk_manager.notify.notifier import Notifier
from risk_manager.notify.speaking import speaker
from risk_manager.notify.taste import Taste
from tests.notify.services import BOT_TOKEN, CHAT, HOOK_TOKEN, Discord, Telegram

QUICK = Pace(together=0.3, settle=0.02, pause=0.02, pause_most=0.1, pause_refused=0.1)
ALL = Taste()
NEVER_AGAIN = Pace(together=0.3, settle=0.02, pause=3600, pause_most=3600, pause_refused=3600, least=0.02)


class Told:
    """A notifier, and what it has reported."""

    def __init__(self, pace: Pace, make_line: Callable[[], Line] = Line, is_guarding: bool = True) -> None:
        self.reports: list[tuple[str, str, bool]] = []
        self.is_guarding = is_guarding
        self.questions = 0
        """How often the notifier has asked whether it guards."""
        self.notifier = Notifier(lambda *one: self.reports.append(one), self._answers, make_line, pace)

    def _answers(self) -> bool:
        self.questions += 1
        return self.is_guarding

    async def asked(self, times: int) -> None:
        """Wait until the notifier has asked so many times more."""
        before = self.questions
        async with asyncio.timeout(20):
            while self.questions < before + times:
                await asyncio.sleep(0.01)

    async def reported(self, text: str) -> None:
        async with asyncio.timeout(20):
            while not any(text in sentence for _, sentence, _ in self.reports):
                await asyncio.sleep(0.01)

    def put(self, *notices: Any) -> None:
        for one in notices:
            self.notifier.put(one)


@asynccontextmanager
async def telling(
    *plans: Plan, pace: Pace = QUICK, beat: Beat | None = None, make_line: Callable[[], Line] = Line, **more: Any
) -> AsyncIterator[Told]:
    told = Told(pace, make_line, **more)
    told.notifier.start()
    told.notifier.choose(plans, beat)
    try:
        yield told
    finally:
        await asyncio.to_thread(told.notifier.close, 0.2)


def to_discord(service: Discord, name: str = "coach", taste: Taste = ALL, token: str = "") -> Plan:
    url = service.hook.replace(HOOK_TOKEN, token or HOOK_TOKEN)
    return Plan(name, "discord", speaker("discord", url), taste, url)


def to_telegram(service: Telegram, chat: int = CHAT, token: str = BOT_TOKEN) -> Plan:
    return Plan("phone", "telegram", speaker("telegram", token, str(chat), service.url), mark=(chat, token))
