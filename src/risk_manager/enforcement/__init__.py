"""Carries commands out and brings the results back as events (MOD-001).

Imports `core` only; the broker is a port that it declares itself (`broker.py`). It decides nothing: what is
commanded again, and when, is the engine's pursuit. Start reading at `enforcement.py`.
"""
