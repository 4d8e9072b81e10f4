"""The configuration folder of a home: found, read, checked, all at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from risk_manager.config.accounts import (
    ACCOUNTS_FILE,
    GuardedAccount,
    Login,
    guarded,
    login_of,
    read_accounts,
)
from risk_manager.config.document import only_document, read_source
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.risk import HOLIDAYS_FILE, RISK_FILE, RiskSource, holidays_of, require_version
from risk_manager.config.secret import NO_SECRETS, Keyring
from risk_manager.config.tree import Branch, Node, Place
from risk_manager.core.model import AccountId
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.core.settings import Settings

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_STEMS: Final = frozenset(Path(name).stem for name in (RISK_FILE, ACCOUNTS_FILE, HOLIDAYS_FILE))


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """All that the admin has decided."""

    login: Login
    accounts: tuple[GuardedAccount, ...]
    texts: Mapping[str, str]
    """The files that it was read from, by name. `accounts.yaml` may hold the API key itself: keep them as safe as
    the files are."""

    @property
    def settings(self) -> Mapping[AccountId, Settings]:
        """The settings of each account, as the engine wants them."""
        return MappingProxyType({account.id: account.settings for account in self.accounts})

    def __repr__(self) -> str:
        return f"Configuration(accounts={[account.id for account in self.accounts]})"


def config_of(home: Path) -> Path:
    """The folder that the configuration files of a home lie in: its `config/`, or itself where it has none."""
    return home / "config" if (home / "config").is_dir() else home


def load_home(
    home: Path,
    rules: Sequence[Rule] = RULES,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring | None = None,
) -> Configuration:
    """The configuration of a home folder, from its `config/` or from itself. Raises ConfigError with all problems.

    `risk_config` and `accounts` must be there, `holidays` may be; each as .yaml, .yml or .json.
    """
    folder = config_of(home)
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name in (RISK_FILE, ACCOUNTS_FILE, HOLIDAYS_FILE):
        try:
            path = found(folder, Path(name).stem)
            if path is not None:
                texts[path.name] = read_source(path)
        except ConfigError as error:
            problems += error.problems
    return load_texts(texts, rules, environment=environment, keyring=keyring, problems=problems)


def load_texts(
    texts: Mapping[str, str],
    rules: Sequence[Rule] = RULES,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring | None = None,
    problems: Sequence[Problem] = (),
) -> Configuration:
    """The configuration of texts that are at hand already, by the name of their file. Raises ConfigError.

    `problems` are what was wrong before: they are told together with what is wrong here. Other files of a home are
    passed over.
    """
    told = list(problems)
    texts = {name: text for name, text in texts.items() if Path(name).stem in _STEMS}
    stems = {Path(name).stem for name in (*texts, *(problem.file for problem in problems))}
    told += [
        Problem(name, None, "", f"There is no {name}. It is needed")
        for name in (RISK_FILE, ACCOUNTS_FILE)
        if Path(name).stem not in stems
    ]
    trees = {Path(name).stem: _document(text, name, told) for name, text in texts.items()}
    risk, content, days = (trees.get(Path(name).stem) for name in (RISK_FILE, ACCOUNTS_FILE, HOLIDAYS_FILE))
    if risk is not None:
        require_version(risk, told)
    holidays = holidays_of(days if days is not None else _nothing(HOLIDAYS_FILE), told)
    accounts = read_accounts(content, told) if content is not None else None
    login = login_of(accounts, content, environment, keyring, told) if accounts is not None and content else None
    content, risk = content or _nothing(ACCOUNTS_FILE), risk or _nothing(RISK_FILE)
    listed = guarded(accounts, content, RiskSource(risk, holidays, tuple(rules)), told)
    if told or login is None:
        raise ConfigError(told)
    return Configuration(login=login, accounts=listed, texts=MappingProxyType(dict(texts)))


def settings_of(texts: Mapping[str, str], rules: Sequence[Rule] = RULES) -> Mapping[AccountId, Settings]:
    """What the texts mean for the engine; no secret is looked up for that. Raises ConfigError."""
    return load_texts(texts, rules, environment=NO_SECRETS, keyring=NO_SECRETS.get).settings


def found(folder: Path, stem: str) -> Path | None:
    """The one file of this name. Raises ConfigError where there are two: nobody would know which one counts."""
    there = [path for suffix in _SUFFIXES if (path := folder / f"{stem}{suffix}").exists()]
    if len(there) > 1:
        names = " and ".join(path.name for path in there)
        raise ConfigError([Problem(there[1].name, None, "", f"{names} are both there. Keep one of them")])
    return there[0] if there else None


def _document(text: str, name: str, problems: list[Problem]) -> Node | None:
    try:
        return only_document(text, name)
    except ConfigError as error:
        problems += error.problems
        return None


def _nothing(name: str) -> Branch:
    return Branch({}, Place(name))
