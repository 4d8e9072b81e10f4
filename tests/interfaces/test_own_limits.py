"""Whoever changes a limit of all hears which account keeps its own."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from risk_manager.config.password import set_password
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.admin import edits
from risk_manager.interfaces.admin.own_limits import kept
from tests.daemon.programs import make_home

ACCOUNTS = """\
monitored_accounts:
  - {account_id: 465, rules: {daily_realized_loss: {limit: -2400}, cooldown_after_loss: {loss_thresholds: [{a: 1}]}}}
  - {account_id: 466}
"""
LIMIT = "Account 465 has its own daily_realized_loss.limit in accounts.yaml, -2400, and keeps it."


@pytest.mark.parametrize("rules", ["{}", "rules: {{{}}}"])
@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("daily_realized_loss: {limit: -800}", "daily_realized_loss: {limit: -400}", LIMIT),
        ("daily_realized_loss: {limit: -800}", "daily_realized_loss: {limit: -800, include_fees: false}", ""),
        ("max_contracts: {limit: 1}", "max_contracts: {limit: 2}", ""),
        (
            "cooldown_after_loss: {loss_thresholds: [{a: 2}]}",
            "cooldown_after_loss: {loss_thresholds: [{a: 3}]}",
            "Account 465 has its own cooldown_after_loss.loss_thresholds in accounts.yaml, [{a: 1}], and keeps it.",
        ),
    ],
)
def test_what_an_account_has_of_its_own_is_said_where_that_of_all_is_changed(
    rules: str, before: str, after: str, says: str
) -> None:
    assert kept(rules.format(before), rules.format(after), ACCOUNTS) == says


@pytest.mark.parametrize("accounts", ["", "[", "monitored_account: {account_id: 465}", "monitored_accounts: 3"])
def test_where_no_account_has_its_own_nothing_is_said(accounts: str) -> None:
    assert kept("max_contracts: {limit: 1}", "max_contracts: {limit: 2}", accounts) == ""


def test_the_command_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = make_home(tmp_path, "http://127.0.0.1:9", key="a key")
    accounts = home / "config" / "accounts.yaml"
    own = "rules: {max_contracts_per_instrument: {limits: {MNQ: 7}}}"
    accounts.write_text(accounts.read_text().replace("account_name: Main", f"account_name: Main, {own}"))
    set_password(home / "config" / "admin_password.hash", "three words do it", rounds=4)
    monkeypatch.setattr(sys, "stdin", io.StringIO("three words do it\n"))
    key = "max_contracts_per_instrument.limits.MNQ"
    assert edits.set_value(key, "1", home=home, password_stdin=True) == ExitCode.FINE
    assert f"Account 465 has its own {key} in accounts.yaml, 7, and keeps it." in capsys.readouterr().err
