"""The frame around the rules: version, defaults, `rules:`, the switch, the action's two names, what has changed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from risk_manager.config.document import only_document
from risk_manager.config.exchange_calendar import shipped_calendar
from risk_manager.config.problem import ConfigError
from risk_manager.config.risk import changed_rules, settings_from_mapping
from risk_manager.core.rule import Rule
from risk_manager.core.rules import ASKED, RULES
from risk_manager.core.settings import Action, MarkPrice, Settings, WhenBlind
from tests.config.sample import TABLE


def settings(text: str) -> Settings:
    return settings_from_mapping(only_document(text, "risk_config.yaml"), rules=TABLE)


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        settings(text)
    return [str(problem) for problem in refused.value.problems]


def test_nothing_is_a_configuration_in_which_nothing_is_on() -> None:
    assert settings("") == Settings(exchange=shipped_calendar())
    assert settings("version: 1\nrules:\ndefaults:\n").rules == ()


def test_defaults() -> None:
    told = settings(
        "defaults: {reset_time: 16:10, timezone: America/New_York, mark_price: exit, quote_stale_after: 5.5,"
        " confirm_within: 3, when_blind: close_position, blind_grace: 0}"
    ).defaults
    assert told.reset_time == time(16, 10)
    assert told.timezone == "America/New_York"
    assert told.mark_price is MarkPrice.EXIT
    assert told.quote_stale_after == Decimal("5.5")
    assert told.when_blind is WhenBlind.CLOSE_POSITION


@pytest.mark.parametrize(
    "text",
    [
        "sample: {enabled: true, action: reduce_to_limit}",
        "sample: {enforcement: reduce_to_limit}",
        "version: 1\nrules: {sample: {action: reduce_to_limit}}",
        "sample: {enforcement: reduce_to_limit, action: reduce_to_limit}",
        "sample: {enabled: yes, action: reduce_to_limit}",
    ],
)
def test_the_same_said_in_several_ways(text: str) -> None:
    armed = settings(text).armed("RULE-901")
    assert armed is not None
    assert armed.config.action is Action.REDUCE_TO_LIMIT


@pytest.mark.parametrize(
    "text", ["sample: {enabled: false, loss: -5}", "sample: {enabled: no}", "needs: {enabled: off}", ""]
)
def test_a_rule_that_is_absent_or_off_is_off(text: str) -> None:
    assert settings(text).rules == ()


def test_a_section_without_the_switch_is_on_also_an_empty_one() -> None:
    assert settings("sample:").armed("RULE-901") is not None
    assert settings("rules: {sample: {}}").armed("RULE-901") is not None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 2", "risk_config.yaml:1  version: 2 is no version that is known here. Write version: 1"),
        ("version: true", "risk_config.yaml:1  version: True is no version that is known here. Write version: 1"),
        ("version:", "risk_config.yaml:1  version: Nothing is no version that is known here. Write version: 1"),
        ("- a\n- b", "risk_config.yaml:1  A section with keys belongs here"),
        ("rules: [sample]", "risk_config.yaml:1  rules: A section with keys belongs here"),
        ("sample: 5", "risk_config.yaml:1  sample: A section with keys belongs here"),
        ("\nsampl: {}", "risk_config.yaml:2  sampl: unknown rule. Did you mean sample?"),
        ("rules: {sampel: {}}", "risk_config.yaml:1  rules.sampel: unknown rule. Did you mean sample?"),
        ("defalts: {}", "risk_config.yaml:1  defalts: unknown rule. Did you mean defaults?"),
        ("qqqq: {}", "risk_config.yaml:1  qqqq: unknown rule. Known are sample or needs."),
        ("defaults: {reset: 17:00}", "risk_config.yaml:1  defaults.reset: unknown key. Did you mean reset_time?"),
        ("defaults: 5", "risk_config.yaml:1  defaults: a number stands where a section belongs, with reset_time"),
        ("sample: {enabled: maybe}", 'risk_config.yaml:1  sample.enabled: "maybe" is neither true nor false'),
        ("sample: {enabeld: no}", "risk_config.yaml:1  sample.enabeld: unknown key. Did you mean enabled?"),
        ("needs:", "risk_config.yaml:1  needs.limit: is missing. A loss limit is written negative, for example -500"),
        ("needs: {enabled: false, limit: 3}", "risk_config.yaml:1  needs.limit: 3 is positive."),
        (
            "sample:\n  action: close_all\n  enforcement: reduce_to_limit",
            "risk_config.yaml:3  sample.enforcement: action on line 2 says something else. They are one thing",
        ),
        (
            "sample: {enforcement: cooldown}",
            "risk_config.yaml:1  sample.enforcement: cooldown is nothing that this rule does. "
            "It takes close_all or reduce_to_limit",
        ),
        ("needs: {limit: -1, action: alert}", "risk_config.yaml:1  needs.action: This rule does only one thing"),
        (
            "sample: {}\nrules:\n  sample: {}",
            "risk_config.yaml:3  rules.sample: This rule stands at the top level too, on line 1. Keep one of them",
        ),
        ("sample: {offset: 3}", "risk_config.yaml:1  sample: offset 3 must be smaller than ticks 1"),
    ],
)
def test_problems(text: str, problem: str) -> None:
    told = problems_of(text)
    assert len(told) == 1
    assert told[0].startswith(problem)


def test_a_rule_that_stands_twice_is_checked_twice() -> None:
    told = problems_of("needs: {limit: 1}\nrules:\n  needs: {limit: 2}")
    assert [problem.split("  ")[0] for problem in told] == [
        "risk_config.yaml:1", "risk_config.yaml:3", "risk_config.yaml:3",
    ]  # fmt: skip


def test_plain_values_serve_too_and_have_no_lines() -> None:
    told = settings_from_mapping({"needs": {"limit": -5}}, rules=TABLE)
    assert told.armed("RULE-902") is not None
    with pytest.raises(ConfigError, match=r"risk_config.yaml  needs.limit: 5 is positive"):
        settings_from_mapping({"needs": {"limit": 5}}, rules=TABLE)


def test_holidays() -> None:
    text = 'holidays: [2025-12-25, "2025-01-01"]\nearly_closes: {2025-11-28: 12:15, "2025-12-24": 735}'
    told = settings_from_mapping({}, only_document(text, "holidays.yaml"), TABLE).holidays
    assert told.holidays == {date(2025, 12, 25), date(2025, 1, 1)}
    assert told.early_closes == {date(2025, 11, 28): time(12, 15), date(2025, 12, 24): time(12, 15)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("holidays: [25-12-2025]", 'holidays.yaml:1  holidays.1: "25-12-2025" is not a date.'),
        ("early_closes: {2025-11-28: noon}", 'holidays.yaml:1  early_closes.2025-11-28: "noon" is not a time of day.'),
        ("early_closes: {someday: 12:00}", 'holidays.yaml:1  early_closes.someday: "someday" is not a date.'),
        ("holiday: []", "holidays.yaml:1  holiday: unknown key. Did you mean holidays?"),
    ],
)
def test_holidays_that_are_wrong(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings_from_mapping({}, only_document(text, "holidays.yaml"), TABLE)
    assert str(refused.value).startswith(problem)


def test_what_has_changed() -> None:
    both = settings("sample: {}\nneeds: {limit: -5}")
    assert changed_rules(both, both) == ()
    assert changed_rules(both, settings("sample: {}\nneeds: {limit: -5.00}")) == ()
    assert changed_rules(both, settings("sample: {}\nneeds: {limit: -6}")) == ("RULE-902",)
    assert changed_rules(both, settings("sample: {}")) == ("RULE-902",)
    assert changed_rules(settings(""), both) == ("RULE-901", "RULE-902")
    later = settings("sample: {}\nneeds: {limit: -5}\ndefaults: {reset_time: 16:00}")
    assert changed_rules(both, later) == ("RULE-901", "RULE-902")


def test_rules_stand_in_the_order_in_which_they_are_asked() -> None:
    text = (
        "max_contracts: {limit: 1}\nauth_loss_guard:\ndaily_realized_loss: {limit: -1}\n"
        "symbol_blocks: {blocked_symbols: [RTY]}"
    )
    told = settings_from_mapping(only_document(text, "risk_config.yaml"))
    order = [armed.rule.id for armed in told.rules]
    assert order == sorted(order, key=ASKED.index)


EXAMPLES = """
max_contracts: {enabled: true, limit: 5, count_type: net, close_all: true, reduce_to_limit: false, check_pending_orders: true, micro_weight: 1}
max_contracts_per_instrument:
  enabled: true
  limits: {MNQ: 2, ES: 1, NQ: 1}
  enforcement: reduce_to_limit
  unknown_symbol_action: block
  check_pending_orders: true
daily_realized_loss: {enabled: true, limit: -500, single_trade_limit: null, include_unrealized: true, include_fees: true, reset_time: "17:00", timezone: America/Chicago, enforcement: close_all_and_lockout}
daily_unrealized_loss: {enabled: true, limit: -300, scope: account, enforcement: close_all_and_lockout, reset_time: "17:00"}
max_unrealized_profit: {enabled: true, limit: 1000, scope: account, enforcement: close_all}
trade_frequency_limit:
  enabled: true
  limits: {per_minute: 3, per_hour: 10, per_session: 50}
  count: entries
  cooldown_on_breach: {enabled: true, per_minute_breach: 60, per_hour_breach: 1800, per_session_breach: 3600}
  action: cooldown
cooldown_after_loss:
  enabled: true
  loss_thresholds:
    - {loss_amount: -100, cooldown_duration: 300}
    - {loss_amount: -200, cooldown_duration: 900}
  consecutive_losses: null
no_stop_loss_grace: {enabled: true, grace_period_seconds: 10, enforcement: close_position}
session_block_outside:
  enabled: true
  global_session: {enabled: true, start: "09:30", end: "16:00", timezone: America/New_York, days: [mon, tue, wed, thu, fri]}
  per_instrument_sessions: {enabled: true, sessions: {ES: {start: "17:00", end: "16:00", timezone: America/Chicago}}}
  close_positions_at_session_end: true
  lockout_outside_session: true
  respect_holidays: true
  warn_before_end: 300
auth_loss_guard: {enabled: true, enforcement: close_all_and_lockout, alert_on_disconnect: true, alert_on_auth_failure: true}
symbol_blocks: {enabled: true, blocked_symbols: [RTY, "M*"], enforcement: close_symbol_and_lockout, lock_at_start: false}
trade_management:
  enabled: true
  auto_stop_loss: {enabled: true, distance_ticks: 40, after_seconds: 2}
  auto_breakeven: {enabled: true, profit_trigger_ticks: 10, offset_ticks: 0}
  trailing_stop: {enabled: true, activation_ticks: 20, trail_distance_ticks: 10, step_ticks: 1}
daily_realized_profit: {enabled: true, target: 1000, include_unrealized: false, enforcement: close_all_and_lockout, reset_time: "17:00", timezone: America/Chicago, message: null}
"""  # noqa: E501  (as the rules page has them)


def test_every_rule_reads_the_example_of_its_page() -> None:
    told = settings_from_mapping(only_document(EXAMPLES, "risk_config.yaml"))
    assert {armed.rule.id for armed in told.rules} == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_the_example_of_each_rule_is_taken(rule: Rule) -> None:
    told = settings_from_mapping(only_document(rule.example, "risk_config.yaml"))
    assert [armed.rule.id for armed in told.rules] == [rule.id]


@pytest.mark.parametrize("written", ["block", "allow_unlimited", "allow_with_limit:3"])
def test_what_may_happen_to_symbols_that_are_not_listed(written: str) -> None:
    text = f"max_contracts_per_instrument: {{limits: {{MNQ: 2}}, unknown_symbol_action: {written}}}"
    assert len(settings_from_mapping(only_document(text, "risk_config.yaml")).rules) == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_rule_can_be_switched_off_without_saying_anything_else(rule: Rule) -> None:
    text = f"{rule.key}: {{enabled: false}}"
    assert settings_from_mapping(only_document(text, "risk_config.yaml")).rules == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("max_contracts: {limit: 5, close_all: false}", "max_contracts"),
        ("trade_management: {auto_breakeven: {profit_trigger_ticks: 10, offset_ticks: 10}}", "trade_management"),
        ("daily_unrealized_loss: {limit: -5, scope: position, action: close_all_and_lockout}", "daily_unrealized_loss"),
        ("max_unrealized_profit: {limit: 5, scope: position, action: close_all}", "max_unrealized_profit"),
        ("max_contracts_per_instrument: {limits: {MNQ: 1}, unknown_symbol_action: allow}", "max_contracts_per_instr"),
        ("daily_realized_profit: {target: -5}", "daily_realized_profit"),
        ("max_contracts: {limit: 5, micro_weight: 0}", "max_contracts"),
    ],
)
def test_what_a_rule_itself_refuses(text: str, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings_from_mapping(only_document(f"\n{text}", "risk_config.yaml"))
    assert len(refused.value.problems) == 1
    problem = refused.value.problems[0]
    assert problem.line == 2
    assert problem.key.startswith(key)


def test_a_change_of_the_holidays_concerns_the_rule_that_asks_for_them() -> None:
    content = {
        "session_block_outside": {"enabled": True, "global_session": {"start": "09:30", "end": "16:00"}},
        "max_contracts": {"enabled": True, "limit": 5},
    }
    plain, free = settings_from_mapping(content), settings_from_mapping(content, {"holidays": ["2025-10-24"]})
    assert changed_rules(plain, free) == ("RULE-009",)
    assert changed_rules(free, free) == ()
