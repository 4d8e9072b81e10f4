"""The whole gateway against the simulator, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from risk_manager.core.commands import Cancel, Close, MoveStop, PlaceStop, Reduce, Resize
from risk_manager.core.events import (
    AnyEvent,
    CommandAccepted,
    CommandLost,
    CommandRefused,
    Hub,
    HubBack,
    HubLost,
    LoginRefused,
    OrderSeen,
    PositionSeen,
    QuoteSeen,
    Refusal,
    TradeSeen,
    Unreadable,
)
from risk_manager.core.model import OrderStatus, Side
from risk_manager.gateway.client import Addresses, Gateway
from risk_manager.gateway.errors import RefusedError, TooManyError
from risk_manager.gateway.request import OrderCommand
from risk_manager.gateway.session import Credentials
from risk_manager.gateway.signalr import Timing
from risk_manager.gateway.tasks import start
from risk_manager.gateway.verdict import Verdict
from risk_manager.simulator.api.token import Login
from risk_manager.simulator.exchange.account import Account
from risk_manager.simulator.faults import CutHub, Logout, LostReply, Malformed, Refuse, Shape, Slow, Status
from risk_manager.simulator.server import SimulatorServer

ACCOUNT = 7
CLOSE = "/api/Position/closeContract"
CANCEL = "/api/Order/cancel"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


class Guarded:
    """A simulator, a gateway on it, and what it told."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.events: list[AnyEvent] = []
        self.gateway = Gateway(
            Credentials("trader", "simulator-key"),
            Addresses(rest=server.url, user_hub=f"{server.url}/hubs/user", market_hub=f"{server.url}/hubs/market"),
            [ACCOUNT],
            self.events.append,
            timing=Timing(completion=2.0),
        )
        self.contract = next(iter(server.exchange.quoted))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not condition():
                await asyncio.sleep(0.005)

    def seen(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def requests(self, path: str = CLOSE) -> int:
        return len(self.server.trader.requests(path))

    async def is_up(self, hubs: int = 2) -> None:
        await self.until(lambda: len(self.seen(HubBack)) >= hubs)
        await self.until(lambda: self.gateway.status().warm_connections == 2)

    def close(self) -> Close:
        return Close(account=ACCOUNT, contract=self.contract)

    def send(self, command: OrderCommand, left: Callable[[], OrderCommand | None] | None = None) -> Awaitable[Verdict]:
        """Send a command; all of it is `left` when it can leave, unless something else is said."""
        return self.gateway.send(command, left or (lambda: command))


@asynccontextmanager
async def guarded(*, up: bool = True, **options: Any) -> AsyncIterator[Guarded]:
    account = Account(ACCOUNT, "PRAC-1")
    async with SimulatorServer(accounts=[account, Account(8, "PRAC-2")], **options) as server:
        guard = Guarded(server)
        await guard.gateway.start()
        try:
            if up:
                await guard.is_up()
            yield guard
        finally:
            await guard.gateway.stop()


async def test_what_happens_is_told_and_read() -> None:
    async with guarded() as guard:
        guard.gateway.subscribe_quotes([guard.contract])
        await guard.until(lambda: bool(guard.seen(QuoteSeen)))
        guard.server.trader.buy(ACCOUNT, guard.contract, 3)
        await guard.until(lambda: bool(guard.seen(PositionSeen)) and bool(guard.seen(TradeSeen)))
        assert guard.seen(PositionSeen)[-1].signed_size == 3
        assert guard.seen(OrderSeen)[-1].status is OrderStatus.FILLED
        read = await guard.gateway.read_account(ACCOUNT, SINCE)
        assert read.positions is not None
        assert [(row.contract, row.signed_size) for row in read.positions] == [(guard.contract, 3)]
        assert read.orders == ()
        assert read.trades is not None
        assert [row.id for row in read.trades] == [event.trade.id for event in guard.seen(TradeSeen)]
        assert (read.name, read.can_trade) == ("PRAC-1", True)
        contract = await guard.gateway.resolve_contract(guard.contract)
        assert contract is not None
        assert contract.tick_size > 0
        assert await guard.gateway.resolve_contract("CON.F.US.XYZ.Z99") is None
        assert {row.account for row in await guard.gateway.accounts()} == {7, 8}
        assert contract in await guard.gateway.contracts()


@pytest.mark.parametrize("shape", ["bare", "list", "bare-list"])
async def test_every_shape_of_user_events_is_read(shape: Any) -> None:
    async with guarded() as guard:
        guard.server.trader.install(Shape(shape=shape))
        guard.server.trader.buy(ACCOUNT, guard.contract, 2)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        assert guard.seen(PositionSeen)[-1].signed_size == 2
        assert guard.gateway.status().user_hub.unreadable == 0


@pytest.mark.parametrize("kind", ["broken", "null", "empty", "word", "types"])
async def test_a_malformed_event_is_told_and_the_next_one_read(kind: Any) -> None:
    async with guarded() as guard:
        guard.server.trader.install(Malformed(kind=kind, target="GatewayUserPosition"))
        guard.server.trader.buy(ACCOUNT, guard.contract, 2)
        await guard.until(lambda: bool(guard.seen(Unreadable)))
        guard.server.trader.buy(ACCOUNT, guard.contract, 1)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        assert guard.seen(PositionSeen)[-1].signed_size == 3
        assert len(guard.seen(Unreadable)) == 1
        assert not guard.seen(HubLost)


async def test_a_close_leaves_on_a_warm_connection_and_is_done() -> None:
    async with guarded() as guard:
        guard.server.trader.buy(ACCOUNT, guard.contract, 3)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        assert await guard.send(guard.close()) == CommandAccepted(account=ACCOUNT, command=guard.close())
        await guard.until(lambda: guard.server.trader.net(ACCOUNT, guard.contract) == 0)
        await guard.until(lambda: guard.seen(PositionSeen)[-1].signed_size == 0)
        refused = await guard.send(guard.close())
        assert isinstance(refused, CommandRefused)
        assert refused.refusal is Refusal.NOTHING_OPEN
        assert guard.gateway.status().commands_slow == 0


async def test_each_kind_of_command_is_understood() -> None:
    async with guarded() as guard:
        guard.server.trader.set_price(guard.contract, Decimal(5000))
        guard.server.trader.buy(ACCOUNT, guard.contract, 3)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        stop = PlaceStop(
            account=ACCOUNT, contract=guard.contract, side=Side.SELL, size=3, price=Decimal(4900), tag="rm-1"
        )
        placed = await guard.send(stop)
        assert isinstance(placed, CommandAccepted)
        assert placed.order is not None
        reduce = Reduce(account=ACCOUNT, contract=guard.contract, size=1)
        assert isinstance(await guard.send(reduce), CommandAccepted)
        await guard.until(lambda: (placed.order, OrderStatus.OPEN) in news(guard))
        resize = Resize(account=ACCOUNT, order=placed.order, size=2)
        assert isinstance(await guard.send(resize), CommandAccepted)
        move = MoveStop(account=ACCOUNT, order=placed.order, price=Decimal("4910.25"))
        assert isinstance(await guard.send(move), CommandAccepted)
        order = guard.server.trader.working(ACCOUNT)[0]
        assert (order.size, order.stop_price) == (2, Decimal("4910.25"))
        await guard.until(lambda: guard.server.trader.net(ACCOUNT, guard.contract) == 2)
        read = await guard.gateway.read_account(ACCOUNT, SINCE)
        assert read.orders is not None
        assert [row.order for row in read.orders] == [placed.order]
        cancel = Cancel(account=ACCOUNT, order=placed.order)
        assert isinstance(await guard.send(cancel), CommandAccepted)
        assert not guard.server.trader.working(ACCOUNT)
        gone = await guard.send(cancel)
        assert isinstance(gone, CommandRefused)
        assert gone.refusal is Refusal.ORDER_GONE


def news(guard: Guarded) -> list[tuple[int, OrderStatus]]:
    return [(event.order, event.status) for event in guard.seen(OrderSeen)]


async def test_more_orders_than_a_page_are_all_read() -> None:
    async with guarded() as guard:
        guard.server.trader.set_price(guard.contract, Decimal(5000))
        for number in range(230):
            body = PlaceStop(
                account=ACCOUNT, contract=guard.contract, side=Side.SELL, size=1, price=Decimal(4000), tag=f"t-{number}"
            )
            guard.server.venue.answer(*placed_as_trader(guard, body))
        read = await guard.gateway.read_account(ACCOUNT, SINCE)
        assert read.orders is not None
        assert len(read.orders) == 230


def placed_as_trader(guard: Guarded, command: PlaceStop) -> Any:
    from risk_manager.gateway.request import request_of

    path, body = request_of(command)
    return path, body, "trader", guard.server.venue.trouble_of(path)


async def test_a_list_with_an_odd_row_is_not_complete_and_its_good_rows_are_told() -> None:
    async with guarded() as guard:
        other = next(contract for contract in guard.server.exchange.quoted if contract != guard.contract)
        guard.server.trader.buy(ACCOUNT, guard.contract, 2)
        guard.server.trader.buy(ACCOUNT, other, 1)
        await guard.until(lambda: len(guard.seen(TradeSeen)) == 2)
        guard.server.exchange.ledger.positions[ACCOUNT, other].average_price = Decimal(-1)
        guard.events.clear()
        read = await guard.gateway.read_account(ACCOUNT, SINCE)
        assert read.positions is None
        assert read.orders == ()
        assert [type(event) for event in guard.events] == [Unreadable, PositionSeen]


async def test_accounts_that_are_listened_to_can_change() -> None:
    async with guarded() as guard:
        guard.gateway.listen_to([8])
        await guard.until(lambda: guard.gateway.status().warm_connections == 2)
        await asyncio.sleep(0.05)
        guard.server.trader.buy(ACCOUNT, guard.contract, 2)
        guard.server.trader.buy(8, guard.contract, 1)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        assert {event.account for event in guard.seen(PositionSeen)} == {8}


async def test_an_old_gateway_without_the_query_is_asked_the_old_way() -> None:
    async with guarded() as guard:
        guard.server.trader.install(Status(path="/api/Order/v2/query", status=404))
        read = await guard.gateway.read_account(ACCOUNT, SINCE)
        assert read.orders == ()
        assert guard.requests("/api/Order/searchOpen") == 1


async def test_a_lost_reply_is_lost_and_never_sent_again() -> None:
    async with guarded() as guard:
        guard.server.trader.buy(ACCOUNT, guard.contract, 3)
        guard.server.trader.install(LostReply(path=CLOSE))
        ended = await guard.send(guard.close())
        assert isinstance(ended, CommandLost)
        assert guard.requests() == 1


async def test_quotes_that_stand_still_can_be_fetched_by_a_restart() -> None:
    async with guarded() as guard:
        guard.gateway.subscribe_quotes([guard.contract])
        await guard.until(lambda: len(guard.seen(QuoteSeen)) == 1)
        guard.gateway.restart_market_hub("Quotes stand still.")
        await guard.until(lambda: len(guard.seen(QuoteSeen)) == 2)
        assert HubLost(hub=Hub.MARKET, why="Quotes stand still.") in guard.events


async def test_a_401_was_not_executed_and_is_sent_again_with_a_new_token() -> None:
    async with guarded() as guard:
        guard.server.trader.buy(ACCOUNT, guard.contract, 1)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        guard.server.tokens.revoke_all()
        assert isinstance(await guard.send(guard.close()), CommandAccepted)
        assert (await guard.gateway.read_account(ACCOUNT, SINCE)).positions is not None


async def test_a_token_that_was_refused_is_never_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with guarded() as guard:
        used: list[str] = []
        owner = guard.server.tokens.owner

        def noted(token: str, at: datetime) -> str | None:
            used.append(token)
            return owner(token, at)

        guard.server.trader.buy(ACCOUNT, guard.contract, 1)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))
        guard.server.tokens.revoke_all()
        monkeypatch.setattr(guard.server.tokens, "owner", noted)
        assert isinstance(await guard.send(guard.close()), CommandAccepted)
        stale, renewed = used[0], used[-1]
        assert used.count(stale) == 1
        assert renewed != stale


async def test_429_and_502_are_lost_and_a_429_makes_reads_wait() -> None:
    async with guarded() as guard:
        guard.server.trader.install(Status(path=CLOSE, status=502))
        assert isinstance(await guard.send(guard.close()), CommandLost)
        guard.server.trader.install(Status(path=CLOSE, status=429))
        assert isinstance(await guard.send(guard.close()), CommandLost)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(guard.gateway.read_account(ACCOUNT, SINCE), 0.1)
        refused = await guard.send(guard.close())
        assert isinstance(refused, CommandRefused)


async def test_a_read_that_is_refused_raises_its_kind() -> None:
    async with guarded() as guard:
        with pytest.raises(RefusedError, match="AccountNotFound"):
            await guard.gateway.read_account(999, SINCE)
        guard.server.trader.install(Status(path="/api/Account/search", status=429))
        with pytest.raises(TooManyError):
            await guard.gateway.accounts()
        with pytest.raises(TimeoutError):  # the next read waits, a close does not
            await asyncio.wait_for(guard.gateway.accounts(), 0.1)
        assert isinstance(await guard.send(guard.close()), CommandRefused)


async def test_many_closes_are_in_flight_at_once() -> None:
    async with guarded() as guard:
        guard.server.trader.install(Slow(path=CLOSE, seconds=0.2, times=None))
        under_way = [start(answer_to(guard, f"CON.F.US.X{number}.Z25"), f"close {number}") for number in range(6)]
        await guard.until(lambda: guard.requests() == 6)
        assert not any(task.done() for task in under_way)
        assert all(isinstance(ended, CommandRefused) for ended in await asyncio.gather(*under_way))


async def answer_to(guard: Guarded, contract: str) -> AnyEvent:
    return await guard.send(Close(account=ACCOUNT, contract=contract))


async def test_a_cut_hub_comes_back_with_its_subscriptions() -> None:
    async with guarded() as guard:
        guard.gateway.subscribe_quotes([guard.contract])
        guard.server.trader.install(CutHub(hub="*"))
        await guard.is_up(hubs=4)
        assert {event.hub for event in guard.seen(HubLost)} == set(Hub)
        guard.server.trader.buy(ACCOUNT, guard.contract, 1)
        await guard.until(lambda: bool(guard.seen(PositionSeen)))


async def test_a_logout_that_ends_all_tokens_is_recovered_from() -> None:
    async with guarded() as guard:
        guard.server.trader.install(Logout(ends_tokens=True))
        await guard.is_up(hubs=4)
        assert isinstance(await guard.send(guard.close()), CommandRefused)
        assert len(guard.server.trader.requests("/api/Auth/loginKey")) == 2


async def test_a_token_is_renewed_in_time_and_the_hubs_follow_one_by_one() -> None:
    async with guarded(token_lifetime=timedelta(seconds=4)) as guard:
        await guard.until(lambda: len(guard.seen(HubBack)) >= 4)
        story = [event for event in guard.events if isinstance(event, HubLost | HubBack)][2:6]
        assert story == [
            HubLost(hub=Hub.USER, why="Rebuilt on purpose, with a new token."),
            HubBack(hub=Hub.USER),
            HubLost(hub=Hub.MARKET, why="Rebuilt on purpose, with a new token."),
            HubBack(hub=Hub.MARKET),
        ]
        assert guard.requests("/api/Auth/validate") >= 1


async def test_a_refused_login_says_what_to_do_and_is_tried_again() -> None:
    login = Login(refusal_code=9)
    async with guarded(up=False, logins=[login]) as guard:
        await guard.until(lambda: bool(guard.seen(LoginRefused)))
        why = guard.seen(LoginRefused)[0].why
        assert "This login has no API subscription (/api/Auth/loginKey, code 9 ApiSubscriptionNotFound)" in why
        assert "link it in the platform's settings" in why
        assert "simulator-key" not in why + repr(guard.gateway.__dict__)
        login.refusal_code = None
        await guard.is_up()


async def test_a_refusal_with_text_comes_through_whole() -> None:
    async with guarded() as guard:
        guard.server.trader.install(Refuse(path=CLOSE, code=5, text="Velocity."))
        ended = await guard.send(guard.close())
        assert isinstance(ended, CommandRefused)
        assert ended.refusal is Refusal.OTHER
        assert ended.why == f"It says: Velocity. ({CLOSE}, code 5 OrderRejected)"
