"""The stop and the target of a bracket stay, in whatever order their messages and those of the entry come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from risk_manager.core.commands import PlaceStop
from risk_manager.core.model import OrderStatus, Side
from tests.core.bracket import Brackets
from tests.core.exchange import MNQ
from tests.core.storm import STARTS, VARIANTS, Passes, World

KEYS = tuple(VARIANTS)
SETTINGS = {"max_contracts": 1, "max_contracts_per_instrument": 1, "trade_frequency_limit": 1, "no_stop_loss_grace": 1}
"""Two MNQ by the symbol, three in all, and the second entry of a minute begins a cooldown."""
LAGS = [timedelta(milliseconds=number) for number in (0, 300, 900)]


@pytest.mark.parametrize(("side", "size"), list(product(Side, (1, 2))))
@pytest.mark.parametrize("lag", LAGS)
def test_every_order_of_the_messages_leaves_both_legs(side: Side, size: int, lag: timedelta) -> None:
    choice = tuple(SETTINGS.get(key, 0) for key in KEYS)
    for telling, legs_first in product(range(6), (False, True)):
        world = World({1: choice}, STARTS[0], lag)
        world.do(Brackets(1, 0, side, size, 40, telling, legs_first))
        world.do(Passes(Decimal(10)))
        told = f"telling {telling}, legs first {legs_first}"
        assert [(heard.at, heard.step.breaches) for heard in world.heard if heard.step.breaches] == [], told
        assert [heard.step.commands for heard in world.heard if heard.step.commands] == [], told
        account = world.state.accounts[1]
        assert account.positions[MNQ].signed_size == size * side.sign, told
        assert [order.status for order in account.orders.values()] == [OrderStatus.OPEN] * 2, told


@pytest.mark.parametrize("lag", LAGS)
def test_a_cooldown_that_the_entry_begins_leaves_its_legs(lag: timedelta) -> None:
    choice = tuple({"trade_frequency_limit": 1, "trade_management": 1}.get(key, 0) for key in KEYS)
    for telling, legs_first in product(range(6), (False, True)):
        world = World({1: choice}, STARTS[0], lag)
        for contract in (1, 0):  # the second entry of the minute is the one that may still be made
            world.do(Brackets(1, contract, Side.BUY, 1, 40, telling, legs_first))
            world.do(Passes(Decimal(10)))
        told = f"telling {telling}, legs first {legs_first}"
        assert [lock.rule for lock in world.state.accounts[1].locks] == ["RULE-006"], told
        commands = [command for heard in world.heard for command in heard.step.commands]
        assert [command for command in commands if not isinstance(command, PlaceStop)] == [], told
        assert len(world.exchanges[1].orders) == 4, told
