"""What Dockerfiles copy from their context, and which files of the repository that is."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from placid.core.audit.facts.dockerfiles import Built
from placid.core.audit.model import Repository
from placid.formats.dockerfile import Instruction, Stage, Word, chain, expand

_PATTERN = re.compile(r"[*?\[]")
_NO_PATH = re.compile(r"://|^git@")


class Copied(NamedTuple):
    """One source of a COPY or ADD. `source` is a path or pattern in the context, "." for all."""

    stage: Stage
    instruction: Instruction
    word: Word
    source: str

    @property
    def pattern(self) -> bool:
        """Whether it may mean several files."""
        return bool(_PATTERN.search(self.source))


def copied(built: Built) -> Iterator[Copied]:
    """The sources in order; those that nobody can know from the file are left out."""
    for stage in built.stages:
        for each, scope in stage.scopes():
            if each.keyword not in {"COPY", "ADD"} or each.flag("from"):
                continue
            for word in each.words[:-1]:
                text = expand(word.text, scope, missing=None)
                if text is None or _NO_PATH.search(text) or text.startswith("<<"):
                    continue
                clean = posixpath.normpath(text.lstrip("/") or ".")
                yield Copied(stage, each, word, clean)


def shipped_stages(built: Built) -> set[int]:
    """The stages that make the final image."""
    final = built.final
    return {stage.index for stage in chain(built.stages, final)} if final else set()


def in_context(repository: Repository, built: Built, source: str) -> Iterator[str]:
    """The files of the repository that a source means, as paths in the context."""
    prefix = f"{built.context}/" if built.context else ""
    if source == "." or not _PATTERN.search(source):
        exact = prefix + source
        if source != "." and repository.has(exact):
            yield source
        below = prefix if source == "." else f"{exact}/"
        yield from (path[len(prefix) :] for path in _below(repository, below))
        return
    wanted = [_part(part) for part in source.split("/")]
    for path in _below(repository, prefix):
        parts = path[len(prefix) :].split("/")
        if len(parts) < len(wanted):
            continue
        if all(known.match(part) for known, part in zip(wanted, parts, strict=False)):
            yield path[len(prefix) :]


def _below(repository: Repository, prefix: str) -> Iterator[str]:
    """The paths that begin with a prefix; they are sorted."""
    paths = repository.paths
    for at in range(bisect_left(paths, prefix), len(paths)):
        if not paths[at].startswith(prefix):
            return
        yield paths[at]


def _part(part: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(part.replace("[^", "[!")))
