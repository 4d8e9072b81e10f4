"""Whatever is tried on any file, by command or by hand, what is broken reaches neither the file nor the running guard,
nor those who are told."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_manager.config import ConfigError
from risk_manager.config.home import settings_of
from risk_manager.config.notifications import Notifications, read_notifications
from risk_manager.daemon import file_watch
from risk_manager.daemon.addressees import Addressees
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import changing, edits
from risk_manager.interfaces.admin.entrance import House as Home
from tests.config.values import EXAMPLES
from tests.interfaces.test_admin_every_key import PASSWORD, VALUES, House

KEY: Final = "a-key-nobody-may-see"
LOGIN: Final = f"topstepx:\n  username: trader   # me\n  api_key: {KEY}\n  api_url: http://127.0.0.1:9\n"
ACCOUNTS: Final = f"{LOGIN}monitored_account: {{account_id: 465, account_name: Main}}\n"
OWN_RULES: Final = st.sampled_from(
    [
        "",
        ", rules: {max_contracts: {limit: 3}}",
        ", rules: {daily_realized_loss: {enabled: false}}",
        ", rules: {daily_realized_loss: {limit: 5}}",
        ", rules: {no_such_rule: {}}",
        ", rules: []",
    ]
)
IDS: Final = st.sampled_from(["465", "466", "0", "-1", "many", "4650000000000"])
ONE: Final = st.builds(lambda number, rules: f"{{account_id: {number}, account_name: x{rules}}}", IDS, OWN_RULES)
ACCOUNT_FILES: Final = st.one_of(
    ONE.map(lambda one: f"{LOGIN}monitored_account: {one}\n"),
    st.lists(ONE, max_size=3).map(lambda some: f"{LOGIN}monitored_accounts:\n" + "".join(f"  - {x}\n" for x in some)),
)
DAYS: Final = st.sampled_from(['"2026-12-24"', "2026-01-02", "2026-02-30", "tomorrow", "[]", "1"])
HOLIDAY_FILES: Final = st.builds(
    lambda days, early, at: f"# Ours.\nholidays: [{', '.join(days)}]\nearly_closes: {{{early}: {at}}}\n",
    st.lists(DAYS, max_size=3),
    DAYS,
    st.sampled_from(['"12:15"', "12:15", "25:00", "noon", "-1"]),
)
LOGGING_FILES: Final = st.builds(
    lambda form, level, size: f"format: {form}   # so\nlevel: {level}\nsize_mb: {size}\n",
    st.sampled_from(["text", "json", "xml", "1"]),
    st.sampled_from(["debug", "error", "deaf", "{}"]),
    st.sampled_from(["1", "20", "0", "-1", "1.5", "1e400"]),
)
CHANNELS: Final = st.sampled_from(
    [
        "phone: {kind: telegram, bot_token: '1:nobody-may-see', chat_id: 7}",
        "desk: {kind: discord, webhook_url: 'http://127.0.0.1:9/nobody-may-see', events: [breach]}",
        "desk: {kind: webhook, webhook_url: 'http://127.0.0.1:9/nobody-may-see', severity: critical}",
        "desk: {kind: webhook, webhook_url: 'http://example.com/nobody-may-see'}",
        "rest: {kind: webhook, webhook_url: 'http://127.0.0.1:9/x', quiet_hours: {start: '22:00', end: '06:00'}}",
        "rest: {kind: webhook, webhook_url: 'http://127.0.0.1:9/x', quiet_hours: {start: '22:00', end: '22:00'}}",
        "other: {kind: pigeon}",
        "gone: {kind: discord, webhook_url: '${NOT_THERE}'}",
    ]
)
NOTIFICATION_FILES: Final = st.builds(
    lambda version, some, beat: f"{version}channels:\n" + "".join(f"  {one}\n" for one in some) + beat,
    st.sampled_from(["version: 1\n", "version: 1\n", "", "version: 2\n"]),
    st.lists(CHANNELS, max_size=2),
    st.sampled_from(["", "heartbeat: {ping_url: 'http://127.0.0.1:9/nobody-may-see', every_seconds: 0}\n"]),
)
FILES: Final = {
    "risk_config.yaml": st.just(EXAMPLES),
    "accounts.yaml": ACCOUNT_FILES,
    "holidays.yaml": HOLIDAY_FILES,
    "logging.yaml": LOGGING_FILES,
    "notifications.yaml": NOTIFICATION_FILES,
}
BITS: Final = st.sampled_from(["", ":", "{", "}", "[", "\n", "  ", "-", "'", '"', "&a", "*a", "\x00", "\ud800", "null"])


def damaged(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts as they are, with something cut out and put in, and such as were never one."""
    places = st.integers(0, 200)
    cut = st.builds(
        lambda text, at, gone, bit: text[: at % (len(text) + 1)] + bit + text[at % (len(text) + 1) + gone :],
        *(texts, places, st.integers(0, 12), BITS),
    )
    return st.one_of(texts, cut, cut, st.text(max_size=40))


HAND: Final = st.sampled_from(sorted(FILES)).flatmap(lambda name: st.tuples(st.just(name), damaged(FILES[name])))
KEYS: Final = {
    "risk_config.yaml": ["max_contracts.limit", "defaults.timezone", "symbol_blocks.blocked_symbols.3", "rules"],
    "accounts.yaml": [
        *["topstepx.username", "topstepx.api_key", "topstepx.api_url", "topstepx", "monitored_account.account_name"],
        *["monitored_account.rules.max_contracts.limit", "monitored_account.account_id", "monitored_accounts.1"],
    ],
    "holidays.yaml": ["holidays", "holidays.1", "early_closes", "early_closes.2026-11-27", "holiday"],
    "logging.yaml": ["format", "level", "folder", "size_mb", "keep", "kept"],
    "notifications.yaml": [
        "channels",
        "channels.a",
        "channels.a.kind",
        "heartbeat.every_seconds",
        "trader_file",
        "version",
    ],
}
MEANT: Final = st.sampled_from(
    ["debug", "json", "[2026-12-24]", '{2026-11-27: "12:15"}', "7", "466", "0", "null", "{}"]
)
TRIES: Final = st.sampled_from(sorted(KEYS)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(KEYS[name]), st.one_of(st.none(), MEANT, VALUES))
)
WITHOUT_SCOPE: Final = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    one = House(tmp_path_factory.mktemp("house") / "home")
    yield one
    one.close()


def begin(house: House) -> Path:
    """Files that hold, and a guard that runs with them."""
    config = house.home / "config"
    for name in FILES:
        (config / name).unlink(missing_ok=True)
    (config / "risk_config.yaml").write_text(EXAMPLES)
    (config / "accounts.yaml").write_text(ACCOUNTS)
    assert house.reload().is_applied
    return config


def problems(house: House, name: str, text: str) -> str:
    """What `admin config check` says of a file."""
    try:
        changing.check(Home(house.home), name, text)
    except ConfigError as error:
        return str(error)
    return ""


def runs_as_written(house: House) -> bool:
    """Whether the guard runs with what the files say of its accounts; others wait for the next start."""
    texts = {path.name: path.read_text() for path in (house.home / "config").glob("[ahr]*.yaml")}
    wanted = settings_of(texts)
    return all(wanted.get(key, settings) == settings for key, settings in house.guard.settings.items())


@settings(max_examples=80, deadline=None, suppress_health_check=WITHOUT_SCOPE)
@given(written=HAND)
def test_whatever_is_written_by_hand_the_guard_runs_with_what_holds(house: House, written: tuple[str, str]) -> None:
    config, (name, text) = begin(house), written
    before: Any = dict(house.guard.settings)
    (config / name).write_text(text, encoding="utf-8", errors="replace")
    ended = house.reload()
    if ended.is_applied:
        assert runs_as_written(house)
    else:
        assert house.guard.settings == before
        assert name in ended.says
    assert KEY not in ended.says
    told = problems(house, name, (config / name).read_text(encoding="utf-8", errors="replace"))
    assert "nobody-may-see" not in told
    assert KEY not in told


@settings(max_examples=60, deadline=None, suppress_health_check=WITHOUT_SCOPE)
@given(tries=st.lists(TRIES, min_size=1, max_size=4))
def test_whatever_is_tried_by_command_every_file_holds(house: House, tries: list[tuple[str, str, str | None]]) -> None:
    config = begin(house)
    for name, key, value in tries:
        path = config / name
        text = path.read_bytes() if path.exists() else b""
        code, said = change(house, name, key, value)
        after = path.read_bytes() if path.exists() else b""
        assert code in (ExitCode.FINE, ExitCode.BAD_INPUT), said
        assert KEY not in said
        if code != ExitCode.FINE:
            assert after == text
            assert said.strip()
        elif after:
            changing.check(Home(house.home), name, after.decode())
        assert house.reload().is_applied, (name, key, value, after)
        assert runs_as_written(house)
    assert "# me\n" in (config / "accounts.yaml").read_text() or any(key.startswith("topstepx") for _, key, _ in tries)


def change(house: House, name: str, key: str, value: str | None) -> tuple[int, str]:
    """By command; None takes the key out."""
    stdin, sys.stdin = sys.stdin, io.StringIO(f"{PASSWORD}\n")
    told = io.StringIO()
    try:
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            if value is None:
                return edits.unset(key, file=name, home=house.home, password_stdin=True), told.getvalue()
            return edits.set_value(key, value, file=name, home=house.home, password_stdin=True), told.getvalue()
    finally:
        sys.stdin = stdin


class People:
    """Who is told by a guard that runs, of a file that somebody edits."""

    def __init__(self, config: Path) -> None:
        self.file = config / "notifications.yaml"
        self.said: list[str] = []
        self._told = 0
        self.runner = asyncio.Runner()
        self.runner.run(self._begin(config))

    async def _begin(self, config: Path) -> None:
        self.addressees = Addressees(config, self.said.append, lambda: True, {})
        self.addressees.begin()

    def take(self, text: str) -> str:
        """What is said when the file has become this one, all at once: each half of it would be an answer too."""
        fresh = self.file.with_name("fresh")
        fresh.write_text(text, encoding="utf-8", errors="replace")
        fresh.replace(self.file)
        return self.runner.run(self._hear())

    async def _hear(self) -> str:
        async with asyncio.timeout(60):
            while len(self._answers()) <= self._told:
                await asyncio.sleep(0.002)
        self._told = len(self._answers())
        return self._answers()[-1]

    def _answers(self) -> list[str]:
        return [one for one in self.said if "notifications.yaml is in force" in one or "does not hold, so who" in one]

    def chosen(self) -> Notifications:
        """Who is told now."""
        return self.addressees._chosen

    def close(self) -> None:
        """Nobody any more."""
        self.addressees.close()
        self.runner.close()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(file_watch, "LOOK_SECONDS", 0.005)
        one = People(tmp_path_factory.mktemp("people"))
        yield one
        one.close()


@settings(max_examples=40, deadline=None, suppress_health_check=WITHOUT_SCOPE)
@given(text=damaged(NOTIFICATION_FILES))
def test_whatever_is_written_who_is_told_is_what_holds(people: People, text: str) -> None:
    before = people.chosen()
    said = people.take(text)
    try:
        wanted = read_notifications(people.file.parent, {})
    except ConfigError:
        assert "does not hold" in said
        assert people.chosen() == before
    else:
        assert "is in force" in said
        assert people.chosen() == wanted
    assert "nobody-may-see" not in "".join(people.said)
    assert people.addressees.is_looking
