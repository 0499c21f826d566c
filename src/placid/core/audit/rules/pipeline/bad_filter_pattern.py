"""Patterns of branches, tags and paths can match something.

Why: a filter that never matches is a workflow that never runs, and one that only excludes excludes
everything. Git refuses branch names with a blank, `~`, `^` or `:`; paths start at the root of
the repository, without `./` or `/`.

Bad: `paths: ['./src/**']`

Good: `paths: ['src/**']`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.workflows import is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule

_NO_REF = re.compile(r"[ ~^:]|\.\.|//|@\{|/$|^!?/|\.lock$")
_BAD_RANGE = re.compile(r"\[([^\]]*)\]?")


@path_rule("pipeline/bad-filter-pattern", Severity.HIGH, docs=__doc__ or "", reads=is_workflow)
def bad_filter_pattern(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Look at every filter of every event."""
    read = workflow(repository, path)
    for trigger in read.triggers if read is not None else ():
        for name, patterns in trigger.filters:
            for pattern in patterns:
                wrong = _wrong(name.removesuffix("-ignore"), pattern.text)
                if wrong:
                    yield Hit(
                        f"{name}: {pattern.text} matches nothing: {wrong}",
                        (Place(path, pattern.span),),
                        fix=_fix(path, pattern),
                        action="mend filters that match nothing",
                    )
            if patterns and all(pattern.text.startswith("!") for pattern in patterns):
                yield Hit(
                    f"{name} only excludes, so that nothing is left; use {name}-ignore, "
                    "or start with a pattern that includes",
                    (Place(path, patterns[0].span),),
                    action="mend filters that match nothing",
                    severity=Severity.MEDIUM,
                )


def _wrong(name: str, pattern: str) -> str:
    text = pattern.removeprefix("!")
    if name == "paths":
        if text.startswith(("./", "../", "/")) or text != text.strip():
            return "paths start at the root of the repository, without ./ or /"
    elif found := _NO_REF.search(text):
        return f"no {name.removesuffix('es').removesuffix('s')} has {found[0]!r} there"
    return _brackets(text)


def _brackets(text: str) -> str:
    for found in _BAD_RANGE.finditer(text.replace("\\[", "")):
        if not found[0].endswith("]"):
            return "a [ is not closed"
        if not found[1]:
            return "[] holds no character"
        for low, high in re.findall(r"(\w)-(\w)", found[1]):
            if low > high:
                return f"the range {low}-{high} runs backwards"
    return ""


def _fix(path: str, pattern: Scalar) -> Fix | None:
    """Without the ./ that is in the way."""
    text = pattern.text
    if not pattern.plain or not text.startswith("./") or text.startswith("./*"):
        return None
    return Fix(f"write {text[2:]}", (Edit(Place(path, pattern.span), text[2:]),))
