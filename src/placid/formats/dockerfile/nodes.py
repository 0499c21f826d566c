"""What a Dockerfile is made of. Every part knows its characters in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.formats.dockerfile.joined import Joined


class Word(NamedTuple):
    """One argument: `text` without the quotes, `raw` as written, both with escapes joined."""

    text: str
    raw: str
    span: Span


class Flag(NamedTuple):
    """`--name=value`; the value is None when there is no `=`."""

    name: str
    value: str | None
    span: Span


class Pair(NamedTuple):
    """`name=value` of ARG, ENV or LABEL; `ARG name` has no value. `span` takes in both."""

    name: str
    value: Word | None
    span: Span


class Directive(NamedTuple):
    """`# name=value` at the top of the file."""

    name: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Heredoc:
    """`<<NAME`: the lines up to NAME. `expand` is off when the name is quoted."""

    name: str
    body: Joined
    expand: bool
    closed: bool


class Fault(NamedTuple):
    """Why the file cannot be built. `fix` is the text that should stand at `span`, if certain."""

    message: str
    span: Span
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    keyword    in capitals; `keyword_span` is where it is written
    span       from the keyword to the end of the last line, heredocs taken in
    arguments  what follows the flags, comments and line breaks left out
    words      the arguments split as this instruction splits them (exec form: the strings)
    exec_form  the arguments are a JSON array of strings
    pairs      of ARG, ENV and LABEL
    inner      what ONBUILD holds, and the CMD of a HEALTHCHECK
    """

    keyword: str
    keyword_span: Span
    span: Span
    flags: tuple[Flag, ...]
    arguments: Joined
    words: tuple[Word, ...] = ()
    exec_form: bool = False
    pairs: tuple[Pair, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    inner: Instruction | None = None

    def flag(self, name: str) -> Flag | None:
        """The flag `--name`, or None."""
        return next((flag for flag in self.flags if flag.name == name), None)

    def scripts(self) -> Iterator[Joined]:
        """The shell text that a RUN, CMD or ENTRYPOINT in shell form hands over."""
        if not self.exec_form:
            yield self.arguments
            yield from (each.body for each in self.heredocs)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file. `escape` is the character that continues a line."""

    instructions: tuple[Instruction, ...]
    directives: tuple[Directive, ...]
    faults: tuple[Fault, ...]
    escape: str = "\\"
    text_end: int = 0
