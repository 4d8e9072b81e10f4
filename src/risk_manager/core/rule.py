"""What a rule is: a name, a configuration, and one pure question.

A rule gets the account as it is believed to be, the work that is already planned, its own configuration and the
time. It answers with findings. It never acts, logs or remembers by itself; what it must remember it returns from
`remember`, and it is kept with the account's state, so that it survives a crash.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from risk_manager.core.model import ContractId, OrderId, Position, Side, Symbol
from risk_manager.core.settings import Action, Defaults, ResetTime

if TYPE_CHECKING:
    from risk_manager.core.gauge import Gauge
    from risk_manager.core.sight import Sight


Topics = int
"""A set of topics, as bits: asked at every event, and an enum costs ten times as much there."""


class Topic:
    """What a rule's answer can depend on. A rule is asked when one of its topics has moved (and always when time
    has brought something due, when settings changed, or while anything is being pursued)."""

    POSITIONS: Final[Topics] = 1
    ORDERS: Final[Topics] = 2
    TRADES: Final[Topics] = 4
    QUOTES: Final[Topics] = 8
    ACCOUNT: Final[Topics] = 16


EVERYTHING: Final[Topics] = 31


class CloseAll(msgspec.Struct, frozen=True):
    """Close every position, cancel every order of the account."""


class CloseSymbol(msgspec.Struct, frozen=True):
    """The same for one symbol, all its expiries."""

    symbol: Symbol


class CloseContract(msgspec.Struct, frozen=True):
    """Close the position of one contract and cancel its orders."""

    contract: ContractId


class ReduceContract(msgspec.Struct, frozen=True):
    """Close `size` contracts of a position, on top of what is being closed already."""

    contract: ContractId
    size: int


class CancelOrder(msgspec.Struct, frozen=True):
    """Cancel one order."""

    order: OrderId


class CutOrder(msgspec.Struct, frozen=True):
    """Take the part of an order away that goes past the position: resize it, or cancel it where the position is
    gone."""

    order: OrderId


class SetStop(msgspec.Struct, frozen=True):
    """Place a stop of our own."""

    contract: ContractId
    side: Side
    size: int
    price: Decimal


class ChangeStop(msgspec.Struct, frozen=True):
    """Move a stop; change its total size too where `size` is given."""

    order: OrderId
    price: Decimal
    size: int | None = None


Wish = CloseAll | CloseSymbol | CloseContract | ReduceContract | CancelOrder | CutOrder | SetStop | ChangeStop


class LockKind(enum.Enum):
    """How much a lock forbids."""

    HARD = "hard"
    """Flat and without orders."""
    COOLDOWN = "cooldown"
    """Nothing may be added; what is open may stay and shrink."""


class Condition(enum.Enum):
    """What keeps an open-ended lock."""

    MAY_NOT_TRADE = "may_not_trade"
    """Until the gateway says that the account may trade."""
    LISTED = "listed"
    """While the rule that set it names the symbol; a rule that is off names none."""


class LockWish(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that a finding asks for."""

    kind: LockKind
    until: datetime | None
    """None: open-ended, until its condition ends."""
    symbol: Symbol | None = None
    """None: the whole account."""
    condition: Condition | None = None
    """What an open-ended one waits for."""
    measure: dict[ContractId, int] | None = None
    """Of a cooldown: the signed sizes that may stay; None: those that stand now."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, what to do about it, and the sentence that says why."""

    about: str = ""
    """What the condition is about: a symbol, a contract, an order, a window; empty for the account. A finding is
    recorded when it becomes true for its `about`, and again only after it has been false."""
    why: str
    wishes: tuple[Wish, ...] = ()
    lock: LockWish | None = None
    is_new: bool = True
    """False: true only as the broker has reported it, while our own commands are already on their way. It keeps a
    recorded breach alive and never begins one."""
    is_breach: bool = True
    """False: a lock or an act that is nobody's fault (a session's end with nothing open, a stop that helps)."""
    symbol: Symbol | None = None
    """The symbol that it concerns, for waivers of one symbol; None: the account."""
    value: Decimal | None = None
    limit: Decimal | None = None
    warning: bool = False
    """Only a warning to the trader, once per `about`; nothing is wrong yet."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the table."""

    id: str
    """RULE-001 ...: stable, in logs, database and API."""
    key: str
    """The YAML key, the file's name."""
    example: str
    """A section of risk_config.yaml as an admin would write it."""
    config: type[msgspec.Struct]
    judge: Callable[[Sight, Any], Iterable[Finding]]
    topics: Topics
    actions: tuple[Action, ...] = ()
    """What `action:` accepts, the default first; empty: the rule has no choice."""
    remember: Callable[[Sight, Any, Any], Any] | None = None
    """(sight, config, what was remembered) -> what to remember now; asked when one of its topics has moved, also
    under a lock."""
    memory: Any = None
    """The type of what it remembers, so that it can be read back."""
    calm: Callable[[Sight, Any, Position], tuple[Decimal | None, Decimal | None] | None] | None = None
    """Between which marks of a position (exclusive; None: no bound) quotes do not change the rule's answer; None: it
    must be asked at every quote. A rule that watches quotes and has no such function is always asked."""
    keep: Callable[[Any], Any] | None = None
    """What of its memory stays true when its settings change; without it nothing does."""
    prolongs: Callable[[Sight, Any], Iterable[LockWish]] | None = None
    """Locks of its own that stand and that new settings make longer."""
    next_due: Callable[[Sight, Any], datetime | None] | None = None
    """When the rule wants to be asked again, if nothing happens before."""
    reads: Callable[[Sight, Any], bool] | None = None
    """True at an instant at which the rule wants the working orders read afresh."""
    reset_of: Callable[[Any, Defaults], ResetTime] | None = None
    """The rule's own trading day, where it may have one."""
    gauges: Callable[[Sight, Any], Iterable[Gauge]] | None = None
    """Where the account stands and how far it is to each limit, for people; without it only its name is shown."""
    lists: Callable[[Any, Symbol], bool] | None = None
    """Does the configuration name this symbol? Keeps locks with the condition LISTED."""
    uses_calendar: bool = False
    """True where holidays and early closes are part of its settings."""
    single_fills: bool = False
    """True for rules about single fills: an admin's clear draws a line for them."""
