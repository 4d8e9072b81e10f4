"""The REST calls as functions."""
