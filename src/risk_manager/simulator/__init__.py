"""A gateway of our own: what the guard is tried against, by tests and by people who have no account yet.

It imitates the ProjectX Gateway as TopstepX uses it, from the gateway reference and from nothing else; it
imports nothing of the guard, so that a mistake in the guard's reading of the wire cannot hide here too.
`exchange` is the venue itself, pure and synchronous (no clock, socket, task or global randomness); `faults`
says what goes wrong on purpose; `rest`, `hubs` and `server` put both on a socket; `trader` is the human at
the other screen. Start reading at `exchange/exchange.py`, then `server.py`.
"""
