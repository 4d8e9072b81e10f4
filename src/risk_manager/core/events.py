"""All that can happen to us, in the past tense.

One event is one line of the journal. Fields that a message left out are None: what was known stays.
"""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

import msgspec

from risk_manager.core.commands import Command
from risk_manager.core.model import AccountId, ContractId, OrderId, OrderStatus, OrderType, Side, Trade


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What all events share: the name under `kind` when written down."""


class PositionSeen(Event, frozen=True, kw_only=True, tag="position_seen"):
    """The broker's last word on one contract; a signed size of 0 means flat."""

    account: AccountId
    contract: ContractId
    signed_size: int
    average_price: Decimal
    opened_at: datetime | None = None


class OrderSeen(Event, frozen=True, kw_only=True, tag="order_seen"):
    """News of one order; what is None was not in the message."""

    account: AccountId
    order: OrderId
    contract: ContractId | None = None
    side: Side | None = None
    type: OrderType | None = None
    status: OrderStatus | None = None
    size: int | None = None
    filled: int | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    tag: str | None = None
    created_at: datetime | None = None


class TradeSeen(Event, frozen=True, kw_only=True, tag="trade_seen"):
    """A fill, or the same one again, or its voiding."""

    account: AccountId
    trade: Trade


class AccountSeen(Event, frozen=True, kw_only=True, tag="account_seen"):
    """The account's own message: may it trade, what does it hold in cash."""

    account: AccountId
    can_trade: bool | None = None
    balance: Decimal | None = None
    name: str | None = None


class QuoteSeen(Event, frozen=True, kw_only=True, tag="quote_seen"):
    """New prices of a contract; a price that is None stays what it was."""

    contract: ContractId
    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None


class AccountRead(Event, frozen=True, kw_only=True, tag="account_read"):
    """What the gateway answered when it was asked (REST). A list that is None was not asked for.

    A list that is there is complete: a position or an order that is missing in it is gone. Trades are those of the
    day and more; a trade that is missing says nothing. What the hub has told later than `asked_at` is newer.
    """

    account: AccountId
    asked_at: datetime
    can_trade: bool | None = None
    balance: Decimal | None = None
    name: str | None = None
    positions: tuple[PositionSeen, ...] | None = None
    orders: tuple[OrderSeen, ...] | None = None
    trades: tuple[Trade, ...] | None = None
    after_restart: bool = False
    """The first read after a start: nobody watched before it, and no command of ours is under way any more."""


class Hub(enum.Enum):
    """The gateway's two event streams."""

    USER = "user"
    MARKET = "market"

    @property
    def in_words(self) -> str:
        """What it is and what comes over it, for people."""
        return "the user hub (orders and fills)" if self is Hub.USER else "the market hub (prices)"


class HubLost(Event, frozen=True, kw_only=True, tag="hub_lost"):
    """A stream is gone; why in words."""

    hub: Hub
    why: str = ""


class HubBack(Event, frozen=True, kw_only=True, tag="hub_back"):
    """A stream is there again and subscribed."""

    hub: Hub


class Refusal(enum.Enum):
    """Why the gateway refused a command, as far as it makes a difference to what comes next."""

    NOTHING_OPEN = "nothing_open"
    """The contract has no position: a close has nothing left to do."""
    ORDER_GONE = "order_gone"
    """The order is filled, cancelled or unknown: there is nothing to cancel or change."""
    MARKET_CLOSED = "market_closed"
    NOT_SUPPORTED = "not_supported"
    """This kind of account may not do it by API (live accounts, followers)."""
    PENDING = "pending"
    """The engine has not answered yet: look again, do not resend blindly."""
    OTHER = "other"


class CommandAccepted(Event, frozen=True, kw_only=True, tag="command_accepted"):
    """The gateway took a command. It is not done before the hub or a read says so."""

    account: AccountId
    command: Command
    order: OrderId | None = None
    """The id of the order that a placing made."""


class CommandRefused(Event, frozen=True, kw_only=True, tag="command_refused"):
    """The gateway refused a command."""

    account: AccountId
    command: Command
    refusal: Refusal
    why: str = ""


class CommandLost(Event, frozen=True, kw_only=True, tag="command_lost"):
    """Nobody knows whether a command arrived (time-out, broken connection, 429, 5xx): like silence."""

    account: AccountId
    command: Command
    why: str = ""
    left: bool = True
    """False: it has certainly not left, and will not: there was no way in time, or what it was for is over."""


class CommandHeld(Event, frozen=True, kw_only=True, tag="command_held"):
    """The guard's own breaker has not let a command leave: it certainly never arrived, and is asked for again."""

    account: AccountId
    command: Command
    why: str = ""
    opens: bool = False
    """True for the first of a spell: people must hear of it."""


class Cleared(Event, frozen=True, kw_only=True, tag="cleared"):
    """The admin clears locks of a rule: of one symbol, of the whole account and of no symbol, or all of them."""

    account: AccountId
    rule: str
    symbol: str | None = None
    whole_account: bool = False
    keep_rule: bool = False
    why: str = ""


class Reloaded(Event, frozen=True, kw_only=True, tag="reloaded"):
    """New settings are in force; `changed` names the rules (ids) whose settings are not what they were."""

    account: AccountId
    changed: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    """What was edited in the files, each with the old value and the new one; for the record."""


class ReloadRefused(Event, frozen=True, kw_only=True, tag="reload_refused"):
    """A configuration was refused; the running one stays."""

    why: str
    is_part: bool = False
    """True where only a part of it waits for the next start of the guard, and the rest is in force."""


class AdminActed(Event, frozen=True, kw_only=True, tag="admin_acted"):
    """Somebody has used the admin's door: what an audit asks for. It changes nothing by itself."""

    user: int
    """The user's number, as the operating system says."""
    what: str
    """In words: `clear RULE-003 of account 465: a reason`."""
    is_refused: bool = False


class LoginRefused(Event, frozen=True, kw_only=True, tag="login_refused"):
    """The gateway rejected the login or the token could not be renewed."""

    why: str


class Unreadable(Event, frozen=True, kw_only=True, tag="unreadable"):
    """A message that could not be read: kept raw, counted, told once."""

    source: str
    why: str
    raw: str


class ContractSeen(Event, frozen=True, kw_only=True, tag="contract_seen"):
    """The gateway's own word on a contract that the catalogue does not have."""

    contract: ContractId
    tick_size: Decimal
    tick_value: Decimal


class StoreLost(Event, frozen=True, kw_only=True, tag="store_lost"):
    """Nothing can be written any more: what is in force goes on from memory."""

    why: str


class StoreBack(Event, frozen=True, kw_only=True, tag="store_back"):
    """Writing works again, and nothing of what was not written is missing."""


class TimePassed(Event, frozen=True, kw_only=True, tag="time_passed"):
    """Nothing came; something may be due."""


FromTheBroker = PositionSeen | OrderSeen | TradeSeen | AccountSeen | QuoteSeen | AccountRead | ContractSeen
OfACommand = CommandAccepted | CommandRefused | CommandLost | CommandHeld
OfTheAdmin = Cleared | Reloaded | ReloadRefused | AdminActed
OfTheGuard = HubLost | HubBack | LoginRefused | Unreadable | StoreLost | StoreBack | TimePassed

AnyEvent = FromTheBroker | OfACommand | OfTheAdmin | OfTheGuard
