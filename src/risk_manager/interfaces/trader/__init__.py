"""The trader's commands: they show, and change nothing."""
