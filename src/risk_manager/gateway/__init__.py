"""The broker's language and our own: TopstepX / ProjectX Gateway API, REST and two SignalR hubs.

Imports `core` only. Three layers: *wire* (`wire.py`, `codes.py`: the gateway's messages in its spelling),
*translate* (`translate.py`, `decode.py`, `replies.py`, `request.py`, `verdict.py`: pure, all knowledge of
quirks), *shell* (`hub.py`, `rest.py`, `express.py`, `session.py`: loops that move bytes and decide nothing).
`client.py` puts them together; start reading there.
"""
