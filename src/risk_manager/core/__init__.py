"""The brain: what is true, what is wrong, what to ask for.

Nothing here can wait, log, draw a random number, open a file or look at a clock: time, settings and events are
arguments. It may import the standard library's pure parts and msgspec, nothing else of the package.
Read `engine.py` first (the whole loop on one screen), then `state.py`, then any rule.
"""
