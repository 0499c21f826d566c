"""Every `$NAME` that FROM and the stages use is one that they can see.

Why: an ARG before the first FROM counts for FROM lines only; in a stage it is empty until the stage
says `ARG NAME` again. And FROM sees nothing but those: `FROM python:$VERSION` with no ARG VERSION
above is `python:`, which no registry has.
Bad: `ARG VERSION=1`, `FROM alpine:3.20`, `RUN fetch $VERSION`
Good: `ARG VERSION=1`, `FROM alpine:3.20`, `ARG VERSION`, `RUN fetch $VERSION`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Dockerfile, Instruction, Stage, Word, uses

_SETS = (("", "="), ("for ", " in"), ("read ", ""), ("read -r ", ""))
_READ = {"RUN", "COPY", "ADD", "ENV", "LABEL", "USER", "WORKDIR", "EXPOSE", "VOLUME", "ARG"}


@path_rule("image/undefined-variable", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def undefined_variable(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    if known is None:
        return
    declared = _outside(known[0])
    for stage in known[1]:
        yield from _in_from(stage, path)
        yield from _in_stage(stage, declared, path)


def _outside(dockerfile: Dockerfile) -> dict[str, Span]:
    """The ARGs before the first FROM."""
    found: dict[str, Span] = {}
    for each in dockerfile.instructions:
        if each.keyword == "FROM":
            break
        found.update((pair.name, pair.span) for pair in each.pairs if each.keyword == "ARG")
    return found


def _in_from(stage: Stage, path: str) -> Iterator[Hit]:
    for use in uses(stage.base.text) if stage.base else ():
        if use.name not in stage.outside and use.operator not in {"-", ":-", "+", ":+"}:
            yield Hit(
                f"FROM uses ${use.name}, and no ARG {use.name} stands before the first FROM:"
                " it is empty",
                at=(Place(path, stage.base.span if stage.base else stage.start.span),),
                severity=Severity.HIGH,
            )


def _in_stage(stage: Stage, declared: dict[str, Span], path: str) -> Iterator[Hit]:
    said: set[str] = set()
    for each, scope in stage.scopes():
        for name, span in _names(each):
            if name not in declared or name in scope or name in said or _set(each, name):
                continue
            said.add(name)
            at = stage.start.span.end
            fix = Fix(f"add ARG {name}", (Edit(Place(path, Span(at, at)), f"\nARG {name}"),))
            yield Hit(
                f"{name} is empty here: its ARG stands before the first FROM, and the stage does"
                " not name it again",
                at=(Place(path, span), Place(path, declared[name])),
                fix=fix,
            )


def _set(instruction: Instruction, name: str) -> bool:
    """Whether a RUN gives the variable a value of its own."""
    text = instruction.arguments.text
    return any(f"{before}{name}{after}" in text for before, after in _SETS)


def _names(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """The variables of an instruction that stand for themselves, with their places."""
    if instruction.keyword not in _READ or (instruction.exec_form and instruction.keyword == "RUN"):
        return
    values = [pair.value for pair in instruction.pairs if pair.value]
    words: list[Word] = values or list(instruction.words)
    for word in words:
        if instruction.keyword == "RUN" and "'" in instruction.arguments.text:
            return
        for use in uses(word.raw):
            if not use.operator:
                yield use.name, word.span
