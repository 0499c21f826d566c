"""Regular expressions of .NET for Python."""

from placid.formats.runnertext.regexes.reader import RegexError
from placid.formats.runnertext.regexes.translation import Expression

__all__ = ["Expression", "RegexError"]
