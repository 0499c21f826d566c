"""Versions and the ranges that ecosystems write, and whether two statements can agree.

agree(npm(">=18 <21"), prefix("20.11"))     True
agree(minimum("1.25.0"), prefix("1.24"))    False
agree(npm("latest"), prefix("20"))          None: it cannot be known
"""

from placid.formats.versions.ranges import (
    cargo,
    composer,
    minimum,
    mix,
    npm,
    poetry,
    prefix,
    python,
    ruby,
)
from placid.formats.versions.sets import EVERY, NONE, Interval, Versions, agree, either, only
from placid.formats.versions.version import Version, numbers, version

__all__ = [
    "EVERY",
    "NONE",
    "Interval",
    "Version",
    "Versions",
    "agree",
    "cargo",
    "composer",
    "either",
    "minimum",
    "mix",
    "npm",
    "numbers",
    "only",
    "poetry",
    "prefix",
    "python",
    "ruby",
    "version",
]
