"""Every screen that is held to a text: `python -m tests.interfaces.dashboard.screens` writes the texts anew.

Read the difference before it is committed: the text is what a trader sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from docs.pictures import states
from docs.pictures.states import (
    ACCOUNT,
    AWAY,
    CALM,
    LOCK,
    LOCKED,
    LOCKED_ACCOUNT,
    MNQ,
    NEAR,
    NEAR_ACCOUNT,
    NOW,
    RESET,
    TWENTY,
    ago,
    one,
)
from docs.pictures.still import Still, shown, text
from risk_manager.core.gauge import Gauge, Unit, of_count
from risk_manager.interfaces.trader.hours import Hours
from risk_manager.ipc.status import ClosingStatus, GuardStatus, LockStatus, MarketStatus, RefusedFiles

FOLDER: Final = Path(__file__).parent / "screens"
AWAY_WHY: Final = "The guard is not running here, or it has no door."
DEAD_WHY: Final = "Nobody answers at 127.0.0.1:8765: the guard is not running, or its door is closed."
WIDE: Final = (120, 40)


@dataclass(frozen=True)
class Screen:
    """What stands on it, and how it is looked at."""

    source: Still
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)
    zone: str = "Europe/Berlin"
    hours: Callable[[], tuple[Hours, ...]] = tuple


def live(status: GuardStatus, *keys: str, size: tuple[int, int] = (80, 24)) -> Screen:
    """A guard whose door is open."""
    return Screen(Still(status), keys, size)


def away(status: GuardStatus, *keys: str) -> Screen:
    """A guard that is not there."""
    return Screen(Still(status, AWAY_WHY), keys)


def hubs(*, user: bool, market: bool) -> GuardStatus:
    """A broker that is not heard for 15 s."""
    return replace(
        CALM, connection=replace(CALM.connection, user_hub=user, market_hub=market, lost_since=ago(15), reconnects=3)
    )


COOLDOWN: Final = LockStatus(
    rule="RULE-007",
    symbol=None,
    kind="cooldown",
    since=ago(30),
    until=NOW + timedelta(seconds=270),
    why="Order 8806 lost $159.48, the limit is $100.00",
)
BLOCKED: Final = LockStatus(rule="RULE-011", symbol="RTY", kind="hard", since=ago(60), until=None, why="RTY is blocked")
FLAT: Final = replace(
    ACCOUNT,
    positions=(),
    orders=(),
    trades=(),
    realized_pnl=Decimal(0),
    unrealized_pnl=Decimal(0),
    net_pnl=Decimal(0),
    rule_details=states.rules("0", mnq=0, trades=0)[:3],
    last_close=None,
)
WAIVED: Final = replace(
    LOCKED_ACCOUNT,
    locks=(),
    is_tradable=True,
    waived_rules=("RULE-003",),
    rule_details=(
        replace(LOCKED_ACCOUNT.rule_details[0], waived_until=RESET, is_breached=True),
        *LOCKED_ACCOUNT.rule_details[1:],
    ),
)
WAIVED_FOR_RTY: Final = one(
    replace(
        FLAT,
        waived_rules=("RULE-011",),
        rule_details=(
            *FLAT.rule_details[:1],
            replace(
                states.rule(11, "symbol_blocks", Gauge(label="Blocked", says="RTY, CL.", then="It is locked.")),
                waived_symbols={"RTY": RESET},
            ),
        ),
    )
)
DENIED: Final = replace(
    ACCOUNT,
    closings=(ClosingStatus(contract=MNQ.contract, is_overdue=True, refused="The instrument is in a halt."),),
)
OF_NONE: Final = states.rule(
    2,
    "max_contracts_per_instrument",
    of_count("MNQ", Unit.CONTRACTS, Decimal(2), Decimal(0), "What is too much is closed.", symbol="MNQ"),
)
CLOSING: Final = ClosingStatus(contract=MNQ.contract)
LATE: Final = replace(CLOSING, is_overdue=True)
BEING_REDUCED: Final = one(
    replace(
        ACCOUNT,
        positions=(replace(MNQ, signed_size=5, stopped=5),),
        rule_details=states.rules(mnq=5),
        closings=(replace(CLOSING, size=3),),
    )
)
_TWO: Final = tuple(
    ClosingStatus(contract=held.contract, is_overdue=number > 0)
    for number, held in enumerate(TWENTY.accounts[0].positions[:2])
)
SEVERAL: Final = replace(
    CALM,
    accounts=(
        ACCOUNT,
        replace(LOCKED_ACCOUNT, id=466, name="Eval 50K"),
        replace(NEAR_ACCOUNT, id=467, name="Copy"),
        replace(FLAT, id=468, name="Old", is_asleep=True),
    ),
)
STALE: Final = one(replace(ACCOUNT, positions=(replace(MNQ, mark_at=ago(75)),)))
UNPRICED: Final = one(replace(ACCOUNT, positions=(replace(MNQ, mark=None, mark_at=None, open_pnl=None),)))
COOLING: Final = one(replace(NEAR_ACCOUNT, locks=(COOLDOWN,), is_tradable=False))
BARE: Final = one(replace(NEAR_ACCOUNT, locks=(replace(LOCK, kind="cooldown"),), is_tradable=False))
BARE_AND_AWAY: Final = replace(BARE, at=ago(7))
OFFLINE: Final = hubs(user=False, market=False)
REFUSED: Final = RefusedFiles(since=ago(65), why="risk_config.yaml:2  unknown rule")
CLOSED: Final = MarketStatus(is_open=False, changes_at=RESET + timedelta(days=2))
HALF_DAY: Final = MarketStatus(
    is_open=True, changes_at=NOW + timedelta(hours=4), next_early_close=NOW + timedelta(hours=4)
)
SESSIONS: Final = (
    Hours(began_at=ago(9 * 86_400), ended_at=ago(9 * 86_400 - 7200), made={465: Decimal(310), 466: Decimal(-42)}),
    Hours(began_at=ago(4 * 86_400), ended_at=ago(4 * 86_400 - 9000), made={465: Decimal("-120.50")}),
    Hours(began_at=ago(3 * 86_400), ended_at=ago(3 * 86_400 - 60)),
    Hours(began_at=ago(4100), ended_at=ago(3000)),
    Hours(began_at=ago(2700)),
)


def damaged() -> tuple[Hours, ...]:
    """A file that is none."""
    raise ValueError("clock.json cannot be read: it is empty. Mend it, or put it aside to begin anew.")


PAGES: Final = ("now", "positions", "orders", "rules", "history", "stats", "clock")

SCREENS: Final[dict[str, Screen]] = {
    **{f"calm_{number}_{page}": live(CALM, str(number)) for number, page in enumerate(PAGES, 1)},
    **{f"locked_{number}_{page}": live(LOCKED, str(number)) for number, page in enumerate(PAGES, 1)},
    **{f"flat_{number}_{page}": live(replace(one(FLAT), acts=()), str(number)) for number, page in enumerate(PAGES, 1)},
    **{f"cooldown_{number}_{page}": live(COOLING, str(number)) for number, page in enumerate(PAGES[1:], 2)},
    **{f"offline_{number}_{page}": live(OFFLINE, str(number)) for number, page in enumerate(PAGES[1:], 2)},
    **{f"stale_{number}_{page}": live(STALE, str(number)) for number, page in enumerate(PAGES, 1)},
    **{f"twenty_{number}_{page}": live(TWENTY, str(number)) for number, page in enumerate(PAGES, 1) if number != 2},
    **{f"away_{number}_{page}": away(AWAY, str(number)) for number, page in enumerate(PAGES, 1)},
    "stale_later_than_usual": live(one(replace(STALE.accounts[0], quote_stale_after=120.0)), "2"),
    "stale_sooner_than_usual": live(one(replace(ACCOUNT, quote_stale_after=0.5)), "2"),
    "stale_while_the_market_sleeps": live(replace(STALE, market=CLOSED), "2"),
    "early_close_today": live(replace(CALM, market=HALF_DAY)),
    "holiday_today": live(replace(one(FLAT), market=replace(CLOSED, next_holiday=NOW.date()))),
    "near_1_now": live(NEAR),
    "near_2_positions": live(NEAR, "2"),
    "near_4_rules": live(NEAR, "4"),
    "cooldown": live(COOLING),
    "cooldown_and_locked": live(one(replace(LOCKED_ACCOUNT, locks=(COOLDOWN, LOCK)))),
    "symbol_lock": live(one(replace(ACCOUNT, locks=(BLOCKED,)))),
    "symbol_lock_near": live(one(replace(NEAR_ACCOUNT, locks=(BLOCKED,)))),
    "lock_without_an_end": live(
        one(replace(FLAT, locks=(replace(LOCK, rule="RULE-010", until=None, why="The broker says no"),)))
    ),
    "broker_says_no": live(one(replace(FLAT, can_trade=False))),
    "waived_1_now": live(one(WAIVED)),
    "waived_4_rules": live(one(WAIVED), "4"),
    "waived_for_a_symbol_1": live(WAIVED_FOR_RTY),
    "waived_for_a_symbol_4": live(WAIVED_FOR_RTY, "4"),
    "offline": live(OFFLINE),
    "offline_and_locked_twice": live(
        replace(OFFLINE, accounts=(replace(LOCKED_ACCOUNT, locks=(LOCK, replace(LOCK, rule="RULE-004"))),))
    ),
    "offline_and_locked": live(replace(hubs(user=False, market=False), accounts=(LOCKED_ACCOUNT,))),
    "blind_user": live(hubs(user=False, market=True)),
    "blind_market": live(hubs(user=True, market=False)),
    "unpriced": live(UNPRICED, "2"),
    "unpriced_1_now": live(UNPRICED),
    **{f"away_without_a_stop_{key}": away(BARE_AND_AWAY, key) for key in "124"},
    **{f"offline_without_a_stop_{key}": live(replace(OFFLINE, accounts=BARE.accounts), key) for key in "124"},
    "blind_without_a_stop": live(replace(hubs(user=False, market=True), accounts=BARE.accounts), "2"),
    "away_with_a_symbol_lock": away(replace(one(replace(ACCOUNT, locks=(BLOCKED,))), at=ago(42)), "4"),
    "being_closed_without_a_stop": live(one(replace(NEAR_ACCOUNT, closings=(LATE,))), "2"),
    **{f"close_refused_{key}": live(one(DENIED), key) for key in "12"},
    "close_refused_and_locked": live(one(replace(DENIED, locks=(LOCK,), is_tradable=False))),
    "one_of_what_is_not_allowed": live(one(replace(ACCOUNT, rule_details=(OF_NONE,)))),
    "too_many": live(one(replace(ACCOUNT, rule_details=states.rules(mnq=6)))),
    "market_closed_and_a_symbol_locked": live(replace(one(replace(FLAT, locks=(BLOCKED,))), market=CLOSED)),
    **{f"being_closed_{key}": live(one(replace(ACCOUNT, closings=(CLOSING,))), key) for key in "12"},
    **{f"being_reduced_{key}": live(BEING_REDUCED, key) for key in "12"},
    "being_closed_and_locked": live(one(replace(LOCKED_ACCOUNT, positions=(MNQ,), closings=(CLOSING,)))),
    "not_closed_in_time": live(one(replace(ACCOUNT, closings=(LATE,))), "2"),
    "one_of_two_not_closed_in_time": live(one(replace(TWENTY.accounts[0], closings=_TWO))),
    "twenty": live(TWENTY, "2"),
    "twenty_wide": live(TWENTY, "2", size=WIDE),
    "several": live(SEVERAL),
    "several_with_a_symbol_lock": live(
        replace(SEVERAL, accounts=(replace(ACCOUNT, locks=(BLOCKED,)), SEVERAL.accounts[2]))
    ),
    "several_one_cooling": live(replace(SEVERAL, accounts=(*SEVERAL.accounts[:2], *COOLING.accounts))),
    "several_next": live(SEVERAL, "n"),
    "several_picker": live(SEVERAL, "a"),
    "several_chosen": live(SEVERAL, "a", "down", "down", "enter"),
    **{f"away_and_flat_{key}": away(replace(one(FLAT), at=ago(42)), key) for key in "123"},
    **{f"asleep_{key}": live(one(replace(FLAT, is_asleep=True)), key) for key in "23"},
    "asleep": live(one(replace(FLAT, is_asleep=True))),
    "not_saved": live(replace(CALM, is_saved=False)),
    "files_refused": live(replace(CALM, refused_files=REFUSED)),
    "files_refused_and_locked": live(replace(LOCKED, refused_files=replace(REFUSED, is_last_good=True))),
    "no_rules": live(one(replace(ACCOUNT, rules=(), rule_details=()))),
    "market_closed": live(replace(one(FLAT), market=CLOSED)),
    "market_closed_and_locked": live(replace(LOCKED, market=CLOSED)),
    "market_not_known": live(replace(CALM, market=None)),
    "away_since_yesterday": away(
        replace(CALM, at=ago(86_400), market=MarketStatus(is_open=True, changes_at=ago(60_000)))
    ),
    "away_and_locked": away(replace(LOCKED, at=ago(3 * 3600))),
    "no_door_but_fresh": away(CALM),
    "door_dead_and_fresh": Screen(Still(CALM, DEAD_WHY, is_gone=True)),
    "nothing_yet": Screen(Still(None, AWAY_WHY)),
    "no_account_yet": live(replace(CALM, accounts=())),
    "clocked_in": Screen(Still(CALM), ("7",), hours=lambda: SESSIONS),
    "clocked_out": Screen(Still(CALM), ("7",), hours=lambda: SESSIONS[:-1]),
    "hours_not_readable": Screen(Still(CALM), ("7",), hours=damaged),
    "narrow": live(NEAR, size=(60, 20)),
    "narrow_positions": live(TWENTY, "2", size=(60, 20)),
    "help": live(CALM, "question_mark"),
    "help_wide": live(CALM, "question_mark", size=WIDE),
    "calm_wide": live(CALM, size=WIDE),
    "locked_wide": live(LOCKED, "5", size=WIDE),
    "trader_in_chicago": Screen(Still(LOCKED), zone="America/Chicago"),
    "turned_left": live(CALM, "left"),
    "turned_right": live(CALM, "right", "right"),
    "scrolled": live(TWENTY, "2", "pagedown"),
}


async def drawn(name: str) -> str:
    """One of them, as it is now."""
    screen = SCREENS[name]
    zone = ZoneInfo(screen.zone)
    async with shown(screen.source, *screen.keys, size=screen.size, zone=zone, hours=screen.hours) as pilot:
        return text(pilot)


async def main() -> None:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name in SCREENS:
        (FOLDER / f"{name}.txt").write_text(await drawn(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    asyncio.run(main())
