"""The Windows service: what installing does, who may do what with it, and the process that the service manager starts.

`descriptors` is the one table of who may do what. `acts` are the things that installing does, as data; `system` carries
them out on a `machine`, which `win32` is on Windows.
"""
