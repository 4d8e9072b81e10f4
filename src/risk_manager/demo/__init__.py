"""The demo: a simulated gateway, the guard, and a trader who has lost his temper. No account is needed.

`script.py` is the story, `stage.py` what it plays on; `told.py` tells it as text, `shown.py` shows it on the dashboard.
"""
