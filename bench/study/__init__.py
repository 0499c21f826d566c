"""The simulation study of the judge; `python bench/judge.py` runs it."""
