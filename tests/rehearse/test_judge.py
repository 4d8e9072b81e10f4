"""Each check notices what is not as it was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearse.telling import differences, scenario

CONFIG = "{max_contracts: {limit: 2}, daily_realized_loss: {limit: -500, include_unrealized: false}}"
STEPS = """
- position: {{contractId: CON.F.US.MNQ.Z25, type: 1, size: 2, averagePrice: 25210}}
- trade: {{contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500}}
  {checks}
"""
TRUE = "expect: [{close: CON.F.US.MNQ.Z25}]"
UNTIL = "2025-10-23T17:00:00-05:00"


@pytest.mark.parametrize(
    "checks",
    [
        TRUE,
        "expect: any",
        f"{TRUE}\n  breached: [RULE-003]\n  waived: []",
        f"{TRUE}\n  locked: [{{rule: RULE-003}}]",
        f"{TRUE}\n  locked: [{{rule: RULE-003, kind: hard, until: {UNTIL}}}]",
        f"{TRUE}\n  alerts: [critical]",
        f"{TRUE}\n  pnl: {{realized: -500.00, unrealized: 0}}",
    ],
)
def test_what_holds(tmp_path: Path, checks: str) -> None:
    assert differences(scenario(tmp_path, STEPS.format(checks=checks), config=CONFIG)) == []


@pytest.mark.parametrize(
    ("checks", "what", "expected"),
    [
        ("breached: [RULE-003]", "commands", "nothing"),
        ("expect: []", "commands", "nothing"),
        ("expect: [{close: CON.F.US.EP.Z25}]", "commands", "{close: CON.F.US.EP.Z25}"),
        (
            "expect: [{close: CON.F.US.MNQ.Z25}, {close: CON.F.US.MNQ.Z25}]",
            "commands",
            "{close: CON.F.US.MNQ.Z25}, {close: CON.F.US.MNQ.Z25}",
        ),
        ("expect: [{reduce: CON.F.US.MNQ.Z25, size: 2}]", "commands", "{reduce: CON.F.US.MNQ.Z25, size: 2}"),
        (f"{TRUE}\n  breached: []", "breached", "nothing"),
        (f"{TRUE}\n  breached: [RULE-003, RULE-001]", "breached", "RULE-001, RULE-003"),
        (f"{TRUE}\n  waived: [RULE-003]", "waived", "RULE-003"),
        (f"{TRUE}\n  locked: []", "locks", "nothing"),
        (f"{TRUE}\n  locked: [{{rule: RULE-004}}]", "locks", "{rule: RULE-004}"),
        (f"{TRUE}\n  locked: [{{rule: RULE-003, symbol: ES}}]", "locks", "{rule: RULE-003, symbol: ES}"),
        (f"{TRUE}\n  locked: [{{rule: RULE-003, kind: cooldown}}]", "locks", "{rule: RULE-003, kind: cooldown}"),
        (f"{TRUE}\n  locked: [{{rule: RULE-003, until: null}}]", "locks", "{rule: RULE-003, until: null}"),
        (f"{TRUE}\n  locked: [{{rule: RULE-003}}, {{rule: RULE-003}}]", "locks", "{rule: RULE-003}, {rule: RULE-003}"),
        (f"{TRUE}\n  alerts: [critical, critical]", "alerts", "at least critical, critical"),
        (f"{TRUE}\n  pnl: {{realized: -500.01}}", "realized P&L", "-500.01"),
        (f"{TRUE}\n  pnl: {{unrealized: 1}}", "unrealized P&L", "1"),
    ],
)
def test_what_does_not(tmp_path: Path, checks: str, what: str, expected: str) -> None:
    told = differences(scenario(tmp_path, STEPS.format(checks=checks), config=CONFIG))
    assert [(step, subject, wanted) for step, subject, wanted, _ in told] == [(2, what, expected)]


def test_a_waived_breach_is_not_a_breach(tmp_path: Path) -> None:
    steps = """
    - trade: {id: 1, contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500}
      locked: [{rule: RULE-003}]
    - clear: {rule: RULE-003}
      locked: []
      breached: []
    - trade: {id: 1, contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -500, voided: true}
    - trade: {contractId: CON.F.US.EP.Z25, price: 6760, side: 1, size: 1, profitAndLoss: -600}
      breached: []
      waived: [RULE-003]
    """
    assert differences(scenario(tmp_path, steps, config=CONFIG)) == []
