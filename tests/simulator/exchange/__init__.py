"""The venue without sockets."""
