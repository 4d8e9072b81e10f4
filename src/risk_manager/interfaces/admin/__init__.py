"""The admin's commands: they need the password, and what they do is recorded."""
