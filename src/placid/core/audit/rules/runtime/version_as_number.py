"""A version in a workflow is text, not a number that loses its zero.

Why: YAML reads `3.10` as the number 3.1, so the job asks for Python 3.1, which does not exist, or
for Go 1.2 instead of 1.20.
Bad: `python-version: 3.10`
Good: `python-version: "3.10"`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.ci_values import values
from placid.core.audit.facts.workflows import is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.runtimes import NAMES, setup_of
from placid.formats.workflows import Workflow


@path_rule("runtime/version-as-number", Severity.HIGH, docs=__doc__ or "", reads=is_workflow)
def version_as_number(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    text = repository.text(path) or ""
    read = workflow(repository, path) if "setup-" in text else None
    done: set[Span] = set()
    for runtime, span in _versions(read) if read else ():
        written = text[span.start : span.end]
        if span in done or not _loses_zero(written):
            continue
        done.add(span)
        place = Place(path, span)
        yield Hit(
            f"YAML reads {written} as {float(written):g}, so this asks for "
            f"{NAMES[runtime]} {float(written):g}",
            at=(place,),
            fix=Fix(f'write "{written}"', (Edit(place, f'"{written}"'),)),
            action="put versions in quotes",
        )


def _versions(read: Workflow) -> Iterator[tuple[str, Span]]:
    for job in read.jobs:
        for step in job.every_step():
            setup = setup_of(step.uses.text) if step.uses else None
            scalar = step.input(setup.version) if setup else None
            if setup is None or not isinstance(scalar, Scalar):
                continue
            for value in values(read, job, step, scalar):
                if value.text is not None:
                    yield setup.runtime, value.span


def _loses_zero(written: str) -> bool:
    """`3.10` and `1.20`, but not `3.0`, which tools take for 3 and its latest."""
    whole, dot, rest = written.partition(".")
    plain = bool(dot) and whole.isascii() and whole.isdigit() and rest.isascii() and rest.isdigit()
    return plain and len(rest) > 1 and rest.endswith("0")
