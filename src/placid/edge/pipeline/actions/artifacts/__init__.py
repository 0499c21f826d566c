"""Artifacts: which files a path means, where they are kept during a run, and what names are."""
