"""Scenarios, told to the real engine: the real configuration loader, the real gateway decoding, a clock of its own.

`scenario.py` is what a file says, `story.py` tells it to `guard.py` (the engine and its clock), `broker.py` answers,
`judge.py` compares, `report.py` prints, `command.py` is `risk-manager rehearse`. No network and no waiting.
Imports config, gateway, core.
"""
