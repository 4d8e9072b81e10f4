"""What stands in the other files: the login, holidays of one's own, how the logs are written, who is told."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from risk_manager.config.accounts import ACCOUNTS_FILE, LOGIN, LoginSection
from risk_manager.config.hiding import HIDDEN, is_secret, masked
from risk_manager.config.keys import Key, declared
from risk_manager.config.logs import LOGGING_FILE, LogSettings
from risk_manager.config.notifications import NOTIFICATIONS_FILE, NotificationsFile
from risk_manager.config.present import filled
from risk_manager.config.risk import HOLIDAYS_FILE
from risk_manager.config.tree import node_at
from risk_manager.core.settings import Holidays
from risk_manager.interfaces.admin import changing
from risk_manager.interfaces.admin.console.channels import ChannelsPage
from risk_manager.interfaces.admin.console.keys import KeysPage
from risk_manager.interfaces.admin.console.page import Drawn, Page, Row
from risk_manager.interfaces.admin.console.rules import Place, tree_of
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.trader.dashboard.saying import Span, Tone, cut, line, wrapped

_ROOM: Final = 14
_EXAMPLES: Final = {
    "api_key": "${TOPSTEPX_API_KEY} for an environment variable, keyring:NAME, or the key itself",
    "holidays": "[2025-12-25, 2026-01-01]",
    "early_closes": '{2025-11-28: "12:15"}, in Chicago\'s time',
}


class Part(msgspec.Struct, frozen=True):
    """A section of a file, or all of it."""

    name: str
    file: str
    struct: type[msgspec.Struct]
    way: tuple[str, ...] = ()


NOTIFICATIONS: Final = Part("notifications", NOTIFICATIONS_FILE, NotificationsFile)
PARTS: Final = (
    Part("login", ACCOUNTS_FILE, LoginSection, (LOGIN,)),
    Part("holidays", HOLIDAYS_FILE, Holidays),
    Part("logging", LOGGING_FILE, LogSettings),
    NOTIFICATIONS,
)


class FilesPage(Page[list[tuple[Part, str]]]):
    """One row a part, with what stands in it."""

    heading = "files"

    def look(self) -> list[tuple[Part, str]]:
        """What the files say now."""
        house = self.console.session.house
        return [(part, _in_short(present_keys(house, part))) for part in PARTS]

    def drawn(self, seen: list[tuple[Part, str]], width: int) -> Drawn:
        """The parts; the rules and the accounts have pages of their own."""
        advice = wrapped(
            "Another login, and how the logs are written, wait for the next start of the guard.",
            width,
            tone=Tone.FAINT,
        )
        rows = []
        for part, says in seen:
            told = Span(cut(says, max(8, width - _ROOM - 6)), Tone.FAINT)
            rows.append(Row(line(Span(f"{part.name:<{_ROOM}}", Tone.STRONG), told), partial(self._open, part)))
        return Drawn(advice, rows)

    def _open(self, part: Part) -> None:
        house = self.console.session.house
        name = changing.file_named(house, part.file).name
        page = ChannelsPage if part is NOTIFICATIONS else KeysPage
        self.app.push_screen(page(f"files · {part.name}", name, part.way, partial(present_keys, house, part)))


def present_keys(house: House, part: Part) -> list[Key]:
    """The keys of a part with what stands in the file, *** for what is secret. Raises ConfigError."""
    section = node_at(masked(tree_of(house, Place(part.file))), part.way)
    return [_for_people(part, one) for one in filled(declared(part.struct), section)]


def _for_people(part: Part, key: Key) -> Key:
    is_shown = key.now is None or not is_secret((*part.way, *key.way))
    return msgspec.structs.replace(key, now=key.now if is_shown else HIDDEN, example=_EXAMPLES.get(key.way[-1], ""))


def _in_short(keys: list[Key]) -> str:
    told = ", ".join(f"{one.way[0]} {one.now}" for one in keys if one.now is not None and len(one.way) == 1)
    return told or "as usual"
