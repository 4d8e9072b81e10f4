"""The gateway part, from single messages to real sockets."""
