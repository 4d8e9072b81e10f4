"""The only place where the parts are put together: gateway, engine, enforcement, and whoever listens.

Read `guard.py` first: one inbox, one consumer; what the engine asks for leaves in the same turn of the loop. Then
`watch.py`: start, connections, reads, shutdown. Nobody imports this but the command line and the demo.
"""
