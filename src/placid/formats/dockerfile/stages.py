"""The stages of a Dockerfile: where each begins, what it is built on, and what its variables say.

FROM sees only the ARGs before the first FROM. A stage sees its own ARGs (one without a value takes
that of the ARG before the first FROM) and ENVs, and the ENVs of the stage it is built on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.dockerfile.nodes import Dockerfile, Instruction, Word
from placid.formats.dockerfile.variables import expand

Scope = dict[str, str | None]
"""Names that are set, with their values; None when the value cannot be known from the file."""

_PLATFORM: Scope = {
    **dict.fromkeys(("BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT")),
    **dict.fromkeys(("TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH")),
    **dict.fromkeys(("TARGETVARIANT", "TARGETSTAGE")),
}
_GIVEN: Scope = {
    name: None
    for word in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (word, word.lower())
}


@dataclass(frozen=True, slots=True)
class Stage:
    """From one FROM to the next.

    base      the word behind FROM as written; `image` the same with ARGs filled in, None: unknown
    parent    the index of the stage it is built on; None when that is an image
    given     the variables that hold where it begins: those of its parent
    outside   the ARGs before the first FROM, which count in it once they are named again
    """

    index: int
    name: str | None
    name_span: Span | None
    start: Instruction
    base: Word | None
    image: str | None
    parent: int | None
    instructions: tuple[Instruction, ...]
    given: Scope
    outside: Scope

    def of(self, *keywords: str) -> Iterator[Instruction]:
        """Its instructions of these kinds."""
        return (each for each in self.instructions if each.keyword in keywords)

    def scopes(self) -> Iterator[tuple[Instruction, Scope]]:
        """Each instruction with the variables that it sees; the scope grows as you go on."""
        scope = {**_GIVEN, **self.given}
        for each in self.instructions:
            yield each, scope
            _learn(each, scope, self.outside, None)


def stages(dockerfile: Dockerfile) -> tuple[Stage, ...]:
    """The stages in order; instructions before the first FROM belong to none."""
    starts = [at for at, each in enumerate(dockerfile.instructions) if each.keyword == "FROM"]
    ends = [*starts[1:], len(dockerfile.instructions)][: len(starts)]
    outside: Scope = {**_PLATFORM}
    for each in dockerfile.instructions[: starts[0]] if starts else ():
        _learn(each, outside, {}, "")
    found: list[Stage] = []
    envs: list[Scope] = []
    for start, end in zip(starts, ends, strict=True):
        body = dockerfile.instructions[start + 1 : end]
        stage = _stage(found, envs, dockerfile.instructions[start], body, outside)
        found.append(stage)
        names = {pair.name for each in stage.of("ENV") for pair in each.pairs}
        last = stage.given
        for _, scope in stage.scopes():
            last = scope
        envs.append({**stage.given, **{name: last.get(name) for name in names}})
    return tuple(found)


def find(known: Iterable[Stage], name: str) -> Stage | None:
    """The stage a name (or number) means: the last one of that name."""
    wanted = name.lower()
    for stage in reversed(list(known)):
        if stage.name == wanted or (wanted.isdecimal() and str(stage.index) == wanted):
            return stage
    return None


def chain(known: tuple[Stage, ...], stage: Stage) -> tuple[Stage, ...]:
    """A stage and those it is built on, the first one first."""
    found = [stage]
    while found[-1].parent is not None:
        found.append(known[found[-1].parent])
    return tuple(reversed(found))


def _stage(
    before: list[Stage],
    envs: list[Scope],
    start: Instruction,
    body: tuple[Instruction, ...],
    outside: Scope,
) -> Stage:
    words = start.words
    name, span = None, None
    if len(words) == 3 and words[1].text.upper() == "AS":
        name, span = words[2].text.lower(), words[2].span
    image = expand(_unquoted(words[0].text), outside) if words else None
    parent = find((each for each in before if each.name), image) if image else None
    if parent is not None and parent.name != (image or "").lower():
        parent = None
    return Stage(
        len(before),
        name,
        span,
        start,
        words[0] if words else None,
        image,
        parent.index if parent else None,
        body,
        envs[parent.index] if parent else {},
        outside,
    )


def _unquoted(text: str) -> str:
    """The word without the quotes around it, which the builder takes off."""
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _learn(instruction: Instruction, scope: Scope, outside: Scope, missing: str | None) -> None:
    """Take what an ARG or ENV sets into a scope."""
    if instruction.keyword == "ENV":
        values = {
            pair.name: expand(pair.value.text, scope, missing=missing) if pair.value else None
            for pair in instruction.pairs
        }
        scope.update(values)
    elif instruction.keyword == "ARG":
        for pair in instruction.pairs:
            if pair.value is not None:
                scope[pair.name] = expand(pair.value.text, scope, missing=missing)
            else:
                scope[pair.name] = outside.get(pair.name)
