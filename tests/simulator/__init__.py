"""The simulated gateway, from single decisions of the venue to real sockets."""
