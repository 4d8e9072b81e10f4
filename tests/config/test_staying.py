"""What a running guard takes of other files, and what waits for its next start."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from risk_manager.config import Configuration, load_texts
from risk_manager.config.staying import as_far_as_it_runs, waiting

LOGIN = "topstepx: {username: trader, api_key: the-key-itself}\n"
TWO = f"{LOGIN}monitored_accounts:\n  - {{account_id: 1}}\n"
SECOND = "  - {account_id: 2, rules: {daily_realized_loss: {limit: -0.50}}}\n"
THIRD = "  - {account_id: 3}\n"


def read(accounts: str, common: str) -> Configuration:
    risk = f"version: 1\nmax_contracts: {{limit: 9}}\ndaily_realized_loss: {{limit: {common}, reset_time: 17:00}}\n"
    return load_texts({"risk_config.yaml": risk, "accounts.yaml": accounts}, environment={})


def limits(of: Configuration) -> dict[int, Any]:
    armed = {key: settings.armed("RULE-003") for key, settings in of.settings.items()}
    return {key: one.config.limit for key, one in armed.items() if one is not None}


def test_all_of_it_is_taken_where_login_and_accounts_are_the_same() -> None:
    running, wanted = read(TWO + SECOND, "-500"), read(TWO + SECOND, "-400")
    assert as_far_as_it_runs(running, wanted) == wanted
    assert waiting(running, wanted) == ()


def test_an_account_that_has_left_the_file_keeps_its_own_limits_with_the_common_ones_of_now() -> None:
    running = read(TWO + SECOND, "-500")
    taken = as_far_as_it_runs(running, read(TWO + THIRD, "-400.25"))
    assert limits(taken) == {1: Decimal("-400.25"), 2: Decimal("-0.50")}
    again = as_far_as_it_runs(taken, read(TWO + THIRD, "-300"))
    assert limits(again) == {1: Decimal(-300), 2: Decimal("-0.50")}
    (told,) = waiting(running, read(TWO + THIRD, "-500"))
    assert told == "accounts.yaml: the list of accounts is another one: 3 is not guarded yet, 2 still is."


def test_one_account_in_the_place_of_several() -> None:
    running = read(TWO + SECOND, "-500")
    one = f"{LOGIN}monitored_account: {{account_id: 2, rules: {{daily_realized_loss: {{limit: -7}}}}}}\n"
    assert limits(as_far_as_it_runs(running, read(one, "-400"))) == {1: Decimal(-400), 2: Decimal(-7)}


def test_another_login_waits_and_its_key_is_not_told() -> None:
    running, wanted = read(TWO, "-500"), read(TWO.replace("the-key-itself", "another-key"), "-400")
    taken = as_far_as_it_runs(running, wanted)
    assert (taken.login, taken.settings) == (running.login, wanted.settings)
    assert waiting(running, wanted) == ("accounts.yaml: the login is another one.",)
