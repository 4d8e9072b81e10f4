"""`risk-manager admin`: the console on the whole screen. A page only looks; what changes something asks first."""
