"""A deploy waits for the tests.

Why: jobs of a workflow run side by side unless `needs` puts them in order. A deploy that does not
need the test job ships a commit whose tests fail at the same moment. What a job does is told by its
steps (`kubectl apply`, `helm upgrade`, a deploy action), not by its name.

Bad: jobs `test` and `deploy` side by side

Good: `needs: test` in the job `deploy`

Known limits: when the tests are in another workflow, only a protected branch can hold a deploy
back, which is not in the files: the answer is then unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from placid.base.yamltext import Sequence as Flow
from placid.base.yamltext import Span
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Deed, Work
from placid.core.audit.facts.gates import (
    by_workflow,
    gated_outside,
    is_on,
    only_reviewed,
    regardless,
    tested_before,
    upstream,
)
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule

_ACTION = "let every deploy need the jobs that test"


@rule("pipeline/ungated-deploy", Severity.MEDIUM, docs=__doc__ or "")
def ungated_deploy(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold each job that deploys or publishes against the jobs that test."""
    known = by_workflow(repository)
    elsewhere = _testing_elsewhere(known)
    for path, works in known.items():
        for work in works:
            deed = work.does(Kind.DEPLOY) or _published(work, works)
            if deed is None or only_reviewed(work) or tested_before(work, deed):
                continue
            tests = [each for each in works if _tests(each, work, works)]
            said = _open_gate(work, deed, works) or _beside(repository, work, deed, tests)
            if said is not None:
                yield said
            elif deed.kind is Kind.DEPLOY and not _gates(work, works):
                yield from _unseen(repository, work, [p for p in elsewhere if p != path])


def _published(work: Work, works: Sequence[Work]) -> Deed | None:
    """What the job publishes; an image that other jobs of the workflow use is no end yet."""
    deed = work.does(Kind.PUBLISH)
    needed = any(work in upstream(each, works) for each in works)
    return None if needed else deed


def _gates(work: Work, works: Sequence[Work]) -> list[Work]:
    """The jobs that test and that this one waits for."""
    return [each for each in upstream(work, works) if each.does(Kind.TEST) or each.opaque]


def _tests(each: Work, work: Work, works: Sequence[Work]) -> bool:
    """Whether a job tests what this one is about to ship, for the same events."""
    if each is work or not each.does(Kind.TEST) or each.does(Kind.DEPLOY, Kind.PUBLISH):
        return False
    forced = each.job.condition is None and not is_on(each.job.continue_on_error)
    return forced and work not in upstream(each, works)


def _open_gate(work: Work, deed: Deed, works: Sequence[Work]) -> Hit | None:
    """A gate that lets everything through."""
    gates = [each for each in _gates(work, works) if each.does(Kind.TEST)]
    if not gates:
        return None
    if regardless(work.job) and work.job.condition is not None:
        return _hit(
            work,
            deed,
            f"starts even when {gates[0].job.id.text} fails: if: {work.job.condition.text}",
            (Place(work.workflow.path, work.job.condition.span), gates[0].place),
        )
    if all(is_on(gate.job.continue_on_error) for gate in gates):
        at = gates[0].job.continue_on_error
        return _hit(
            work,
            deed,
            f"does not stop when {gates[0].job.id.text} fails: it has continue-on-error",
            (work.place, Place(work.workflow.path, at.span if at else gates[0].job.id.span)),
        )
    return None


def _beside(repository: Repository, work: Work, deed: Deed, tests: Sequence[Work]) -> Hit | None:
    """A deploy whose workflow tests in jobs that it does not wait for."""
    if not tests or any(each.id in _needs(repository, work) for each in tests):
        return None
    names = [each.job.id.text for each in tests[:3]]
    return _hit(
        work,
        deed,
        f"does not wait for {' or '.join(names)}, where the tests run",
        (work.place, deed.at, tests[0].place),
        _fix(repository, work, names),
    )


def _needs(repository: Repository, work: Work) -> set[str]:
    every = by_workflow(repository)[work.workflow.path]
    return {each.id for each in upstream(work, every)}


def _hit(work: Work, deed: Deed, what: str, at: tuple[Place, ...], fix: Fix | None = None) -> Hit:
    published = deed.kind is Kind.PUBLISH
    acts = "publishes" if published else "deploys"
    return Hit(
        f"job {work.job.id.text} {acts} ({deed.what}) and {what}",
        at,
        fix,
        action=_ACTION,
        severity=Severity.LOW if published else Severity.MEDIUM,
    )


def _fix(repository: Repository, work: Work, names: Sequence[str]) -> Fix | None:
    """`needs` with the jobs that test, where it can be written without moving anything."""
    path, body = work.workflow.path, work.job.body
    text = repository.text(path) or ""
    title = f"let {work.job.id.text} need {', '.join(names)}"
    entry = body.get("needs")
    if entry is None and not body.flow and body.entries:
        start = body.entries[0].key.span.start
        indent = text[text.rfind("\n", 0, start) + 1 : start]
        if not indent.strip():
            line = f"needs: [{', '.join(names)}]\n{indent}"
            return Fix(title, (Edit(Place(path, Span(start, start)), line),))
    listed = entry.value if entry is not None else None
    if not isinstance(listed, Flow) or not listed.flow or not listed.items or listed.alias:
        return None
    end = listed.items[-1].span.end
    return Fix(title, (Edit(Place(path, Span(end, end)), f", {', '.join(names)}"),))


def _testing_elsewhere(known: dict[str, tuple[Work, ...]]) -> list[str]:
    """The workflows that test what is pushed or proposed."""
    return [
        path
        for path, works in known.items()
        if any(work.does(Kind.TEST) for work in works)
        and any(works[0].workflow.trigger(event) for event in ("push", "pull_request"))
    ]


def _unseen(repository: Repository, work: Work, elsewhere: Sequence[str]) -> Iterator[Unknown]:
    if elsewhere and not gated_outside(work.workflow) and not work.opaque and repository.whole:
        yield Unknown(
            f"job {work.job.id.text} does not wait for the tests in {elsewhere[0]}: whether the "
            "branch is protected, so that only tested commits come to it, is not in the files",
            (work.place,),
        )
