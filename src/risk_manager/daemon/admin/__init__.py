"""The admin's door into a running guard: a password, a token for a while, and few words."""
