"""`risk-manager monitor`: what happens, as it happens, a line each."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from risk_manager import home as homes
from risk_manager.exit_codes import ExitCode
from risk_manager.interfaces.trader.dashboard import times
from risk_manager.interfaces.trader.dashboard.locks import advice
from risk_manager.interfaces.trader.picture import no_account, published_state
from risk_manager.interfaces.trader.reading import own_zone, usd
from risk_manager.ipc import messages
from risk_manager.ipc.client import Feed
from risk_manager.ipc.messages import Message
from risk_manager.ipc.news import HUBS, LockNews, OrderNews, PositionNews, TradeNews
from risk_manager.ipc.status import lock_condition

_NOT_SHOWN = messages.Snapshot | messages.Refused | messages.DaemonStatus | messages.MarketQuote


def run(*, home: Path | None = None, account: int | None = None, json: bool = False) -> int:
    """Show what happens as it happens, until Ctrl+C: orders, fills, breaches, locks, and what the guard does.

    Parameters
    ----------
    home
        The guard's home folder.
    account
        Only this account, and what concerns all of them.
    json
        Print each message as a line of JSON, for other programs.
    """
    status = published_state(home) if account is not None else None
    why = no_account(status, account) if status is not None else None
    if why is not None:
        print(why, file=sys.stderr)
        return ExitCode.BAD_INPUT
    return asyncio.run(_watch(homes.folder(home), account, as_json=json))


async def _watch(home: Path, account: int | None, *, as_json: bool) -> int:
    lost: list[str | None] = [None]

    def told(message: Message) -> None:
        text = told_line(message, account, as_json=as_json)
        if text is not None:
            print(text, flush=True)

    def changed() -> None:
        if feed.why_away != lost[0]:
            lost[0] = feed.why_away
            now = f"{datetime.now().astimezone():%H:%M:%S}"
            print(f"{now} {feed.why_away or 'Connected to the guard.'}", file=sys.stderr, flush=True)

    print(own_zone(datetime.now().astimezone()), file=sys.stderr, flush=True)
    feed = Feed(home, told=told, changed=changed)
    lost[0] = feed.why_away
    await feed.run()
    return 0


def told_line(message: Message, account: int | None, *, as_json: bool) -> str | None:
    """A message as a line; None for one that is not shown: prices, pictures, other accounts."""
    if isinstance(message, _NOT_SHOWN) or (account is not None and message.account_id not in (None, account)):
        return None
    if as_json:
        return msgspec.json.encode(message).decode()
    whose = f"{message.account_id} " if message.account_id is not None else ""
    return f"{message.at.astimezone():%H:%M:%S} {whose}{_says(message)}"


def _says(message: Message) -> str:
    match message:
        case messages.Trade(data=trade):
            return _trade(trade)
        case messages.Position(data=position):
            return _position(position)
        case messages.Order(data=order):
            return _order(order)
        case messages.Breached(data=breach):
            return f"{breach.rule} {'is waived for this: ' if breach.is_waived else 'BREACHED: '}{breach.why}"
        case messages.LockoutSet(data=lock):
            return _lock(lock, message.at)
        case messages.LockoutCleared(data=lock):
            return f"lock over: {lock.says}"
        case messages.EnforcementAction(data=act):
            return act.says
        case messages.Alerted(data=alert):
            return f"{alert.severity.upper()}: {alert.says}"
        case messages.DailyReset(data=day):
            return f"A new trading day begins; it ends {times.both(day.ends_at, message.at, None)}."
        case messages.Connection(data=line):
            what = HUBS[line.hub]
            return f"{what} is connected again" if line.is_connected else f"BLIND: {what} is away. {line.why}"
        case _:
            return ""


def _lock(lock: LockNews, now: datetime) -> str:
    kind = "LOCKED" if lock.kind == "hard" else "COOLDOWN"
    ends = times.both(lock.until, now, None) if lock.until is not None else lock_condition(lock.rule)
    return f"{kind} {lock.symbol or 'whole account'} until {ends}: {lock.why} ({lock.rule}). {advice(lock)}"


def _trade(trade: TradeNews) -> str:
    verb = "bought" if trade.side == "buy" else "sold"
    worth = f", {usd(trade.realized_pnl)}" if trade.realized_pnl is not None else ""
    return f"{verb} {trade.size} {trade.symbol} at {trade.price}{worth}" + (" (TAKEN BACK)" if trade.is_voided else "")


def _position(position: PositionNews) -> str:
    if not position.signed_size:
        return f"flat in {position.symbol}"
    way = "long" if position.signed_size > 0 else "short"
    return f"{way} {abs(position.signed_size)} {position.symbol} at {position.average_price}"


def _order(order: OrderNews) -> str:
    prices = [f"limit {order.limit_price}"] if order.limit_price is not None else []
    prices += [f"stop {order.stop_price}"] if order.stop_price is not None else []
    at = f" ({', '.join(prices)})" if prices else ""
    return f"order {order.id}: {order.side} {order.size} {order.symbol} {order.type}{at}: {order.status}"
