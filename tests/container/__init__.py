"""The image, really built and run: `run.py container`. Needs root and a Docker engine, which is started for it."""
