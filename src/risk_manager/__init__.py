"""Keeps a futures account inside limits that its owner has set, and closes it when they are reached.

Start with `core/engine.py`; `docs/ARCHITECTURE.md` has the picture.
"""

__version__ = "0.1.0"
