"""Declarations for the tests of the loader: every kind of value that a rule can be configured with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from risk_manager.config.document import only_document
from risk_manager.config.explain import Declaration, read_struct
from risk_manager.config.problem import Problem
from risk_manager.core.rule import Finding, Rule
from risk_manager.core.settings import (
    Action,
    Contracts,
    Count,
    Duration,
    Loss,
    OffsetTicks,
    Profit,
    Seconds,
    SymbolName,
    SymbolPattern,
    Text,
    Ticks,
    WallTime,
    Weekday,
    Weight,
    ZoneName,
)


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enabled: bool = True
    start: WallTime
    end: WallTime
    days: tuple[Weekday, ...] = ()


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    loss: Loss | None = None
    profit: Profit | None = None
    contracts: Contracts = 0
    count: Count = 1
    seconds: Seconds = Decimal(0)
    duration: Duration = Decimal(1)
    ticks: Ticks = 1
    offset: OffsetTicks = 0
    weight: Weight = Decimal(1)
    symbol: SymbolName | None = None
    patterns: tuple[SymbolPattern, ...] = ()
    at: WallTime | None = None
    zone: ZoneName | None = None
    text: Text | None = None
    flag: bool = False
    day: date | None = None
    way: Literal["up", "down"] = "up"
    limits: dict[SymbolName, Contracts] = {}
    window: Window | None = None
    windows: dict[SymbolName, Window] = {}
    rows: tuple[Window, ...] = ()
    action: Action = Action.CLOSE_ALL

    def __post_init__(self) -> None:
        if self.ticks <= self.offset:
            raise ValueError(f"offset {self.offset} must be smaller than ticks {self.ticks}")


class Needs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: Loss


def nothing(_sight: Any, _config: Any) -> Iterator[Finding]:
    return iter(())


ACTIONS = (Action.CLOSE_ALL, Action.REDUCE_TO_LIMIT)
SAMPLE = Rule(id="RULE-901", key="sample", example="", config=Config, judge=nothing, topics=0, actions=ACTIONS)
NEEDS = Rule(id="RULE-902", key="needs", example="", config=Needs, judge=nothing, topics=0)
TABLE = (SAMPLE, NEEDS)


def read(text: str) -> tuple[Config | None, list[str]]:
    """The sample Config that a text says, and the problems."""
    problems: list[Problem] = []
    node = only_document(text, "risk_config.yaml")
    config = read_struct(node, Declaration(Config, "sample", "sample"), problems)
    return config, [str(problem) for problem in problems]
