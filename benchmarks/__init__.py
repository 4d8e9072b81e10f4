"""How fast it is, beside the bars that it has to hold. `python3 run.py bench` runs all, README.md says more."""
