"""Dockerfiles, read exactly: every part with its characters in the file.

dockerfile = parse(text)                  # instructions, directives, faults
found = stages(dockerfile)                # FROM to FROM, with names, bases and scopes
expand(word.text, scope)                  # $VARIABLES as BuildKit fills them; None: not known
"""

from placid.formats.dockerfile.joined import Joined
from placid.formats.dockerfile.nodes import (
    Directive,
    Dockerfile,
    Fault,
    Flag,
    Heredoc,
    Instruction,
    Pair,
    Word,
)
from placid.formats.dockerfile.parse import parse
from placid.formats.dockerfile.stages import Scope, Stage, chain, find, stages
from placid.formats.dockerfile.validity import KEYWORDS
from placid.formats.dockerfile.variables import Use, expand, uses

__all__ = [
    "KEYWORDS",
    "Directive",
    "Dockerfile",
    "Fault",
    "Flag",
    "Heredoc",
    "Instruction",
    "Joined",
    "Pair",
    "Scope",
    "Stage",
    "Use",
    "Word",
    "chain",
    "expand",
    "find",
    "parse",
    "stages",
    "uses",
]
