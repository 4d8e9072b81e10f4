"""The venue: prices, books, the engine that fills, and the door through which orders come.

Pure and synchronous. Time is handed in as an aware UTC `datetime`; what happens later (latency) waits in
`next_due()` until somebody calls `advance(now)`. Everything that the hubs would say goes to `outbox`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from random import Random

from risk_manager.simulator.exchange import brackets, matching
from risk_manager.simulator.exchange.account import Account
from risk_manager.simulator.exchange.catalogue import Contract, active_contract, find_contract
from risk_manager.simulator.exchange.clearing import book_fill
from risk_manager.simulator.exchange.conditions import Conditions
from risk_manager.simulator.exchange.depth import depth_change
from risk_manager.simulator.exchange.ledger import Ledger
from risk_manager.simulator.exchange.market import Market
from risk_manager.simulator.exchange.order import Order
from risk_manager.simulator.exchange.outbox import HubMessage, Outbox
from risk_manager.simulator.exchange.session import Phase, Sessions
from risk_manager.simulator.exchange.terms import OrderStatus, OrderType


class Exchange:
    """One venue with its accounts. `seed` decides prices, slippage and every other draw.

    `quoted` are the contracts whose prices move with `tick`; `taped` and `laddered` those whose market trades
    and depth are told besides (nobody pays for them unless somebody listens).
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        accounts: Iterable[Account] = (),
        contracts: Iterable[str] = (),
        conditions: Conditions | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self.seed = seed
        self.conditions = conditions or Conditions()
        self.sessions = sessions or Sessions()
        self.ledger = Ledger()
        self.ledger.accounts.update({account.id: account for account in accounts})
        self.taped: set[str] = set()
        self.laddered: set[str] = set()
        self.quoted: dict[str, None] = {}
        self._markets: dict[str, Market] = {}
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._sequence = count()
        self._random = Random(f"{seed}:exchange")  # noqa: S311 - slippage, not a secret
        for contract_id in contracts:
            self.quote(contract_id)

    @property
    def outbox(self) -> Outbox:
        """What the hubs have to send."""
        return self.ledger.outbox

    # Prices

    def quote(self, contract_id: str) -> Market:
        """Start to quote a contract (again and again does nothing); unknown ids are the caller's mistake."""
        market = self.market(contract_id)
        if market is None:
            raise ValueError(f"{contract_id} is not a contract of the catalogue. Ids look like CON.F.US.MNQ.Z26.")
        self.quoted[contract_id] = None
        return market

    def market(self, contract_id: str) -> Market | None:
        """The price of a contract, made on first demand; `None` for an id that is not in the catalogue."""
        market = self._markets.get(contract_id)
        if market is None and (contract := find_contract(contract_id)) is not None:
            market = self._markets[contract_id] = Market(contract, self.seed)
        return market

    def tick(self, now: datetime, contract_ids: Iterable[str] | None = None) -> None:
        """One step of the price walk for all quoted contracts, or for these.

        A halted market does not move.
        """
        if self.sessions.phase(now) is Phase.HALTED:
            return
        for contract_id in list(self.quoted) if contract_ids is None else contract_ids:
            market = self.quote(contract_id)
            if market.has_price and not market.is_frozen:
                market.walk()
                self._after_move(market, now)

    def set_price(
        self,
        contract_id: str,
        last: Decimal,
        bid: Decimal | None = None,
        ask: Decimal | None = None,
        *,
        now: datetime,
    ) -> None:
        """Put the price where it is wanted; bid and ask are one tick away unless given.

        Fills what it reaches.
        """
        market = self.quote(contract_id)
        market.move(last, bid, ask)
        self._after_move(market, now)

    def _after_move(self, market: Market, now: datetime) -> None:
        contract_id = market.contract_id
        put = self.outbox.put
        put(HubMessage("market", "GatewayQuote", contract_id, [contract_id, market.quote_delta(now)]))
        if contract_id in self.taped:
            put(HubMessage("market", "GatewayTrade", contract_id, [contract_id, [market.tape_row(now)]]))
        if contract_id in self.laddered:
            put(HubMessage("market", "GatewayDepth", contract_id, [contract_id, depth_change(market, now)]))
        working = self.ledger.working.get(contract_id)
        if working and self.sessions.phase(now) is Phase.OPEN:
            for order in list(working.values()):
                self._try_to_fill(order, market, now, is_arriving=False)

    # Engine

    def next_due(self) -> datetime | None:
        """The instant at which `advance` has something to do; `None` while nothing is under way."""
        return self._due[0][0] if self._due else None

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due by now, in order, each at its own instant."""
        while self._due and self._due[0][0] <= now:
            at, _, happening = heappop(self._due)
            happening(at)

    def after(self, delay: timedelta, now: datetime, happening: Callable[[datetime], None]) -> None:
        """Do something later; at once if there is no delay."""
        if delay <= timedelta(0):
            happening(now)
        else:
            heappush(self._due, (now + delay, next(self._sequence), happening))

    def send_to_engine(self, order: Order, now: datetime) -> None:
        """Give a pending order to the engine, which looks at it after the latency."""
        latency = self.conditions.fill_latency
        if order.closes_position and self.conditions.close_latency is not None:
            latency = self.conditions.close_latency
        self.after(latency, now, lambda at: self._arrive(order, at))

    def _arrive(self, order: Order, now: datetime) -> None:
        market = self.market(order.contract.id)
        if market is None or not order.status.is_working:
            return
        if order.type is OrderType.JOIN_BID:
            order.limit_price = market.bid
        elif order.type is OrderType.JOIN_ASK:
            order.limit_price = market.ask
        if not self._try_to_fill(order, market, now, is_arriving=True) and order.status is OrderStatus.PENDING:
            self.ledger.set_status(order, OrderStatus.OPEN, now)

    def try_to_fill(self, order: Order, now: datetime) -> None:
        """Look at an order whose prices were changed."""
        if market := self.market(order.contract.id):
            self._try_to_fill(order, market, now, is_arriving=True)

    def _try_to_fill(self, order: Order, market: Market, now: datetime, *, is_arriving: bool) -> bool:
        if order.status is OrderStatus.SUSPENDED or not order.status.is_working:
            return False
        if order.status is OrderStatus.PENDING and not is_arriving:
            return False
        matching.trail(order, market)
        matching.trigger(order, market)
        price = matching.fill_price(order, market, is_arriving=is_arriving)
        if price is None:
            return False
        size = self._fillable(order, now)
        if not size:
            return True
        mark = len(self.outbox)
        book_fill(self.ledger, self.conditions, order, size, self._slipped(order, market, price), now)
        if self.conditions.shuffle_fill_events:
            self.outbox.shuffle_since(mark, self._random)
        if order.remaining:
            self.after(self.conditions.fill_latency, now, lambda at: self.try_to_fill(order, at))
        else:
            self._finish(order, market, now)
        return True

    def _fillable(self, order: Order, now: datetime) -> int:
        """How much fills now. A capped close whose position is gone is cancelled for the rest."""
        remaining = order.remaining
        if order.closes_position and self.conditions.close_is_capped:
            held = self.ledger.signed_size(order.account_id, order.contract.id) * -order.side.sign
            remaining = min(remaining, max(held, 0))
            if not remaining:
                self.ledger.set_status(order, OrderStatus.CANCELLED, now)
                return 0
        part = -(-order.size // max(self.conditions.fill_parts, 1))
        return min(remaining, part)

    def _slipped(self, order: Order, market: Market, price: Decimal) -> Decimal:
        if not self.conditions.slippage_ticks_max or not matching.slips(order):
            return price
        ticks = self._random.randint(0, self.conditions.slippage_ticks_max)
        return price + order.side.sign * ticks * market.contract.product.tick_size

    def _finish(self, order: Order, market: Market, now: datetime) -> None:
        brackets.cancel_sibling(self.ledger, self.conditions, order, now)
        children = brackets.children_of(self.ledger, order)
        brackets.activate_children(self.ledger, order, market, now)
        for child in children:
            self._try_to_fill(child, market, now, is_arriving=False)

    def is_active(self, contract: Contract, now: datetime) -> bool:
        """Whether the platform shows the contract as active.

        The front month, or one that this venue quotes.
        """
        front = active_contract(contract.product.root, now.date())
        return contract == front or (contract.id in self.quoted and not self.conditions.only_active_months)
