"""What programs on this machine say to each other, as typed messages. Imports nothing but the core's words."""
