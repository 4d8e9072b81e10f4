"""The guard as a service of a systemd that has really booted: `run.py systemd`. Needs root and systemd-nspawn."""
