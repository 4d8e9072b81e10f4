"""What protection depends on, one check a thing: green, or red with its remedy. Nothing is changed by looking."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
import msgspec

from risk_manager.config import ConfigError, Configuration, load_home
from risk_manager.config import own_notifications as own
from risk_manager.config.notifications import read_notifications
from risk_manager.config.password import is_set
from risk_manager.config.rule_table import known_rules
from risk_manager.core.told_times import dated, named
from risk_manager.gateway.session import Credentials
from risk_manager.gateway.trying import LoginFailedError, accounts_of
from risk_manager.home import how_to_start, option
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.admin.found import Found as Found
from risk_manager.interfaces.admin.places import limits, logs
from risk_manager.ipc import status as published
from risk_manager.ipc.news import HUBS
from risk_manager.ipc.pipe import is_there
from risk_manager.store import lease

_FREE_BYTES = 500 * 1024 * 1024
_OLD_SECONDS = 5
_CLOCK_SECONDS = 2
_ASK_SECONDS = 5
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def all_of(house: House) -> Iterator[Found]:
    """Every check, in the order in which one would mend them. Who may not look into the configuration is told so, and
    what everybody may know."""
    if house.config.exists() and not os.access(house.config, os.R_OK | os.X_OK):
        yield Found("configuration", False, "It is for the guard's own user to read.", "Run doctor as that user.")
        yield from running(house)
        return
    read = configuration(house)
    yield read[0]
    yield password(house)
    yield from files(house)
    yield from notifications(house)
    yield disk(house)
    yield logs(house)
    yield from running(house)
    if read[1] is not None:
        yield login(read[1])
        yield clock(read[1])


def configuration(house: House) -> tuple[Found, Configuration | None]:
    """Whether the files hold, and the key is where they say."""
    try:
        read = load_home(house.folder, known_rules())
    except ConfigError as error:
        many = len(error.problems)
        begin = f"risk-manager init{option(house.folder)} makes one."
        remedy = f"Mend these lines:\n{error}" if house.config.is_dir() else begin
        return Found("configuration", False, f"{many} thing{'s' if many > 1 else ''} wrong.", remedy), None
    told = ", ".join(f"{one.id} ({len(one.settings.rules)} rules)" for one in read.accounts)
    idle = [str(one.id) for one in read.accounts if not one.settings.rules]
    if idle:
        remedy = f"Switch rules on: risk-manager admin config set KEY VALUE{option(house.folder)}"
        return Found("configuration", False, f"No rule is on for {', '.join(idle)}: nothing is limited.", remedy), read
    return Found("configuration", True, f"Guards {told}."), read


def password(house: House) -> Found:
    """Whether changes need a password."""
    if is_set(house.hash):
        return Found("admin password", True, "It is set.")
    remedy = f"risk-manager admin password{option(house.folder)}"
    return Found("admin password", False, "None is set: no lock can be cleared.", remedy)


def files(house: House) -> Iterator[Found]:
    """Whether others on this machine may read what is secret, or write what is decided."""
    if os.name == "nt":
        return  # rights are lists there; the service's installer sets them
    secret = [house.hash, *house.config.glob("accounts.*"), *house.config.glob("notifications.*")]
    secret += [*house.data.glob("state.db*"), *(house.data / "backups").glob("*.db")]
    open_ones = [path for path in secret if path.exists() and path.stat().st_mode & _OTHERS]
    if open_ones:
        remedy = f"chmod 600 {' '.join(map(str, open_ones))}"
        names = ", ".join(path.name for path in open_ones)
        yield Found("secrets", False, f"Others on this machine may read {names}.", remedy)
    elif any(path.exists() for path in secret):
        yield Found("secrets", True, "Only their owner may read them.")
    yield from limits(house)


def notifications(house: House) -> Iterator[Found]:
    """Who is told what happens here."""
    if not house.config.is_dir():
        return
    try:
        read = read_notifications(house.config)
        own_ones = _own_ones(house, read.trader_file or own.place())
    except ConfigError as error:
        many = len(error.problems)
        why = f"{many} thing{'s' if many > 1 else ''} wrong: nobody is told by it."
        yield Found("notifications", False, why, f"Mend these lines:\n{error}")
        return
    names = [f"{one.name} ({one.kind.value})" for one in read.channels]
    names += own_ones
    says = f"Told are {', '.join(names)}." if names else "Nobody is told: no channel stands in notifications.yaml."
    beat = read.heartbeat
    switch = (
        f"The heartbeat goes out every {beat.every_seconds:g} s." if beat else "No heartbeat tells when it is gone."
    )
    yield Found("notifications", True, f"{says} {switch}")


def _own_ones(house: House, path: Path) -> list[str]:
    """The trader's own channels: those that the running guard has read, for root may read more than it. Where none
    runs, those of the file. Raises ConfigError."""
    seen = _seen(house)
    if seen is not None and seen[2]:
        return [name for name in seen[0].told if name.startswith(published.OWN)]
    doubt = f", if the guard may read {path}: ask again while it runs"
    return [f"{published.OWN}{one.name} ({one.kind.value}{doubt})" for one in own.read_own(path)]


def disk(house: House) -> Found:
    """Whether there is room for the journal."""
    place = house.folder if house.folder.is_dir() else Path(house.folder.anchor or ".")
    free = shutil.disk_usage(place).free
    told = f"{free / 1024**3:.1f} GB are free."
    if free < _FREE_BYTES:
        return Found("disk", False, told, f"Make room on the disk of {place}: a full one forgets at the next start.")
    return Found("disk", True, told)


def running(house: House) -> Iterator[Found]:
    """Whether a guard runs, sees the account, and can save."""
    start = f"Start it: {how_to_start(house.folder)}"
    seen = _seen(house)
    if seen is None:
        yield Found("guard", False, "It has not run here yet.", start)
        return
    told, age, runs = seen
    if age > _OLD_SECONDS and lease.is_held(house.data):
        why = f"It is there, and what it has published is {age:.0f} s old: it hangs, or cannot publish."
        yield Found("guard", False, why, "Look into its error.log: that says why. Then start the guard again.")
        return
    if not runs:
        yield Found("guard", False, f"It does not run: what it has published is {age:.0f} s old.", start)
        return
    yield Found("guard", True, f"It runs since {dated(told.started_at)}.")
    if told.waits_for_start:
        why = f"The guard runs with something else than the files say. {' '.join(told.waits_for_start)}"
        yield Found("in force", False, why, "Start the guard again.")
    if told.refused_files is not None:
        yield _refused(told.refused_files, house)
    if told.unwatched:
        why = f"The guard does not notice what changes in {', '.join(told.unwatched)}."
        yield Found("hot reload", False, why, "Start the guard again, and look into its error.log: that says why.")
    for sentence in told.failing:
        more = "The guard guards all the same; its error.log and daemon.log say more."
        yield Found("around it", False, sentence, more)
    hubs = (("user", told.connection.user_hub), ("market", told.connection.market_hub))
    away = [HUBS[name] for name, up in hubs if not up]
    if away:
        since = f" since {named(told.connection.lost_since)}" if told.connection.lost_since is not None else ""
        why = f"{' and '.join(away).capitalize()} {'are' if len(away) > 1 else 'is'} away{since}."
        yield Found("connection", False, why, "Look at the network; the guard goes on trying by itself.")
    else:
        yield Found("connection", True, "Both hubs are there.")
    yield _guarded(told)
    if told.mute:
        why = f"Not everybody can be told: {' '.join(told.mute)}"
        yield Found("notifying", False, why, "risk-manager notify test shows what each channel answers.")
    if not told.is_saved:
        yield Found("store", False, "Nothing can be saved.", "Look at the disk and at the rights of the data folder.")
    else:
        yield Found("store", True, "What matters is saved.")


def _seen(house: House) -> tuple[published.GuardStatus, float, bool] | None:
    """What the guard has published, its age in seconds, and whether it runs; None: it has never run here."""
    try:
        told = published.read(house.folder / "data" / "status.json")
    except (OSError, msgspec.MsgspecError):
        return None
    age = (datetime.now(UTC) - told.at).total_seconds()
    has_ended = not is_there(house.socket)  # in order; after a kill only the age tells
    return told, age, age <= _OLD_SECONDS and not has_ended


def _guarded(told: published.GuardStatus) -> Found:
    asleep = [str(one.id) for one in told.accounts if one.is_asleep]
    if asleep:
        why = f"Account {' and '.join(asleep)} has not been read since the start: nothing is judged or closed there."
        mend = "The guard asks again by itself. If it stays so: the rows connection and login, and the guard's log."
        return Found("accounts", False, why, mend)
    names = " and ".join(str(one.id) for one in told.accounts)
    return Found("accounts", True, f"Read and judged: {names}.")


def _refused(files: published.RefusedFiles, house: House) -> Found:
    instead = "the last configuration that held" if files.is_last_good else "what was in force before"
    why = f"The guard refuses what the files say since {dated(files.since)}, and runs with {instead}."
    mend = (
        f"Mend that; it is taken at once, without a start. All that is wrong: risk-manager doctor{option(house.folder)}"
    )
    return Found("in force", False, why, f"{files.why}\n{mend}")


def login(read: Configuration) -> Found:
    """Whether the gateway takes the login and has the accounts."""
    credentials = Credentials(read.login.username, read.login.api_key.reveal())
    try:
        seen = asyncio.run(accounts_of(credentials, read.login.api_url))
    except LoginFailedError as error:
        return Found(
            "login", False, str(error), "Correct username or api_key in accounts.yaml, or look at the network."
        )
    there = {one.account: one for one in seen}
    missing = [str(one.id) for one in read.accounts if one.id not in there]
    if missing:
        names = ", ".join(f"{one.account} ({one.name})" for one in seen) or "none"
        why = f"This login has no active account {', '.join(missing)}."
        return Found("login", False, why, f"It has: {names}. Correct account_id in accounts.yaml.")
    barred = [str(one.id) for one in read.accounts if there[one.id].can_trade is False]
    if barred:
        why = f"The broker does not let {', '.join(barred)} trade."
        return Found("login", False, why, "Ask the firm; the guard closes and locks such an account.")
    return Found("login", True, "The gateway takes it, and the accounts are there.")


def clock(read: Configuration) -> Found:
    """Whether this machine's clock agrees with the gateway's: resets and sessions hang on it."""
    try:
        off = asyncio.run(_seconds_off(read.login.api_url))
    except (aiohttp.ClientError, TimeoutError, ValueError, TypeError):
        return Found("clock", False, "The gateway did not tell its time.", "Try again when it can be reached.")
    if abs(off) > _CLOCK_SECONDS:
        way = "ahead" if off > 0 else "behind"
        return Found("clock", False, f"It is {abs(off):.0f} s {way}.", "Let the system set its clock from the network.")
    return Found("clock", True, "It agrees with the gateway's.")


async def _seconds_off(url: str) -> float:
    timeout = aiohttp.ClientTimeout(total=_ASK_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http, http.get(f"{url}/api/Status/ping") as reply:
        told = parsedate_to_datetime(reply.headers["Date"])
    return (datetime.now(UTC) - told).total_seconds()
