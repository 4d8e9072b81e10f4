"""What starts the guard and keeps it running: one object behind `run`, the systemd unit and the Windows service.

`duty` is that object. `dog` ends a process whose engine stands still. `plan` is what `service install` will do, made by
one pure function a platform (`systemd/`, `windows/`) and carried out by a thin shell.
"""
