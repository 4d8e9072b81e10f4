"""What a scenario file says: a story of what a broker tells, and what must be true at each step."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from risk_manager.config.document import read_file
from risk_manager.config.explain import Declaration, read_struct, section
from risk_manager.config.problem import ConfigError, Problem
from risk_manager.config.reading import one_of
from risk_manager.config.tree import Branch, Node, node_at, place_of
from risk_manager.core.model import AccountId
from risk_manager.core.record import Severity
from risk_manager.core.settings import Count
from risk_manager.rehearse.expectation import COMMANDS, LOCKS, VERBS, Told
from risk_manager.rehearse.message import message_of
from risk_manager.rehearse.timing import DURATION, MOMENT, WHEN

PositionText = Annotated[Any, message_of("position")]
OrderText = Annotated[Any, message_of("order")]
TradeText = Annotated[Any, message_of("trade")]
QuoteText = Annotated[Any, message_of("quote")]
AccountText = Annotated[Any, message_of("account")]
Span = Annotated[timedelta, DURATION]


class Stream(enum.Enum):
    """Which hub is gone."""

    USER = "user"
    MARKET = "market"
    BOTH = "both"


class BrokerKind(enum.Enum):
    """How the broker of the story answers commands."""

    OBEDIENT = "obedient"
    SILENT = "silent"


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """The broker's truth after a gap; a list that is None is what was known."""

    positions: tuple[PositionText, ...] | None = None
    orders: tuple[OrderText, ...] | None = None
    trades: tuple[TradeText, ...] = ()
    canTrade: bool | None = None


class Restart(Truth, frozen=True, kw_only=True):
    """The program is killed and started again."""

    down: Span = timedelta()


class Clear(msgspec.Struct, frozen=True, kw_only=True):
    """The admin's lockout clear."""

    rule: str
    symbol: str | None = None
    keep_rule: bool = False


class Pnl(msgspec.Struct, frozen=True, kw_only=True):
    """The account's day, where it is checked."""

    realized: Decimal | None = None
    unrealized: Decimal | None = None


INPUTS: Final = (
    "position", "order", "trade", "quote", "account", "disconnect", "reconnect", "restart", "reload", "clear", "refuse",
)  # fmt: skip


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """At most one input, then what must be true. What is None is not checked."""

    at: Annotated[timedelta | datetime, WHEN] = timedelta()
    wait: Span | None = None
    position: PositionText = None
    order: OrderText = None
    trade: TradeText = None
    quote: QuoteText = None
    account: AccountText = None
    disconnect: Stream | None = None
    reconnect: Truth | None = None
    restart: Restart | None = None
    reload: Any = None
    clear: Clear | None = None
    refuse: dict[Annotated[str, one_of(tuple(VERBS))], Count] | None = None
    expect: Annotated[tuple[Told, ...] | str, COMMANDS] = ()
    locked: Annotated[tuple[Told, ...] | None, LOCKS] = None
    breached: tuple[str, ...] | None = None
    waived: tuple[str, ...] | None = None
    alerts: tuple[Severity, ...] = ()
    pnl: Pnl | None = None

    def __post_init__(self) -> None:
        given = [name for name in INPUTS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} in one step. A step has one input: make two of it")

    @property
    def input(self) -> str | None:
        """The name of the input, None where only time passes."""
        return next((name for name in INPUTS if getattr(self, name) is not None), None)


class AccountShape(msgspec.Struct, frozen=True, kw_only=True):
    """The account of the story."""

    id: AccountId = 465
    canTrade: bool = True


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario, field by field."""

    name: str
    rule: str = ""
    start: Annotated[datetime, MOMENT]
    config: Any = None
    holidays: Any = None
    account: AccountShape = AccountShape()
    broker: BrokerKind = BrokerKind.OBEDIENT
    steps: tuple[Step, ...]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario and the text that it came from."""

    file: str
    line: int | None
    written: Written
    tree: Branch

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.written.name

    @property
    def steps(self) -> tuple[Step, ...]:
        """The story, step by step."""
        return self.written.steps

    def part(self, *path: str | int) -> Node | None:
        """A part of the text with its lines: the config, a reload."""
        return node_at(self.tree, path)

    def line_of(self, step: int) -> int | None:
        """The line on which a step (from 0) begins."""
        return place_of(self.tree, ("steps", step))[0].line


def read_scenarios(path: Path, name: str | None = None) -> list[Scenario]:
    """The scenarios of a file. Raises ConfigError with everything that is wrong in it."""
    name = name if name is not None else str(path)
    documents = read_file(path, name)
    problems: list[Problem] = []
    scenarios = [scenario for document in documents if (scenario := _scenario(document, name, problems)) is not None]
    if not documents:
        problems.append(Problem(name, None, "", "No scenario in it"))
    if problems:
        raise ConfigError(problems)
    return scenarios


def _scenario(document: Node, name: str, problems: list[Problem]) -> Scenario | None:
    tree = section(document, "", problems)
    if tree is None:
        return None
    written = read_struct(tree, Declaration(Written, "scenario"), problems)
    if not isinstance(written, Written):
        return None
    return Scenario(file=name, line=tree.place.line, written=written, tree=tree)
