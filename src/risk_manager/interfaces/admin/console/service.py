"""The guard itself: whether it runs and how it is; have it read its files now, or stop."""

from __future__ import annotations

import msgspec
from textual import work

from risk_manager.interfaces.admin import checks
from risk_manager.interfaces.admin.checks import Found
from risk_manager.interfaces.admin.console.connection import found_lines
from risk_manager.interfaces.admin.console.dialogs import Ask, Choose
from risk_manager.interfaces.admin.console.page import Drawn, Page, Row
from risk_manager.interfaces.trader.dashboard.saying import Span, Tone, line, wrapped
from risk_manager.ipc import status as published
from risk_manager.ipc.admin import Reload, Stop
from risk_manager.ipc.status import GuardStatus

KEEP_ON, STOP = "Let it guard on", "Stop it"


class ServicePage(Page[tuple[list[Found], GuardStatus | None]]):
    """What the doctor would say of it, and two things to do."""

    heading = "service"
    waits = "Looking at the guard"
    every = 2.0

    def look(self) -> tuple[list[Found], GuardStatus | None]:
        """What it has published, and what of that is good."""
        house = self.console.session.house
        found = [checks.configuration(house)[0], *checks.running(house), checks.disk(house)]
        try:
            return found, published.read(house.folder / "data" / "status.json")
        except (OSError, msgspec.MsgspecError):
            return found, None

    def drawn(self, seen: tuple[list[Found], GuardStatus | None], width: int) -> Drawn:
        """Checks and what is told of the last start."""
        found, status = seen
        body = found_lines(found, width)
        if status is not None:
            body += [
                line(),
                line(
                    Span(
                        f"Version {status.version}. Accounts: {', '.join(str(one.id) for one in status.accounts)}.",
                        Tone.FAINT,
                    )
                ),
            ]
            for sentence in status.while_away:
                body += wrapped(sentence, width, tone=Tone.FAINT)
        rows = [
            Row(line("Read the files now"), self.reload),
            Row(line("Stop the guard"), self.stop_guard),
        ]
        return Drawn(rows=rows, body=body)

    @work
    async def reload(self) -> None:
        """Have it read its files."""
        await self.console.asked("Asking the guard", lambda token: Reload(token=token))
        self.action_again()

    @work
    async def stop_guard(self) -> None:
        """Ask why, ask again, stop it."""
        warning = (
            "Nobody watches the accounts then. Locks stand again at the next start; what is traded meanwhile is done."
        )
        reason = await self.app.push_screen_wait(Ask("Stop the guard: why", [warning, "The reason is recorded."]))
        if not (reason or "").strip():
            self.tell("It guards on: it is stopped with a reason only.")
            return
        answer = await self.app.push_screen_wait(Choose("Stop the guard", [warning], [KEEP_ON, STOP]))
        if answer != STOP:
            self.tell("It guards on.")
            return
        await self.console.asked("Asking the guard", lambda token: Stop(token=token, why=reason or ""))
        self.action_again()
