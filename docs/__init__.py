"""Pages for people; those that follow from the code are made by `rule_pages.py`."""
