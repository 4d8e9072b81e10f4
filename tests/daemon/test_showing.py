"""What screens are told of an account: protection, grace, distance of the stop, the day's trades, the rules."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from risk_manager.core.events import AccountSeen
from risk_manager.daemon.showing import account_status
from risk_manager.ipc.status import AccountStatus
from tests.core.story import Story, position, quote, stop_order


def shown(story: Story) -> AccountStatus:
    return account_status(story.state, story.account, story.settings, story.now)


def test_the_admins_word_for_an_account_stands_before_the_brokers() -> None:
    story = Story()
    assert shown(story).name == ""
    story.sees(AccountSeen(account=story.account.id, name="50KTC-V2-1234"))
    assert shown(story).name == "50KTC-V2-1234"
    story.settings = replace(story.settings, name="Main")
    assert shown(story).name == "Main"


def test_when_a_price_counts_as_old_is_told_with_the_account() -> None:
    assert shown(Story()).quote_stale_after == 10
    assert shown(Story(defaults={"quote_stale_after": 2.5})).quote_stale_after == 2.5


def test_a_position_tells_its_stop_in_ticks_and_dollars() -> None:
    story = Story()
    story.sees(position("MNQ", 2, 100), stop_order(1, "MNQ", -1, 95), stop_order(2, "MNQ", -1, 90), quote("MNQ", 101))
    (one,) = shown(story).positions
    assert (one.open_pnl, one.stopped) == (Decimal(4), 2)
    assert (one.stop_price, one.stop_ticks, one.stop_usd) == (Decimal(90), Decimal(44), Decimal(-40))
    assert (one.unprotected_since, one.grace_until) == (None, None)


def test_the_stop_of_a_short_is_the_highest() -> None:
    story = Story()
    story.sees(position("MNQ", -1, 100), stop_order(1, "MNQ", 1, 105), stop_order(2, "MNQ", 1, 110), quote("MNQ", 100))
    (one,) = shown(story).positions
    assert (one.stop_price, one.stop_ticks, one.stop_usd) == (Decimal(110), Decimal(40), Decimal(-20))


def test_without_a_price_no_distance_is_made_up() -> None:
    story = Story()
    story.sees(position("MNQ", 1, 100), stop_order(1, "MNQ", -1, 95))
    (one,) = shown(story).positions
    assert (one.mark, one.open_pnl, one.stop_ticks) == (None, None, None)
    assert one.stop_usd == Decimal(-10)


def test_a_position_without_a_stop_tells_when_its_grace_ends() -> None:
    story = Story(no_stop_loss_grace={"grace_period_seconds": 30})
    story.sees(position("MNQ", 1))
    (one,) = shown(story).positions
    assert (one.stopped, one.unprotected_since) == (0, story.now)
    assert one.grace_until == story.now + timedelta(seconds=30)


def test_the_trades_of_the_day_in_the_order_of_their_times() -> None:
    story = Story()
    late = story.trade("MNQ", -1, pnl=-12, fees="0.37")
    early = story.trade("MNQ", 1, at=story.now - timedelta(seconds=5))
    yesterday = story.trade("MNQ", 1, pnl=99, at=story.now - timedelta(days=1))
    story.sees(late, early, yesterday)
    trades = shown(story).trades
    assert [(one.side, one.realized_pnl, one.costs) for one in trades] == [
        ("buy", None, Decimal(0)),
        ("sell", Decimal(-12), Decimal("0.37")),
    ]


def test_a_rule_tells_its_gauges_and_whether_it_is_broken() -> None:
    story = Story(daily_realized_loss={"limit": -500}, max_contracts={"limit": 1}, trade_management={})
    story.sees(position("MNQ", 2))
    contracts, loss, management = shown(story).rule_details
    assert (contracts.key, contracts.is_breached, contracts.gauges[0].value) == ("max_contracts", True, Decimal(2))
    assert (loss.is_breached, loss.gauges[0].limit) == (False, Decimal(-500))
    assert [one.says for one in management.gauges] == ["MNQ: no stop."]


def test_a_waived_rule_tells_until_when() -> None:
    story = Story(daily_realized_loss={"limit": -500})
    story.sees(story.trade("MNQ", -1, pnl=-600))
    story.clears("RULE-003")
    (rule,) = shown(story).rule_details
    assert rule.waived_until == shown(story).day_ends_at
    assert rule.waived_symbols == {}


def test_a_waiver_of_one_symbol_is_none_of_the_rule() -> None:
    story = Story(symbol_blocks={"blocked_symbols": ["RTY", "CL"]})
    story.sees(position("RTY", 1))
    story.clears("RULE-011")
    (rule,) = shown(story).rule_details
    assert rule.waived_until is None
    assert rule.waived_symbols == {"RTY": shown(story).day_ends_at}
    assert [rule.is_waived_for(symbol) for symbol in ("RTY", "CL", None)] == [True, False, False]


def test_a_window_of_a_symbol_tells_which_so_that_a_waiver_of_another_is_not_shown_at_it() -> None:
    window = {"start": "09:30", "end": "16:00", "timezone": "America/New_York"}
    story = Story(session_block_outside={"per_instrument_sessions": {"sessions": {"MNQ": window, "ES": window}}})
    story.waits("1s")
    (rule,) = shown(story).rule_details
    assert {gauge.symbol for gauge in rule.gauges} == {"MNQ", "ES"}
