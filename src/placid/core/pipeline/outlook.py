"""Which jobs an event would run, as far as that is known before anything ran.

The contexts github, inputs and vars are known then; what other jobs will say is not. Of what runs
it is taken that it ends well and that nobody cancels: a job without a condition runs when all that
it needs does, one that asks for `failure()` depends. So a job runs, does not, or it depends, and
the last two come with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from placid.core.pipeline.foresight import Forecast, Foresight
from placid.core.pipeline.matrix import MatrixError, combinations, suffixed
from placid.core.pipeline.templates import OPEN, Scope
from placid.formats.expressions import Call, ExpressionError, Node, condition, names, text_of
from placid.formats.workflows.model import Job, Workflow

Runs = Literal["yes", "no", "depends"]
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class JobOutlook:
    """One job.

    why    what follows "no" and "depends": "github.ref is 'refs/heads/x'"
    legs   the names of its legs, () when there is one, or when they are not known (`open_matrix`)
    calls  the workflow that it calls, and inner: the jobs of that one
    """

    id: str
    name: str
    needs: tuple[str, ...] = ()
    runs: Runs = "yes"
    why: str = ""
    legs: tuple[str, ...] = ()
    open_matrix: bool = False
    calls: str = ""
    inner: tuple[JobOutlook, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """A workflow's jobs in the file's order."""

    jobs: tuple[JobOutlook, ...]
    path: str = ""
    name: str = ""
    event: str = ""


def outlook(
    workflow: Workflow,
    contexts: Mapping[str, object],
    *,
    asked: Sequence[str] = (),
    called: Mapping[str, Workflow] | None = None,
    event: str = "",
) -> Outlook:
    """What would run.

    contexts  those that are known beforehand: github, inputs, vars
    asked     the ids of `--job`: they and what they need, () for all
    called    the reusable workflows that are at hand, by what `uses` says
    """
    seer = _Seer(workflow, contexts, called or {})
    wanted = seer.closure(asked)
    jobs = tuple(_asked_for(each, wanted) for each in seer.every())
    name = workflow.name.text if workflow.name is not None else workflow.path
    return Outlook(jobs, workflow.path, name, event)


def _asked_for(job: JobOutlook, wanted: frozenset[str] | None) -> JobOutlook:
    if wanted is None or job.id.lower() in wanted:
        return job
    return JobOutlook(job.id, job.name, job.needs, "no", "nobody asked for it (--job)")


class _Seer:
    """Looks at the jobs of one workflow, each after those that it needs."""

    def __init__(
        self,
        workflow: Workflow,
        contexts: Mapping[str, object],
        called: Mapping[str, Workflow],
        unknown: frozenset[tuple[str, ...]] = frozenset(),
        prefix: str = "",
    ) -> None:
        self._jobs = {job.id.text.lower(): job for job in workflow.jobs}
        self._contexts, self._called = contexts, called
        self._unknown, self._prefix = unknown, prefix
        self._seen: dict[str, JobOutlook] = {}

    def every(self) -> tuple[JobOutlook, ...]:
        """All in the file's order."""
        return tuple(self._see(name, frozenset()) for name in self._jobs)

    def closure(self, asked: Sequence[str]) -> frozenset[str] | None:
        """The jobs asked for with all that they need; None for every job."""
        found: set[str] = set()
        waiting = [name.lower() for name in asked]
        while waiting:
            name = waiting.pop()
            if name in self._jobs and name not in found:
                found.add(name)
                waiting += (need.text.lower() for need in self._jobs[name].needs)
        return frozenset(found) if asked else None

    def _see(self, name: str, above: frozenset[str]) -> JobOutlook:
        if name not in self._seen:
            job = self._jobs[name]
            needed = {need.text.lower(): need.text for need in job.needs}
            circle = [each for each in needed if each in above or each == name]
            if circle:
                shown = needed[circle[0]]
                self._seen[name] = self._told(
                    job, "no", f"it waits for {shown}, which waits for it"
                )
                return self._seen[name]
            for each in needed:
                if each in self._jobs:
                    self._see(each, above | {name})
            self._seen[name] = self._outlook(job)
        return self._seen[name]

    def _outlook(self, job: Job) -> JobOutlook:
        foresight = self._foresight(job)
        try:
            given = job.condition
            tree = condition(_text(job))
            forecast = foresight.judge(tree)
        except ExpressionError as wrong:
            return self._told(job, "no", f"its condition cannot be evaluated: {wrong.message}")
        if forecast.truth:
            return self._told(job, "yes", "")
        text = given.text if given is not None else ""
        if forecast.truth is None:
            return self._told(job, "depends", self._open(job, forecast, text, foresight))
        return self._told(job, "no", self._false(job, forecast, text, foresight))

    def _foresight(self, job: Job) -> Foresight:
        far = self._far(job)
        runs = {each.runs for each in far}
        status = {
            "always": True,
            "cancelled": False,
            "success": False if "no" in runs else None if "depends" in runs else True,
            "failure": None if runs - {"no"} else False,
        }
        near = [self._seen.get(need.text.lower()) for need in job.needs]
        unknown = {("needs", each.id) for each in near if each is not None and each.runs != "no"}
        skipped = {
            each.id: {"result": "skipped", "outputs": dict[str, object]()}
            for each in near
            if each is not None and each.runs == "no"
        }
        whole = {**self._contexts, "needs": skipped}
        return Foresight(whole, status, self._unknown | unknown)

    def _far(self, job: Job) -> list[JobOutlook]:
        """Everything that a job needs, near and far."""
        found: dict[str, JobOutlook] = {}
        waiting = [need.text.lower() for need in job.needs]
        while waiting:
            name = waiting.pop()
            if name in self._seen and name not in found:
                found[name] = self._seen[name]
                waiting += map(str.lower, self._seen[name].needs)
        return list(found.values())

    def _open(self, job: Job, forecast: Forecast, text: str, foresight: Foresight) -> str:
        """Why it depends."""
        reasons: list[str] = []
        for node in forecast.because:
            call = _status(node)
            if call == "success":
                doubtful = [each.id for each in self._far(job) if each.runs == "depends"]
                reasons.append(f"it needs {_listed(doubtful)}, which may not run")
            elif call == "failure":
                risky = [each.id for each in self._far(job) if each.runs != "no"]
                reasons.append(f"only when {_listed(risky, 'or')} fails")
            else:
                reasons.append(_waiting(node, text, foresight))
        return "; ".join(dict.fromkeys(reasons))

    def _false(self, job: Job, forecast: Forecast, text: str, foresight: Foresight) -> str:
        """Why it does not run."""
        reasons: list[str] = []
        for node in forecast.because:
            call = _status(node)
            if call == "success":
                skipped = [each.id for each in self._far(job) if each.runs == "no"]
                direct = [need.text for need in job.needs if need.text in skipped]
                named = _listed(direct or skipped)
                many = len(direct or skipped) > 1
                reasons.append(f"it needs {named}, which {'do' if many else 'does'} not run")
            elif call == "failure":
                reasons.append("nothing that it needs can fail")
            elif call == "cancelled":
                reasons.append("only when the run is cancelled")
            else:
                known = ", ".join(foresight.facts(node))
                source = _source(node, text)
                said = f"{source} is false" if any(names(node)) else "its condition is false"
                reasons.append(f"{said}: {known}" if known else said)
        return "; ".join(dict.fromkeys(reasons))

    def _told(self, job: Job, runs: Runs, why: str) -> JobOutlook:
        legs, open_matrix = self._legs(job) if runs != "no" else ((self._name(job),), False)
        return JobOutlook(
            id=job.id.text,
            name=legs[0] if len(legs) == 1 else self._name(job),
            needs=tuple(need.text for need in job.needs),
            runs=runs,
            why=why,
            legs=legs if len(legs) > 1 else (),
            open_matrix=open_matrix,
            calls=job.uses.text if job.uses is not None else "",
            inner=self._inner(job) if runs != "no" else (),
        )

    def _name(self, job: Job) -> str:
        """The name without a matrix."""
        given = job.name
        if given is not None and "matrix." not in given.text:
            try:
                return self._prefix + (Scope(self._contexts).text(given) or job.id.text)
            except ExpressionError:
                return self._prefix + given.text
        return self._prefix + job.id.text

    def _legs(self, job: Job) -> tuple[tuple[str, ...], bool]:
        """The names of the legs; the name alone, and True, when they are not known."""
        matrix = job.strategy.matrix if job.strategy is not None else None
        if matrix is None:
            return (self._name(job),), False
        try:
            found = combinations(Scope(self._contexts).value(matrix))
            return tuple(self._leg(job, each) for each in found), False
        except (ExpressionError, MatrixError):
            return (self._name(job),), True

    def _leg(self, job: Job, matrix: dict[str, object]) -> str:
        given = job.name
        if given is None or OPEN not in given.text:
            return suffixed(self._name(job), matrix)
        try:
            return self._prefix + Scope({**self._contexts, "matrix": matrix}).text(given)
        except ExpressionError:  # it names what an earlier job is to say
            return suffixed(self._prefix + job.id.text, matrix)

    def _inner(self, job: Job) -> tuple[JobOutlook, ...]:
        """The jobs of the workflow that a job calls, when its text is at hand."""
        workflow = self._called.get(job.uses.text) if job.uses is not None else None
        if workflow is None or self._prefix.count(" / ") >= _DEEPEST:
            return ()
        given, unknown = self._given(job, workflow)
        contexts = {**self._contexts, "inputs": given}
        prefix = f"{self._name(job)} / "
        return _Seer(workflow, contexts, self._called, unknown, prefix).every()

    def _given(
        self, job: Job, workflow: Workflow
    ) -> tuple[dict[str, object], frozenset[tuple[str, ...]]]:
        """The inputs of a call, and those of them that are not known yet."""
        trigger = workflow.trigger("workflow_call")
        inputs = trigger.inputs if trigger is not None else ()
        scope = Scope(self._contexts)
        values: dict[str, object] = {}
        unknown: set[tuple[str, ...]] = set()
        given = {entry.key.text.lower(): entry.value for entry in job.given}
        for each in inputs:
            node = given.get(each.id.text.lower(), each.default)
            try:
                values[each.id.text] = None if node is None else scope.value(node)
            except ExpressionError:
                unknown.add(("inputs", each.id.text))
        return values, frozenset(unknown)


def _text(job: Job) -> str:
    """The text of a job's condition; a plain `false` is one, too."""
    if job.condition is None:
        return ""
    value = job.condition.value
    return job.condition.text if isinstance(value, str) else text_of(value)


def _status(node: Node) -> str:
    """The status function that a part is a call of, "" for none."""
    return node.name.lower() if isinstance(node, Call) and not node.args else ""


def _source(node: Node, text: str) -> str:
    return " ".join(text[node.at.start : node.at.end].split()) or "its condition"


def _waiting(node: Node, text: str, foresight: Foresight) -> str:
    """What a part waits for to be known."""
    paths = dict.fromkeys(each.path for each in foresight.unknown(node))
    jobs = list(dict.fromkeys(path[1] for path in paths if path[0] == "needs" and len(path) > 1))
    named = "what it needs" if "*" in jobs else _listed(jobs)
    said = _source(node, text)
    return f"{said}, known when {named} {_is(jobs)} done" if jobs else f"it depends on {said}"


def _is(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else "is"


def _listed(names: Sequence[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = names or ("a job",)
    return f"{', '.join(first)} {word} {last}" if first else last


def every_job(jobs: Sequence[JobOutlook]) -> Iterator[JobOutlook]:
    """The jobs and those of called workflows below them."""
    for job in jobs:
        yield job
        yield from every_job(job.inner)
