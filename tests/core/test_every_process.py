"""The same events lead to the same answers and the same state, written down the same, in every process.

A set of texts is walked through in another order in each process, so a state that is made by walking through one is
another one when the journal is replayed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest

from risk_manager.core import engine
from risk_manager.core.events import AccountRead, AnyEvent, OrderSeen, PositionSeen, QuoteSeen
from risk_manager.core.model import OrderType, Side
from tests.core.storm import VARIANTS, settings_of

START = datetime(2025, 10, 23, 15, 0, tzinfo=UTC)
ACCOUNTS = (1, 2)
CONTRACTS = tuple(f"CON.F.US.{code}.Z25" for code in ("MNQ", "EP", "RTY", "M2K", "CLE", "GCE", "MYM", "EU6"))


def events(draw: Random) -> Iterator[AnyEvent]:
    """The first reads, then prices, and reads in which many things have come and gone at once."""
    for account in ACCOUNTS:
        yield AccountRead(account=account, asked_at=START, positions=(), orders=(), trades=(), after_restart=True)
    for minute in range(60):
        for account in ACCOUNTS:
            held = [
                PositionSeen(
                    account=account, contract=contract, signed_size=draw.choice((-2, 1, 3)), average_price=Decimal(100)
                )
                for contract in draw.sample(CONTRACTS, draw.randint(0, 6))
            ]
            working = [
                OrderSeen(
                    account=account,
                    order=100 * minute + number,
                    contract=contract,
                    side=draw.choice((Side.BUY, Side.SELL)),
                    type=OrderType.LIMIT,
                    size=1,
                    limit_price=Decimal(99),
                )
                for number, contract in enumerate(draw.sample(CONTRACTS, draw.randint(0, 4)))
            ]
            at = START + timedelta(seconds=10 * minute)
            yield AccountRead(account=account, asked_at=at, positions=tuple(held), orders=tuple(working))
            yield QuoteSeen(contract=draw.choice(CONTRACTS), last=Decimal(draw.randint(90, 110)))


def told(variant: int) -> str:
    """What a long story comes to."""
    settings = dict.fromkeys(ACCOUNTS, settings_of(tuple(min(variant, len(one)) for one in VARIANTS.values())))
    state = engine.begin(ACCOUNTS, START)
    digest = hashlib.blake2b()
    for number, event in enumerate(events(Random(variant))):
        step = engine.step(state, event, settings, START + timedelta(seconds=number))
        state = step.state
        digest.update(msgspec.json.encode((step.breaches, step.alerts, step.commands, step.locks, step.deadline)))
        digest.update(engine.dump(state))
    return digest.hexdigest()


def in_another_process(variant: int, seed: str) -> str:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    words = [sys.executable, "-m", "tests.core.test_every_process", str(variant)]
    return subprocess.run(words, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_a_story_comes_to_the_same_in_every_process(variant: int) -> None:
    assert {in_another_process(variant, seed) for seed in "123"} == {told(variant)}


if __name__ == "__main__":
    print(told(int(sys.argv[1])))
