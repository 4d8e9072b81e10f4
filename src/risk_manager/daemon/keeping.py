"""What survives: the store beside the guard. Opened before it, told of every step, closed after it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from risk_manager.config import ConfigError, Configuration, Problem, changed_rules, load_texts, settings_of
from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.changes import changes_of_files
from risk_manager.config.hiding import recorded
from risk_manager.config.logs import LOGGING_FILE
from risk_manager.config.notifications import NOTIFICATIONS_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.core.events import AdminActed, Reloaded, StoreBack, StoreLost
from risk_manager.core.model import AccountId
from risk_manager.core.settings import Settings
from risk_manager.core.told_times import dated
from risk_manager.daemon.clock import Clock
from risk_manager.daemon.guard import Guard
from risk_manager.store import Recovered, Store, open_store
from risk_manager.store.hidden import without_secrets
from risk_manager.store.pace import Pace

_BESIDE: Final = (LOGGING_FILE, NOTIFICATIONS_FILE)


class Keeping:
    """The store of a guard, and what it has found at the start."""

    def __init__(self, folder: Path, clock: Clock, pace: Pace | None = None) -> None:
        """Take the lease and open the file. Raises StoreError with the sentence: another guard is there, ..."""
        self._clock = clock
        self.store: Store = open_store(folder, now=clock.now, pace=pace)
        self._recovered: Recovered | None = None
        self._in_force: Configuration | None = None
        self._beside: dict[str, str] = {}
        """What is in force of the files that no reload reads, by their names."""
        self._beside_before: dict[str, str] = {}
        """What was in force of them when the last guard ended, as the record has it."""
        self._guard: Guard | None = None

    def recover(self, configuration: Configuration) -> Recovered:
        """What stood when the last guard ended, for the accounts of now."""

        def read(texts: Mapping[str, str]) -> Mapping[AccountId, Settings]:
            try:
                return settings_of(texts, known_rules())
            except ConfigError:
                return configuration.settings

        self._recovered = self.store.recover(configuration.settings, read)
        return self._recovered

    def attach(self, guard: Guard, configuration: Configuration) -> None:
        """From here on every step is written. Rules whose settings have changed since then are told of, and a backup
        that was put back is told and recorded as the admin's act that it is."""
        loop = asyncio.get_running_loop()

        def troubled(why: str | None) -> None:
            event = StoreLost(why=why) if why is not None else StoreBack()
            loop.call_soon_threadsafe(guard.put, event)

        self.store.on_trouble = troubled
        self.store.begin(guard.state)
        before = _before(self._recovered) if self._recovered is not None else {}
        secrets = [configuration.login.api_key.reveal()]
        earlier = self.store.last_good_configuration()
        self._guard, self._in_force = guard, configuration
        self._beside_before = {name: text for name, text in (earlier or {}).items() if name in _BESIDE}
        texts = without_secrets(self._texts(configuration), secrets)
        # A guard of an earlier version has kept nothing of some files: what stood there is no news.
        compared = {name: text for name, text in texts.items() if name not in _BESIDE or name in (earlier or {})}
        edits = changes_of_files(earlier or {}, compared)
        reloads = [
            Reloaded(account=account, changed=changed, edits=edits)
            for account, settings in configuration.settings.items()
            if account in before and (changed := changed_rules(before[account], settings))
        ]
        if edits and not reloads and earlier is not None:  # a login, a list of accounts: no rule is another one
            reloads = [Reloaded(account=next(iter(configuration.settings)), edits=edits)]
        self.announce(configuration, len(reloads))
        guard.listen_to_all(self.store.heard)
        for event in reloads:
            guard.put(event)
        back = self._recovered.put_back if self._recovered is not None else None
        if back is not None and back.user is not None:
            what = f"put the backup {back.backup} back at {dated(back.at)}, while no guard was running"
            guard.put(AdminActed(user=back.user, what=what))

    def announce(self, configuration: Configuration, reloads: int) -> None:
        """This configuration is in force; that many `Reloaded` follow, and become durable with it or not at all."""
        self._in_force = configuration
        secrets = [configuration.login.api_key.reveal()]
        self.store.remember_configuration(self._texts(configuration), secrets, reloads=reloads)

    def takes(self, name: str, text: str) -> None:
        """This is in force of logging.yaml or notifications.yaml, which no reload reads; nothing: an empty text. What
        comes before `attach` is compared there with what the last guard had in force."""
        before, self._beside = self._beside, {**self._beside, name: text}
        if self._guard is None or self._in_force is None:
            return
        if name in before:
            edits = changes_of_files({name: before[name]}, {name: text})
        else:
            edits = changes_of_files({name: self._beside_before.get(name, "")}, {name: recorded(text)})
        if edits:
            self.announce(self._in_force, 1)
            self._guard.put(Reloaded(account=next(iter(self._guard.settings)), edits=edits))

    def _texts(self, configuration: Configuration) -> dict[str, str]:
        beside = {name: recorded(text) for name, text in self._beside.items()}
        return {**configuration.texts, **self._beside_before, **beside}

    def last_good(self, folder: Path) -> Configuration:
        """The configuration that was last in force, its accounts and login from the home where those are whole.
        Raises ConfigError."""
        texts = self.store.last_good_configuration()
        if texts is None:
            raise ConfigError([Problem("risk_config.yaml", None, "", "There is no earlier configuration")])
        name = next((name for name in texts if Path(name).stem == Path(ACCOUNTS_FILE).stem), ACCOUNTS_FILE)
        try:
            accounts = (folder / "config" / name).read_text(encoding="utf-8")
            return load_texts({**texts, name: accounts}, known_rules())
        except (OSError, UnicodeDecodeError, ConfigError):
            return load_texts(texts, known_rules())

    def close(self) -> None:
        """Write what there is and let go of the folder."""
        self.store.close()


def _before(found: Recovered) -> Mapping[AccountId, Settings]:
    """The settings that each account had when the last guard ended. One that was out of accounts.yaml then had no rule:
    when it comes back, its rules may be other ones than those that its waivers and memories are of."""
    known = found.was.accounts if found.was is not None else {}
    return {**dict.fromkeys(known, Settings()), **found.settings}
