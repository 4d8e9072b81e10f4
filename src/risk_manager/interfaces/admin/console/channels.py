"""notifications.yaml: a channel is added by questions, so that nothing secret is typed where it can be read."""

from __future__ import annotations

from functools import partial
from typing import Final

from risk_manager.config.channels import NEEDS, ChannelKind, ChannelSection
from risk_manager.config.editing import Edit, with_row
from risk_manager.config.hiding import is_secret
from risk_manager.config.keys import Key, More, notes
from risk_manager.config.present import written
from risk_manager.interfaces.admin.console.dialogs import Ask, Choose
from risk_manager.interfaces.admin.console.keys import KeysPage

NONE: Final = "None after all"


class ChannelsPage(KeysPage):
    """The keys of the file."""

    async def add_to(self, key: Key, more: More) -> None:
        """Ask for a channel's name, what it speaks, and what leads there."""
        if more.section is not ChannelSection:
            await super().add_to(key, more)
            return
        name = await self.name_of("channels", "A name of your choice: letters, digits, - and _.")
        if name is None:
            return
        kinds = [kind.value for kind in ChannelKind]
        kind = await self.app.push_screen_wait(Choose(f"channels.{name}: what it speaks", [], [NONE, *kinds], keys="n"))
        if kind not in kinds:
            return
        trouble: str | None = ""
        while trouble is not None:
            row = await self._row_of(name, ChannelKind(kind), trouble)
            if row is None:
                return
            trouble = await self.console.changed(self._file, partial(_with_channel, name, row))

    async def _row_of(self, name: str, kind: ChannelKind, trouble: str) -> str | None:
        """Ask for what leads there; None: the admin has left."""
        told = {"kind": kind.value}
        for field in NEEDS[kind]:
            way = f"channels.{name}.{field}"
            is_hidden = is_secret(way.split("."))
            means = [notes(ChannelSection)[field], *(["It is not shown."] if is_hidden else [])]
            given = await self.app.push_screen_wait(Ask(way, means, is_secret=is_hidden, trouble=trouble))
            if given is None or not given.strip():
                return None
            told[field], trouble = given.strip(), ""
        return written(told)


def _with_channel(channel: str, row: str, name: str, text: str) -> Edit:
    return with_row(name, text, "channels", row, channel)
