"""The guard beside a bot that is not ours: both know the account only by its gateway."""

from __future__ import annotations

from pathlib import Path

from tests.foreign.program import ours, running
from tests.foreign.test_project_x_py import sdk_trade
from tests.foreign.venue import ACCOUNT_ID, Venue

RULES = """\
version: 1
max_contracts_per_instrument:
  limits: {MNQ: 2}
"""


def home(venue: Venue, folder: Path) -> Path:
    """A home folder as a trader would write it, for this simulator."""
    config = folder / "config"
    config.mkdir()
    accounts = f"""\
topstepx:
  username: "{venue.user_name}"
  api_key: "{venue.api_key}"
  api_url: {venue.url}
  user_hub_url: {venue.url}/hubs/user
  market_hub_url: {venue.url}/hubs/market
monitored_account: {{account_id: {ACCOUNT_ID}, account_name: "Main"}}
"""
    (config / "accounts.yaml").write_text(accounts, encoding="utf-8")
    (config / "risk_config.yaml").write_text(RULES, encoding="utf-8")
    return folder


async def test_a_bot_that_buys_too_much_is_reduced(venue: Venue, tmp_path: Path) -> None:
    async with running(*ours("run", "--home", home(venue, tmp_path))) as guard:
        await guard.line("Guarding.")
        seen = await sdk_trade(venue, size=3, leave=2)
        await guard.line("RULE-002 3 MNQ")

    assert seen["left"] == [[venue.contract_id, 2]]
    assert seen["exit"]["size"] == 1, "only the excess is closed"
    assert sorted(size for _, size in seen["trades"]) == [1, 3], "one fill of the bot's, one of the guard's"
    record = await venue.ask(f"record?accountId={ACCOUNT_ID}")
    assert [position["size"] for position in record["positions"]] == [2], "by the venue's own book"
