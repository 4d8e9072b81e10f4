"""Writes exchange_calendar_golden.yaml: what a calendar library says of the exchange's groups of products.

The library brings 100 MB of pandas along, so neither the package nor the tests need it. Where it is installed:

    pip install pandas_market_calendars
    python tests/config/make_calendar_golden.py

Then run the tests: a difference that is new, or gone, is told, and belongs into exchange_calendar_differences.yaml.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARY = "pandas_market_calendars"
FIRST, LAST = "2025-01-01", "2027-12-31"
GOLDEN = Path(__file__).with_name("exchange_calendar_golden.yaml")
CALENDARS = {
    "equity": "CME Globex Equity",
    "energy": "CMEGlobex_Energy",
    "metals": "CMEGlobex_Metals",
    "fx": "CMEGlobex_FX",
    "rates": "CME Globex Fixed Income",
    "grains": "CMEGlobex_Grains",
    "livestock": "CMEGlobex_Livestock",
    "crypto": "CME Globex Crypto",
}
"""The library's calendar for each of our groups."""


def extracted(name: str) -> tuple[str, list[str], dict[str, str]]:
    """The regular close of a calendar, the working days without a session, and the closes that are not regular."""
    import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import pandas_market_calendars  # type: ignore[import-not-found,import-untyped,unused-ignore]

    schedule: Any = pandas_market_calendars.get_calendar(name).schedule(FIRST, LAST, tz="America/Chicago")
    closes = {day.date().isoformat(): f"{at:%H:%M}" for day, at in schedule["market_close"].items()}
    regular = max(set(closes.values()), key=list(closes.values()).count)
    working = [day.date().isoformat() for day in pandas.bdate_range(FIRST, LAST)]
    closed = [day for day in working if day not in closes]
    return regular, closed, {day: at for day, at in closes.items() if at != regular}


def main() -> None:
    """Write the file."""
    lines = [
        "# Written by make_calendar_golden.py, not by hand: what a calendar library says, by trade date.",
        f"library: {LIBRARY}",
        f'version: "{version(LIBRARY)}"',
        f"first: {FIRST}",
        f"last: {LAST}",
        "calendars:",
    ]
    for group, name in CALENDARS.items():
        regular, closed, closes = extracted(name)
        lines += [f"  {group}:", f"    name: {name}", f'    regular_close: "{regular}"', "    closed:"]
        lines += [f"      - {day}" for day in closed]
        lines += (
            ["    closes:", *(f'      {day}: "{at}"' for day, at in closes.items())] if closes else ["    closes: {}"]
        )
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
