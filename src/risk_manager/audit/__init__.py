"""Looking back: is the journal what was written, and does the engine still say the same about it.

Commands for people; they only read, also while a guard runs. Imports `store`, `config` and `core`.
"""
