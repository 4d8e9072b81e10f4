"""What survives a crash: one SQLite file with a hash-chained journal, and tables that people and tools read.

Imports `core`, and `home` for whose a file is. Start reading at `store.py`; `scribe.py` says what becomes a line of
the journal, `tables.py` what becomes a row, `writer.py` when it is durable, `recovery.py` how a start goes on where the
last one ended. One thread of one process writes and checkpoints; everybody else reads.
"""

from risk_manager.store.copies import Copy
from risk_manager.store.errors import StoreError, StoreTrouble
from risk_manager.store.recovery import Recovered
from risk_manager.store.replaying import Replayed, replay
from risk_manager.store.restoring import restore
from risk_manager.store.retention import Keep
from risk_manager.store.store import Store, open_store
from risk_manager.store.verification import Verified, verify
from risk_manager.store.what_if import WhatIf, what_if

__all__ = [
    "Copy",
    "Keep",
    "Recovered",
    "Replayed",
    "Store",
    "StoreError",
    "StoreTrouble",
    "Verified",
    "WhatIf",
    "open_store",
    "replay",
    "restore",
    "verify",
    "what_if",
]
