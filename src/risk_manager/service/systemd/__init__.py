"""Linux: the unit, what `service install` does, and what systemd is told while the guard runs."""
