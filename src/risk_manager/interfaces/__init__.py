"""What people look at. It knows the words of `ipc` and nothing of the daemon behind them."""
