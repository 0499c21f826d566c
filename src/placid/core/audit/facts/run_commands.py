"""What the RUN instructions of a Dockerfile call, each command with its place in the file.

A Dockerfile whose shell is not a POSIX one (Windows images, SHELL with powershell) has none, and so
have instructions in exec form, except that `["sh", "-c", "..."]` is no reason to read it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.core.audit.facts.dockerfiles import parsed
from placid.core.audit.model import Repository, path_fact
from placid.formats.dockerfile import Dockerfile, Instruction, Joined, Stage, chain
from placid.formats.shell import Command, Word, commands

_HEREDOC = re.compile(r"^(?:(?:set|env)\s[^\n]*)?\s*[0-9]*<<-?\s*\S+\s*$")
_OF_SHELL = re.compile(r"(?!#!)|#!\s*\S*(?:/|env\s+)(?:ba|da|z|k)?sh\b")


class Call(NamedTuple):
    """One command of a RUN; `script` is the text it stands in, the instruction's or a heredoc's."""

    stage: Stage
    instruction: Instruction
    script: Joined
    command: Command

    @property
    def span(self) -> Span:
        """Where the command is written, from its first word to its last."""
        return self.script.span(self.command.start, self.command.end)

    def at(self, word: Word) -> Span:
        """Where one of its words is written."""
        return self.script.span(word.start, word.end)

    @property
    def text(self) -> str:
        """All that the RUN says."""
        return "\n".join(each.text for each in self.instruction.scripts())

    @property
    def caches(self) -> str:
        """Where the RUN mounts caches: what is written there is not in the image."""
        mounts = (flag.value or "" for flag in self.instruction.flags if flag.name == "mount")
        return " ".join(mount for mount in mounts if "type=cache" in mount or "tmpfs" in mount)

    def behind(self, word: Word) -> Span:
        """The point right behind one of its words."""
        end = self.at(word).end
        return Span(end, end)


@path_fact
def run_commands(repository: Repository, path: str) -> tuple[Call, ...]:
    """The commands of all RUN instructions in shell form, in order."""
    known = parsed(repository, path)
    if known is None or not _is_posix(known[0]):
        return ()
    return tuple(
        Call(stage, each, script, command)
        for stage in known[1]
        for each in stage.of("RUN")
        for script in _scripts(each)
        for command in commands(script.text)
    )


def _scripts(instruction: Instruction) -> tuple[Joined, ...]:
    if instruction.exec_form:
        return ()
    if not instruction.heredocs:
        return (instruction.arguments,)
    if not _HEREDOC.match(instruction.arguments.text):
        return (instruction.arguments,)
    bodies = (each.body for each in instruction.heredocs)
    return tuple(each for each in bodies if _OF_SHELL.match(each.text))


def _is_posix(dockerfile: Dockerfile) -> bool:
    for each in dockerfile.instructions:
        text = each.arguments.text.lower()
        if each.keyword == "SHELL" and re.search(r"powershell|pwsh|cmd|fish|python|perl", text):
            return False
        if each.keyword == "FROM" and re.search(r"windows|nanoserver|servercore", text):
            return False
    return dockerfile.escape == "\\"


def shipped(repository: Repository, path: str) -> tuple[Call, ...]:
    """The commands whose traces are in the final image."""
    known = parsed(repository, path)
    if known is None or not known[1]:
        return ()
    kept = {stage.index for stage in chain(known[1], known[1][-1])}
    return tuple(each for each in run_commands(repository, path) if each.stage.index in kept)
