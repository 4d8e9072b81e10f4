"""The clock, the gaps and the inputs of a story."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from risk_manager.config import ConfigError
from risk_manager.core import engine
from risk_manager.core.record import Step
from risk_manager.core.state import State
from risk_manager.rehearse.command import SOME_DIFFER, run
from risk_manager.rehearse.guard import EndlessError
from risk_manager.rehearse.story import Story
from tests.rehearse.telling import chapters, differences, scenario

LIMIT = "{daily_realized_loss: {limit: -500, include_unrealized: false}}"
GRACE = "{no_stop_loss_grace: {grace_period_seconds: 10}}"


def test_the_clock_goes_where_the_steps_say(tmp_path: Path) -> None:
    told = chapters(
        scenario(
            tmp_path,
            """
            - wait: 10s
            - at: +1m30s
              quote: {contractId: CON.F.US.MNQ.Z25, lastPrice: 25210}
              wait: 250ms
            - at: 2025-10-23T11:00:00-05:00
            - restart: {down: 90s}
            """,
        )
    )
    assert [chapter.ended_at for chapter in told] == [
        datetime(2025, 10, 23, 15, 30, 10, tzinfo=UTC),
        datetime(2025, 10, 23, 15, 31, 40, 250_000, tzinfo=UTC),
        datetime(2025, 10, 23, 16, 0, 0, tzinfo=UTC),
        datetime(2025, 10, 23, 16, 1, 30, tzinfo=UTC),
    ]


def test_time_does_not_run_backwards(tmp_path: Path) -> None:
    one = scenario(tmp_path, "- wait: 1m\n- at: 2025-10-23T10:30:30-05:00\n")
    with pytest.raises(ConfigError, match=r"story\.yaml:6  steps\.2\.at: It lies before the end of the step before"):
        chapters(one)


def test_what_falls_due_happens_at_its_own_time(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - position: {contractId: CON.F.US.MNQ.Z25, type: 1, size: 1, averagePrice: 25210}
        - wait: 1m
          expect: [{close: CON.F.US.MNQ.Z25}]
        """,
        config=GRACE,
    )
    assert differences(one) == []
    breach = chapters(one)[1].breaches[0]
    assert breach.at == datetime(2025, 10, 23, 15, 30, 10, tzinfo=UTC)


def test_what_is_due_happens_also_beside_an_input_that_is_no_event(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - position: {contractId: CON.F.US.MNQ.Z25, type: 1, size: 1, averagePrice: 25210}
        - at: +10s
          refuse: {cancel: 1}
          expect: [{close: CON.F.US.MNQ.Z25}]
          breached: [RULE-008]
        """,
        config=GRACE,
    )
    assert differences(one) == []


def test_the_state_goes_through_the_store_at_a_restart(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - trade: {contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500, fees: 0.10}
        - restart: {down: 1h}
          locked: [{rule: RULE-003, kind: hard, until: 2025-10-23T17:00:00-05:00}]
          pnl: {realized: -500.10}
        """,
        config=LIMIT,
    )
    assert differences(one) == []


def test_numbers_are_exact_all_the_way(tmp_path: Path) -> None:
    steps = "\n".join(
        ["- trade: {contractId: CON.F.US.EP.Z25, price: 6760.10, side: 1, size: 1, profitAndLoss: 0.1, fees: 0.3}"] * 3
    )
    assert chapters(scenario(tmp_path, steps))[2].realized == Decimal("-0.6")


def test_a_list_that_is_left_out_after_a_gap_is_what_was_known(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - position: {contractId: CON.F.US.MNQ.Z25, type: 1, size: 2, averagePrice: 25210}
        - quote: {contractId: CON.F.US.MNQ.Z25, lastPrice: 25209}
        - disconnect: both
        - at: +3s
          reconnect: {}
          pnl: {unrealized: -4}
        - reconnect: {positions: []}
          pnl: {unrealized: 0}
        """,
    )
    assert differences(one) == []


def test_a_lost_connection_is_told_after_five_seconds(tmp_path: Path) -> None:
    one = scenario(tmp_path, "- disconnect: user\n- wait: 4s\n- wait: 1s\n  alerts: [critical]\n")
    told = chapters(one)
    assert differences(one) == []
    assert told[1].alerts == ()


def test_a_message_that_the_gateway_does_not_send_is_told_with_its_line(tmp_path: Path) -> None:
    one = scenario(tmp_path, "- wait: 1s\n- position: {contractId: CON.F.US.MNQ.Z25, type: 1, size: many}\n")
    with pytest.raises(ConfigError, match=r"story\.yaml:6  steps\.2\.position: The position is no message"):
        chapters(one)
    one = scenario(tmp_path, "- quote: {lastPrice: 5}\n")
    with pytest.raises(ConfigError, match="A quote names its contract as contractId"):
        chapters(one)
    one = scenario(tmp_path, "- reconnect: {orders: [{id: 5}]}\n")
    with pytest.raises(ConfigError, match="Each order of a list names its contract as contractId"):
        chapters(one)
    one = scenario(tmp_path, "- restart: {trades: [{contractId: CON.F.US.MNQ.Z25, side: 5}]}\n")
    with pytest.raises(ConfigError, match="One of the trades is no row"):
        chapters(one)


def test_a_broken_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    one = scenario(tmp_path, "- wait: 1s\n", config="\n  daily_realized_loss:\n    limit: 5")
    with pytest.raises(ConfigError, match=r"story\.yaml:5  daily_realized_loss\.limit: 5 is positive"):
        Story(one)


def test_a_reload_that_is_refused_leaves_everything_as_it_was(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - reload: {daily_realized_loss: {limit: 500}}
          alerts: [warning]
        - trade: {contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500}
          breached: [RULE-003]
        """,
        config=LIMIT,
    )
    assert differences(one) == []
    assert "limit: 500 is positive" in chapters(one)[0].alerts[0].text


def test_a_message_of_another_account_is_about_that_account(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - trade: {accountId: 7, contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500}
          breached: []
          pnl: {realized: 0}
        """,
        config=LIMIT,
        head="account: {id: 5}\n",
    )
    assert differences(one) == []


def test_ids_are_counted_up_and_skip_those_that_are_used(tmp_path: Path) -> None:
    one = scenario(
        tmp_path,
        """
        - order: {id: 1, contractId: CON.F.US.MNQ.Z25, type: 1, side: 0, size: 1, limitPrice: 25000}
        - trade: {orderId: 2, contractId: CON.F.US.EP.Z25, price: 6760, side: 0, size: 1}
        - order: {contractId: CON.F.US.MNQ.Z25, type: 1, side: 0, size: 1, limitPrice: 25000}
        - trade: {contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500}
          expect: [{cancel: 1}, {cancel: 3}]
        """,
        config=LIMIT,
    )
    assert differences(one) == []


def test_an_engine_that_wants_to_be_woken_for_ever_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = scenario(tmp_path, "- wait: 1s\n")
    whole = engine.step

    def step(state: State, *given: Any, **more: Any) -> Step:
        return msgspec.structs.replace(whole(state, *given, **more), deadline=one.written.start.astimezone(UTC))

    monkeypatch.setattr(engine, "step", step)
    with pytest.raises(EndlessError, match="1000 steps at 2025-10-23T15:30:00"):
        chapters(one)
    assert run(tmp_path / "story.yaml") == SOME_DIFFER
    assert "1000 steps" in capsys.readouterr().out
