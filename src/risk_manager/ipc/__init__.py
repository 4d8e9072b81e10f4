"""The local door: what screens and other programs of the machine get of the guard, over a WebSocket, HTTP and a file.

Imports `core` only. Start reading at `messages.py` (what is said) and `client.py` (how a screen hears it); `server.py`
is the other side, `routes.py` the paths of HTTP.
"""
