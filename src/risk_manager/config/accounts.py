"""`accounts.yaml`: how to log in, and which accounts are guarded, each with what differs for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from risk_manager.config.explain import Declaration, read_struct, section
from risk_manager.config.problem import Problem
from risk_manager.config.reading import Reading, shown, whole, words, wrong
from risk_manager.config.risk import RiskSource
from risk_manager.config.secret import PRIVATE, Keyring, NotFoundError, Secret, resolve
from risk_manager.config.tree import Node, Row, node_at, place_of
from risk_manager.core.model import AccountId
from risk_manager.core.settings import Settings

ACCOUNTS_FILE: Final = "accounts.yaml"
LOGIN: Final = "topstepx"
"""The section of the login."""
API_URL: Final = "https://api.topstepx.com"
USER_HUB_URL: Final = "https://rtc.topstepx.com/hubs/user"
MARKET_HUB_URL: Final = "https://rtc.topstepx.com/hubs/market"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_URL_RIGHT: Final = f"An address is written with https, for example {API_URL}"
_ID_RIGHT: Final = "An account id is the gateway's whole number, for example 123456"
_ID_MAX: Final = 2**31 - 1


def _url(value: Any) -> str:
    """A web address. Without encryption only on this machine: the API key travels there."""
    text = words(value, _URL_RIGHT).strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    if host is None or parts.scheme not in ("https", "wss", "http", "ws"):
        raise wrong(f"{shown(text)} is no web address. {_URL_RIGHT}")
    if parts.scheme in ("http", "ws") and host not in _LOCAL:
        raise wrong(f"{shown(text)} is not encrypted, and the API key would travel there. {_URL_RIGHT}")
    return text.rstrip("/")


def _id(value: Any) -> int:
    number = whole(value, _ID_RIGHT) if not isinstance(value, int) or isinstance(value, bool) else value
    if not 0 < number <= _ID_MAX:
        raise wrong(f"{shown(value)} is no account id. {_ID_RIGHT}")
    return number


Path = tuple[str | int, ...]
"""The way to a value in the file."""
Url = Annotated[str, Reading(_url, {"type": "string", "format": "uri"}, _URL_RIGHT)]


class LoginSection(msgspec.Struct, frozen=True, kw_only=True):
    """Who logs in, field by field."""

    username: Annotated[str, PRIVATE]
    api_key: Annotated[str, PRIVATE]
    """Made on the gateway's pages. It is a secret."""
    api_url: Url = API_URL
    """The simulator has another one."""
    user_hub_url: Url = USER_HUB_URL
    market_hub_url: Url = MARKET_HUB_URL


class _Monitored(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is guarded."""

    account_id: Annotated[int, Reading(_id, {"type": "integer", "minimum": 1}, _ID_RIGHT)]
    account_name: str = ""
    """Your own word for it, on every screen behind its number; without one the broker's word stands there."""
    rules: Any = None
    """Sections of rules for this account alone, laid over those of all."""


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """The file, field by field."""

    topstepx: LoginSection
    monitored_account: _Monitored | None = None
    monitored_accounts: tuple[_Monitored, ...] | None = None

    def __post_init__(self) -> None:
        if (self.monitored_account is None) == (self.monitored_accounts is None):
            raise ValueError("Write either monitored_account (one) or monitored_accounts (a list)")
        if self.monitored_accounts is not None and not self.monitored_accounts:
            raise ValueError("monitored_accounts is empty: there is nothing to guard")


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the gateway, and as whom."""

    username: str
    api_key: Secret
    api_url: str = API_URL
    user_hub_url: str = USER_HUB_URL
    market_hub_url: str = MARKET_HUB_URL


class GuardedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account and what is decided for it."""

    id: AccountId
    settings: Settings


def read_accounts(content: Node, problems: list[Problem]) -> Accounts | None:
    """What the file says; None, with what is wrong added to `problems`, where it does not hold."""
    tree = section(content, "", problems)
    if tree is None:
        return None
    read = read_struct(tree, Declaration(Accounts, "accounts"), problems)
    if not isinstance(read, Accounts):
        return None
    seen: set[AccountId] = set()
    for count, one in enumerate(read.monitored_accounts or ()):
        if one.account_id in seen:
            place, key = place_of(tree, ("monitored_accounts", count, "account_id"))
            text = f"{one.account_id} stands in the list twice. Keep one of them"
            problems.append(Problem(place.file, place.line, ".".join(key), text))
        seen.add(one.account_id)
    return read


def login_of(
    accounts: Accounts,
    content: Node,
    environment: Mapping[str, str],
    keyring: Keyring | None,
    problems: list[Problem],
) -> Login | None:
    """The login with its secrets fetched from where the file says."""
    found: dict[str, Secret] = {}
    for field in ("username", "api_key"):
        try:
            found[field] = resolve(getattr(accounts.topstepx, field), environment, keyring)
        except NotFoundError as missing:
            place, key = place_of(content, ("topstepx", field))
            problems.append(Problem(place.file, place.line, ".".join(key), str(missing)))
    if len(found) < 2:
        return None
    return Login(
        username=found["username"].reveal(),
        api_key=found["api_key"],
        api_url=accounts.topstepx.api_url,
        user_hub_url=accounts.topstepx.user_hub_url,
        market_hub_url=accounts.topstepx.market_hub_url,
    )


def guarded(
    accounts: Accounts | None, content: Node, source: RiskSource, problems: list[Problem]
) -> tuple[GuardedAccount, ...]:
    """The accounts with their settings: the common ones with each account's `rules:` laid over them.

    What is wrong with an account's rules is told also where the rest of the file does not hold (`accounts` is None).
    """
    common = source.settings(problems)
    own = {path: _laid_over(common, content, path, source, problems) for path in _paths(content)}
    listed = _listed(accounts) if accounts is not None else ()
    return tuple(
        GuardedAccount(id=one.account_id, settings=replace(settings, name=one.account_name))
        for path, one in listed
        if (settings := own.get(path)) is not None
    )


def _laid_over(
    common: Settings | None, content: Node, path: Path, source: RiskSource, problems: list[Problem]
) -> Settings | None:
    """The common settings with one account's `rules:` in their place."""
    over = node_at(content, (*path, "rules"))
    if over is None:
        return common
    prefix = ".".join(place_of(content, (*path, "rules"))[1])
    told: list[Problem] = []
    settings = None
    overrides = section(over, prefix, told)
    if overrides is not None:
        settings = source.settings(told, overrides=overrides, prefix=f"{prefix}.")
    # What is wrong with the common settings has been told once already.
    problems += [one for one in told if common is not None or one.file == over.place.file]
    return settings


def _paths(content: Node) -> list[Path]:
    """The way to each account, as far as the file has any."""
    row = node_at(content, ("monitored_accounts",))
    several = [("monitored_accounts", count) for count in range(len(row.items))] if isinstance(row, Row) else []
    return [("monitored_account",), *several]


def _listed(accounts: Accounts) -> list[tuple[Path, _Monitored]]:
    if accounts.monitored_account is not None:
        return [(("monitored_account",), accounts.monitored_account)]
    return [(("monitored_accounts", count), one) for count, one in enumerate(accounts.monitored_accounts or ())]
