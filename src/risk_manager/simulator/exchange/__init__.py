"""The venue: accounts, contracts, prices, books, brackets, trades, money, as one pure and synchronous model.

No clock, socket, task or global randomness: time is handed in as an aware UTC `datetime`, chance comes from
the seed, and what the hubs would say waits in `Exchange.outbox`. Imports the standard library and msgspec.
Read `exchange.py` (prices and engine), then `desk.py` (what is asked for), then `clearing.py` (what a fill
does).
"""

from risk_manager.simulator.exchange.account import Account, Position, Trade
from risk_manager.simulator.exchange.amendment import Change
from risk_manager.simulator.exchange.conditions import Conditions
from risk_manager.simulator.exchange.desk import Desk, Placed
from risk_manager.simulator.exchange.exchange import Exchange
from risk_manager.simulator.exchange.fees import FeeTable
from risk_manager.simulator.exchange.order import Bracket, Order, Ticket
from risk_manager.simulator.exchange.outbox import HubMessage
from risk_manager.simulator.exchange.refusal import Refusal
from risk_manager.simulator.exchange.session import Sessions
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType, PositionType, Side

__all__ = [
    "Account",
    "Bracket",
    "Change",
    "Conditions",
    "Desk",
    "Exchange",
    "FeeTable",
    "HubMessage",
    "Order",
    "OrderStatus",
    "OrderType",
    "Placed",
    "Position",
    "PositionType",
    "Refusal",
    "Sessions",
    "Side",
    "Ticket",
    "Trade",
]
