"""Alerts to people, in a thread of its own: nothing of the guard ever waits for it.

Read `notice.py` for what is told, `channel.py` for when it goes out, `notifier.py` for the thread. Each way to speak
(`discord.py`, `telegram.py`, `webhook.py`, `apprise.py`) makes a message of notices and reads what it is answered.
`untold.py` keeps what is critical for the next guard.
Imports `core`, `home` and aiohttp; it is handed addresses and tokens as plain text, and says none of them.
"""
