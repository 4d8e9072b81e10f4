"""The pictures of the dashboard. `python -m docs.pictures` makes them anew; a test says when that is due."""
