"""The tests. A folder here for each part of the product; `test_*.py` beside this file judge the project as a whole.

`tests/foreign` needs other programs and runs apart: `python3 run.py foreign`.
"""
