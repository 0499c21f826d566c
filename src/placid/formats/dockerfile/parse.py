"""Read a Dockerfile: its instructions with all their parts, and why it cannot be built.

Anything can be read; what is no Dockerfile gives faults. The rules are those of BuildKit's
Dockerfile frontend 1.
"""

from __future__ import annotations

import re
from dataclasses import replace

from placid.base.yamltext import Span
from placid.formats.dockerfile import validity
from placid.formats.dockerfile import words as split
from placid.formats.dockerfile.joined import Joined
from placid.formats.dockerfile.lines import Line, directives, lines
from placid.formats.dockerfile.nodes import Dockerfile, Heredoc, Instruction, Pair, Word

_EXEC = {"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"}
_PAIRS = {"ARG", "ENV", "LABEL"}
_LONE = {"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"}
_FIRST = re.compile(r"\s*(\S+)\s*")


def parse(text: str) -> Dockerfile:
    """The instructions of a Dockerfile."""
    found, faults = directives(text)
    escapes = [each.value for each in found if each.name == "escape"]
    escape = escapes[0] if escapes and escapes[0] in {"\\", "`"} else "\\"
    instructions: list[Instruction] = []
    for line in lines(text, escape):
        instruction = _instruction(line.text, line, escape)
        instructions.append(instruction)
        faults += validity.faults(instruction)
    faults += validity.of_the_file(tuple(instructions), len(text))
    return Dockerfile(tuple(instructions), tuple(found), tuple(faults), escape, len(text))


def _instruction(text: Joined, line: Line, escape: str) -> Instruction:
    match = _FIRST.match(text.text)
    start, end = match.span(1) if match else (0, 0)
    keyword = text.text[start:end].upper()
    flags, arguments = split.flags(text.part(match.end() if match else 0, len(text.text)))
    place = text.span(start, end)
    bare = Instruction(keyword, place, Span(place.start, line.end), flags, arguments)
    if keyword == "ONBUILD" or (keyword == "HEALTHCHECK" and arguments.text[:3].upper() == "CMD"):
        inner = _instruction(arguments, line, escape) if arguments.text else None
        return replace(bare, inner=inner, words=split.plain(arguments))
    heredocs = line.heredocs if keyword in {"RUN", "COPY", "ADD"} else ()
    return replace(_with_words(bare, escape, heredocs), heredocs=heredocs)


def _with_words(bare: Instruction, escape: str, heredocs: tuple[Heredoc, ...]) -> Instruction:
    arguments = bare.arguments
    if bare.keyword in _EXEC and not heredocs:
        strings = split.array(arguments)
        if strings is not None:
            return replace(bare, words=strings, exec_form=True)
    if bare.keyword in _PAIRS:
        found: tuple[Pair, ...] = (
            split.names(arguments, escape)
            if bare.keyword == "ARG"
            else split.pairs(arguments, escape)
        )
        return replace(bare, pairs=found)
    if bare.keyword in _LONE:
        return replace(bare, words=tuple(split.lone(arguments)))
    words: tuple[Word, ...] = split.plain(arguments)
    return replace(bare, words=words)
