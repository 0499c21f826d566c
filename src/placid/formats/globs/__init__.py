"""The patterns of `hashFiles`, as npm `@actions/glob` reads them, for systems with "/"."""

from placid.formats.globs.pattern import Pattern
from placid.formats.globs.selection import Selection

__all__ = ["Pattern", "Selection"]
