"""Clients that are not ours, on the simulator and beside the guard: no mistake can hide on both sides of a wire.

`prepare.py` installs them into `.venv/foreign` (Microsoft's SignalR client from npm, the project-x-py SDK in a Python
of its own); `signalr_client.cjs` and `sdk_client.py` trade with them and print what they saw as one JSON line; the
tests start the simulator as a program and judge that line. Run by `python3 run.py foreign`.
"""
