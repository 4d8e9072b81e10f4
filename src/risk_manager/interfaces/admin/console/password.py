"""Another password for the admin."""

from __future__ import annotations

from textual import work

from risk_manager.config.password import PasswordError, is_set, why_not
from risk_manager.interfaces.admin.console.dialogs import Ask
from risk_manager.interfaces.admin.console.page import Drawn, Page, Row
from risk_manager.interfaces.admin.password import WrongError, held, put
from risk_manager.interfaces.trader.dashboard.saying import Tone, line, wrapped


class PasswordPage(Page[bool]):
    """One thing to do."""

    heading = "password"

    def look(self) -> bool:
        """Whether there is one."""
        return is_set(self.console.session.house.hash)

    def drawn(self, seen: bool, width: int) -> Drawn:  # noqa: ARG002  there is one, or nobody is here
        """What it is for."""
        says = "Every change asks for it. Nobody can show it again; a new one ends every session."
        return Drawn(wrapped(says, width), [Row(line("Change the password"), self.change)])

    @work
    async def change(self) -> None:
        """The old one, the new one, and once more."""
        house = self.console.session.house
        old = await self._asked("The old password")
        if old is None:
            return
        try:
            token = await self.console.waited("Trying the old password", lambda: held(house, old))
        except (WrongError, PasswordError) as error:
            self.tell(str(error), Tone.BAD)
            return
        new, trouble = "", ""
        while not new:
            given = await self._asked("The new password", trouble)
            if given is None:
                return
            trouble = why_not(given) or ""
            new = "" if trouble else given
        if await self._asked("The new password once more") != new:
            self.tell("The two are not the same. Nothing has changed.", Tone.BAD)
            return
        try:
            await self.console.waited("Writing it", lambda: put(house, new, token))
        except (PasswordError, OSError) as error:
            self.tell(str(error), Tone.BAD)
            return
        self.console.session.end()
        self.tell("The password is set. It is asked for at the next change.", Tone.GOOD)

    async def _asked(self, what: str, trouble: str = "") -> str | None:
        return await self.app.push_screen_wait(Ask(what, ["It is not shown."], is_secret=True, trouble=trouble))
