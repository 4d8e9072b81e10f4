"""`python -m tests.store.killed FOLDER SEED`: writes until it is killed, and says what is durable."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

from risk_manager.core import engine
from risk_manager.store import open_store
from tests.store.scalper import START, first_read, settings, turns
from tests.store.telling import Taken


def main(folder: Path, seed: int) -> None:
    by_account = {1: settings()}
    store = open_store(folder, now=lambda: START)
    found = store.recover(by_account, lambda _: by_account)
    state = found.state if found.state is not None else engine.begin(by_account, START)
    store.on_saved = lambda: print(f"durable {store.head.seq} {store.head.hash.hex()}", flush=True)
    store.begin(state)
    events = turns(seed, begin=state.accounts[1].arrivals + 1, at=state.now)
    for event, at in itertools.chain([(first_read(state.now), state.now)], events):
        step = engine.step(state, event, by_account, at)
        state = step.state
        store.heard(Taken(event, at, step))
        time.sleep(0.0005)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
