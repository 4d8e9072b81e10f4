"""The guide's fourteenth rule is taken out of the page and put to work: configured, judged, enforced."""

from __future__ import annotations

import sys
import types
from datetime import UTC, datetime
from pathlib import Path

from risk_manager.config import settings_from_mapping
from risk_manager.config.document import read_text
from risk_manager.core import engine
from risk_manager.core.commands import Cancel, Command
from risk_manager.core.events import AccountRead, OrderSeen
from risk_manager.core.model import OrderStatus, OrderType, Side
from risk_manager.core.rule import Rule
from risk_manager.core.rules import RULES
from risk_manager.core.state import State

GUIDE = Path(__file__).parent.parent / "docs" / "adding-a-rule.md"
NOW = datetime(2025, 10, 23, 15, 30, tzinfo=UTC)


def fourteenth() -> Rule:
    """The rule of the guide."""
    code = GUIDE.read_text(encoding="utf-8").split("```python\n")[1].split("```\n")[0]
    module = types.ModuleType("max_open_orders")
    sys.modules[module.__name__] = module
    exec(compile(code, str(GUIDE), "exec"), module.__dict__)
    rule = module.__dict__["RULE"]
    assert isinstance(rule, Rule)
    return rule


def test_the_rule_of_the_guide_works_without_any_other_change() -> None:
    rule = fourteenth()
    (document,) = read_text("max_open_orders: {enabled: true, limit: 2}", "risk_config.yaml")
    settings = {465: settings_from_mapping(document, {}, rules=(*RULES, rule))}
    state: State = engine.begin([465], NOW)
    read = AccountRead(account=465, asked_at=NOW, after_restart=True)
    state = engine.step(state, read, settings, NOW, strict=True).state
    commands: list[Command] = []
    for number in (1, 2, 3):
        order = OrderSeen(
            account=465,
            order=number,
            contract="CON.F.US.MNQ.Z25",
            side=Side.BUY,
            type=OrderType.LIMIT,
            status=OrderStatus.OPEN,
            size=1,
        )
        step = engine.step(state, order, settings, NOW, strict=True)
        state = step.state
        commands += step.commands
        assert [breach.rule for breach in step.breaches] == (["RULE-014"] if number == 3 else [])
    assert [command.order for command in commands if isinstance(command, Cancel)] == [3]
