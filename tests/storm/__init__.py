"""The whole daemon on a virtual clock, against the simulator's core, in a seeded storm of everything that goes wrong.

`python -m tests.storm --seeds 1000` tries seeds, `--seed N` tells the story of one. Start reading at `course.py`: how
one seed runs; `weather.py` is what goes wrong, `ledger.py`, `rest.py` and `judge.py` what must hold.
"""
