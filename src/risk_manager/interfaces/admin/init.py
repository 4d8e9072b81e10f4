"""`risk-manager init`: from nothing to a guarded account, one question at a time; nothing is written before the end."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec

from risk_manager import home as homes
from risk_manager.config import ConfigError, load_texts
from risk_manager.config.accounts import ACCOUNTS_FILE, API_URL, MARKET_HUB_URL, USER_HUB_URL
from risk_manager.config.password import HASH_FILE, set_password, why_not
from risk_manager.config.presets import risk_text
from risk_manager.config.risk import RISK_FILE
from risk_manager.config.rule_table import known_rules
from risk_manager.config.secret import KEYRING, NO_SECRETS, NotFoundError, keep_in_keyring, system_keyring
from risk_manager.core.events import AccountSeen
from risk_manager.exit_codes import ExitCode
from risk_manager.gateway.session import Credentials
from risk_manager.gateway.trying import LoginFailedError, accounts_of
from risk_manager.interfaces.admin import first_limits
from risk_manager.interfaces.admin.asking import StoppedError, agree, ask, choose, choose_some, show, some_text
from risk_manager.interfaces.admin.entrance import tell

KEY_VARIABLE = "TOPSTEPX_API_KEY"
_IN_KEYRING = f'"{KEYRING}'


class Login(msgspec.Struct, frozen=True):
    """What the gateway has accepted."""

    url: str
    user_name: str
    api_key: str

    def __repr__(self) -> str:
        return f"Login({self.url}, {self.user_name}, ***)"


def run(*, home: Path | None = None, url: str = API_URL) -> int:
    """Set up a guard: login, accounts, limits, password.

    Parameters
    ----------
    home
        Where it is to live.
    url
        The gateway; for trying things, the address of `risk-manager simulator`.
    """
    folder = homes.folder(home)
    config = folder / "config"
    if any(config.glob("accounts.*")) or any(config.glob("risk_config.*")):
        tell(f"There is a configuration in {config} already. Change it by risk-manager admin config, or remove it.")
        return ExitCode.REFUSED
    try:
        login, seen = _login(url)
        accounts = _accounts(seen)
        limits = first_limits.ask_for(accounts)
        common = first_limits.common(limits)
        key = _key(login)
        password = _password()
        guarded = first_limits.guarded(accounts, limits)
        texts = {RISK_FILE: risk_text(common), ACCOUNTS_FILE: accounts_text(login, key, guarded)}
        load_texts(texts, known_rules(), environment=NO_SECRETS, keyring=NO_SECRETS.get)
        tell(f"\nThis will be {config / RISK_FILE}:\n")
        tell(texts[RISK_FILE])
        if any(one.numbers != common.numbers for one in limits):
            tell(f"and in {config / ACCOUNTS_FILE}, beside the login:\n\n{guarded}")
        if not agree("Write it", usual=True):
            raise StoppedError
        if key.startswith(_IN_KEYRING):
            keep_in_keyring(key.removeprefix(_IN_KEYRING).rstrip('"'), login.api_key)
        _write(folder, texts, password)
    except NotFoundError as error:
        tell(f"\nNothing is written: {error}.")
        return ExitCode.REFUSED
    except StoppedError:
        tell("\nNothing is written.")
        return ExitCode.REFUSED
    except ConfigError as error:
        tell(f"Nothing is written, because it would not hold:\n{error}")
        return ExitCode.BAD_INPUT
    except OSError as error:
        tell(f"{error.filename or folder} cannot be written: {error.strerror}.")
        return ExitCode.REFUSED
    _what_next(folder, key)
    return ExitCode.FINE


def _login(url: str) -> tuple[Login, list[AccountSeen]]:
    tell("1. The login. The API key is made in the platform: Settings, API.\n   It is not shown while you type it.")
    while True:
        user_name = ask("User name (the platform's, not the e-mail address)", some_text("The user name"))
        api_key = ask("API key", some_text("The API key"), secret=True)
        tell("  Trying it ...")
        try:
            seen = asyncio.run(accounts_of(Credentials(user_name, api_key), url))
        except LoginFailedError as error:
            tell(f"  {error}")
            continue
        if seen:
            tell(f"  It works: {len(seen)} account{'s' if len(seen) > 1 else ''}.")
            return Login(url, user_name, api_key), list(seen)
        tell("  The login works, and has no active account. Nothing could be guarded.")


def _accounts(seen: list[AccountSeen]) -> list[AccountSeen]:
    tell("\n2. The accounts to guard.")
    chosen = choose_some("Which (numbers)", [f"{one.name or ''}  number {one.account}" for one in seen])
    return [seen[index] for index in chosen]


def _key(login: Login) -> str:
    tell("\n4. Where the API key is kept.")
    places = [
        f"In {ACCOUNTS_FILE}, which only you can read",
        f"In the environment variable {KEY_VARIABLE}, set where the guard runs",
        "In this system's keyring, for a guard that runs as you",
    ]
    show(places)
    while True:
        match choose("Where", places):
            case 0:
                return msgspec.json.encode(login.api_key).decode()
            case 1:
                return f"${{{KEY_VARIABLE}}}"
        name = f"topstepx-{login.user_name}"
        try:
            system_keyring(name)
        except NotFoundError as error:
            tell(f"  That is not possible here: {error}.")
            continue
        return _quoted(f"{KEYRING}{name}")


def _password() -> str:
    tell(
        "\n5. The admin password. Every change of a limit asks for it.\n   Choose it calmly; nobody can show it again."
    )

    def check(given: str) -> str:
        why = why_not(given)
        if why is not None:
            raise ValueError(why)
        return given

    while True:
        password = ask("Password", check, secret=True)
        if ask("Once more", str, secret=True) == password:
            return password
        tell("  The two are not the same.")


def accounts_text(login: Login, key: str, guarded: str) -> str:
    """accounts.yaml; `key` as it is to stand there, `guarded` its section of accounts."""
    lines = ["# Who logs in, and what is guarded.", "topstepx:", f"  username: {_quoted(login.user_name)}"]
    lines += [f"  api_key: {key}"]
    if login.url.rstrip("/") != API_URL:
        hubs = login.url.rstrip("/")
        lines += [f"  api_url: {hubs}", f"  user_hub_url: {hubs}/hubs/user", f"  market_hub_url: {hubs}/hubs/market"]
    else:
        lines += [f"  # the gateway: {API_URL}, {USER_HUB_URL}, {MARKET_HUB_URL}"]
    return "\n".join(lines) + f"\n{guarded}"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _write(folder: Path, texts: dict[str, str], password: str) -> None:
    config = folder / "config"
    for made, rights in ((folder, homes.OPEN_WAY), (config, homes.CLOSED)):
        homes.make_folder(made, rights)
        made.chmod(rights)
    for name, text in texts.items():
        path = config / name
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, homes.PRIVATE_FILE), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        homes.belong(path)
    set_password(config / HASH_FILE, password)


def _what_next(folder: Path, key: str) -> None:
    where = homes.option(folder)
    tell(f"\nWritten to {folder / 'config'}.")
    if key.startswith("${"):
        tell(f"Set {KEY_VARIABLE} where the guard runs.")
    if folder == homes.SERVICE_HOME:
        tell("The service finds it within ten seconds: risk-manager service status")
        return
    tell(f"Next: risk-manager run{where}\nand in another window: risk-manager dashboard{where}")
