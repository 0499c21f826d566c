"""A matrix has something to multiply, and excludes only what it has.

Why: a matrix without any vector makes the job fail before its first step. An `exclude` that matches
no combination leaves in what was meant to be left out.

Bad: `matrix: {os: [linux], exclude: [{os: windows}]}`

Good: `matrix: {os: [linux, windows], node: [22], exclude: [{os: windows, node: 22}]}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence
from placid.core.audit.facts.workflows import is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("pipeline/wrong-matrix", Severity.HIGH, docs=__doc__ or "", reads=is_workflow)
def wrong_matrix(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Look at every matrix that is written out."""
    read = workflow(repository, path)
    for job in read.jobs if read is not None else ():
        matrix = job.strategy.matrix if job.strategy is not None else None
        if not isinstance(matrix, Mapping) or any("${{" in e.key.text for e in matrix.entries):
            continue
        vectors = {entry.key.text.lower(): entry for entry in matrix.entries}
        include = vectors.pop("include", None)
        exclude = vectors.pop("exclude", None)
        for entry in (*vectors.values(), *([include] if include and not vectors else [])):
            if isinstance(entry.value, Sequence) and not entry.value.items:
                yield Hit(
                    f"Matrix vector '{entry.key.text}' does not contain any values",
                    (Place(path, entry.key.span),),
                    action="give every matrix something to multiply",
                )
        if not vectors and include is None:
            yield Hit(
                "Matrix must define at least one vector",
                (Place(path, matrix.span),),
                action="give every matrix something to multiply",
            )
        if exclude is not None and isinstance(exclude.value, Sequence):
            for item in exclude.value.items:
                yield from _excluded(path, item, vectors)


def _excluded(path: str, item: Node, vectors: dict[str, Entry]) -> Iterator[Hit]:
    for entry in item.entries if isinstance(item, Mapping) else ():
        vector = vectors.get(entry.key.text.lower())
        values = vector.value.items if vector and isinstance(vector.value, Sequence) else ()
        wrong = ""
        if vector is None:
            wrong = f"the matrix has no key {entry.key.text}"
        elif isinstance(entry.value, Scalar) and values and not _among(entry.value, values):
            wrong = f"{entry.key.text} is never {entry.value.text}"
        if wrong:
            yield Hit(
                f"this excludes nothing: {wrong}",
                (Place(path, entry.key.span),),
                action="exclude combinations that the matrix has",
                severity=Severity.LOW,
            )


def _among(value: Scalar, values: tuple[Node, ...]) -> bool:
    """Whether a vector has a value, or cannot be told."""
    if "${{" in value.text:
        return True
    for each in values:
        if (
            not isinstance(each, Scalar)
            or "${{" in each.text
            or each.text.lower() == value.text.lower()
        ):
            return True
        if each.value == value.value:
            return True
    return False
