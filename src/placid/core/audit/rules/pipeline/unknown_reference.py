"""Expressions name steps, jobs, matrix keys and inputs that are there.

Why: GitHub does not refuse `steps.biuld.outputs.url`: it is empty, in every run. A condition on it
never holds, a deploy gets an empty version. The rule knows what each context can hold in its place:
the steps before, the jobs in `needs` and their outputs, the keys of the matrix, declared inputs.

Bad: `${{ needs.build.outputs.tag }}` in a job without `needs: build`

Good: `needs: build` in that job, and `tag` under `outputs` of the job build

Known limits: a matrix that is computed has any key; the outputs of steps are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping, Sequence
from placid.core.audit.facts.workflows import action, is_action, is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.workflows import Job, Step, Workflow
from placid.formats.workflows.accesses import Reading, action_accesses, workflow_accesses

_LARGEST = 50_000
_SPARE = frozenset(("name", "env"))
"""Keys whose value may be empty without anything that fails."""
_OR = re.compile(r"\s*\|\|")
_GITHUB = (
    "action action_path action_ref action_repository action_status actor actor_id api_url "
    "artifact_cache_size_limit base_ref env event event_name event_path graphql_url head_ref job "
    "job_workflow_ref job_workflow_sha output path ref ref_name ref_protected ref_type repository "
    "repository_id repository_owner repository_owner_id repository_visibility repositoryurl "
    "retention_days run_attempt run_id run_number secret_source server_url sha state step_summary "
    "token triggering_actor workflow workflow_ref workflow_sha workspace"
)
_RUNNER = "arch debug environment name os temp tool_cache workspace"
_STRATEGY = "fail-fast job-index job-total max-parallel"
_FIXED = {
    "github": frozenset(_GITHUB.split()),
    "runner": frozenset(_RUNNER.split()),
    "strategy": frozenset(_STRATEGY.split()),
}
_PARTS = {
    "steps": frozenset(("outputs", "outcome", "conclusion")),
    "needs": frozenset(("outputs", "result")),
    "jobs": frozenset(("outputs", "result")),
}


def _reads(path: str) -> bool:
    return is_workflow(path) or is_action(path)


@path_rule("pipeline/unknown-reference", Severity.HIGH, docs=__doc__ or "", reads=_reads)
def unknown_reference(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Look up what every expression reads."""
    source = repository.text(path) or ""
    seen: set[tuple[object, ...]] = set()
    for reading, wrong in _wrongs(repository, path, source):
        if wrong and (reading.span, wrong) not in seen:
            seen.add((reading.span, wrong))
            context = reading.path[0]
            given = context in {"matrix", "inputs"} and (
                reading.key == "if" or _OR.match(source, reading.span.end)
            )
            spare = reading.key in _SPARE or (context == "matrix" and reading.key == "with")
            mild = context in _FIXED or given or spare
            yield Hit(
                f"{'.'.join(reading.path)} is always empty: {wrong}",
                (Place(path, reading.span),),
                action="name steps, jobs, matrix keys and inputs that are there",
                severity=Severity.MEDIUM if mild else None,
            )


def _wrongs(repository: Repository, path: str, source: str) -> Iterator[tuple[Reading, str]]:
    read = workflow(repository, path) if is_workflow(path) else None
    known: dict[int, _Steps] = {}
    nothing = _Steps(())
    if read is not None and read.root.weight < _LARGEST:
        for reading in workflow_accesses(source, read):
            job = reading.job
            if job is not None and id(job) not in known:
                known[id(job)] = _Steps(job.every_step())
            yield reading, _wrong(read, reading, known.get(id(job), nothing))
    own = action(repository, path) if read is None and is_action(path) else None
    if own is not None and own.runs is not None:
        inputs = {each.id.text.lower() for each in own.inputs}
        own_steps = _Steps(own.runs.steps)
        for reading in action_accesses(source, own):
            wrong = _fixed(reading.path) or _step(reading, own_steps)
            if not wrong and reading.path[0] == "inputs" and _key(reading, 1):
                name = reading.path[1]
                wrong = "" if name.lower() in inputs else f"the action has no input {name}"
            yield reading, wrong


class _Steps:
    """Where the ids of steps come first, and where each step is."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.places: dict[str, int] = {}
        self.order = {id(step): at for at, step in enumerate(steps)}
        for at, step in enumerate(steps):
            if step.id is not None:
                self.places.setdefault(step.id.text.lower(), at)


def _key(reading: Reading, at: int) -> str:
    """The key at one place of the path, "" for none and for one that is computed."""
    key = reading.path[at] if len(reading.path) > at else "*"
    return "" if key == "*" else key.lower()


def _wrong(read: Workflow, reading: Reading, steps: _Steps) -> str:
    context, job = reading.path[0], reading.job
    if context == "inputs" and _key(reading, 1):
        return _input(read, reading.path[1])
    if context == "jobs" and _key(reading, 1):
        return _job(read, reading)
    if job is None:
        return _fixed(reading.path)
    if context == "steps":
        return _step(reading, steps)
    if context == "needs" and _key(reading, 1):
        return _need(read, job, reading)
    if context == "matrix" and _key(reading, 1):
        return _matrix(job, reading.path[1])
    return _fixed(reading.path)


def _fixed(path: tuple[str, ...]) -> str:
    known = _FIXED.get(path[0])
    if known is None or len(path) < 2 or path[1] == "*" or path[1].lower() in known:
        return ""
    return f"{path[0]} has no {path[1]}"


def _input(read: Workflow, name: str) -> str:
    triggers = [each for each in read.triggers if each.event.text.startswith("workflow_")]
    declared = {each.id.text.lower() for trigger in triggers for each in trigger.inputs}
    taking = [each for each in triggers if each.event.text != "workflow_run"]
    if name.lower() in declared:
        return ""
    return f"no input {name} is declared" if taking else "nothing that starts this has inputs"


def _part(reading: Reading) -> str:
    part = _key(reading, 2)
    known = _PARTS[reading.path[0]]
    if not part or part in known:
        return ""
    return f"{'.'.join(reading.path[:2])} has {', '.join(sorted(known))}, no {reading.path[2]}"


def _step(reading: Reading, steps: _Steps) -> str:
    name = _key(reading, 1)
    if reading.path[0] != "steps" or not name:
        return ""
    place = steps.places.get(name)
    if place is None:
        return f"no step here has the id {reading.path[1]}"
    here = steps.order.get(id(reading.step))
    if here is not None and place > here:
        return f"step {reading.path[1]} comes later"
    return _part(reading)


def _job(read: Workflow, reading: Reading) -> str:
    job = read.job(reading.path[1])
    if job is None:
        return f"there is no job {reading.path[1]}"
    return _part(reading) or _output(job, reading)


def _need(read: Workflow, job: Job, reading: Reading) -> str:
    name = reading.path[1]
    if name.lower() not in {need.text.lower() for need in job.needs}:
        return f"job {job.id.text} does not need {name}"
    needed = read.job(name)
    return _part(reading) or ("" if needed is None else _output(needed, reading))


def _output(job: Job, reading: Reading) -> str:
    name = _key(reading, 3)
    if job.uses is not None or _key(reading, 2) != "outputs" or not name:
        return ""
    declared = {entry.key.text.lower() for entry in job.outputs}
    return "" if name in declared else f"job {job.id.text} has no output {reading.path[3]}"


def _matrix(job: Job, name: str) -> str:
    matrix = job.strategy.matrix if job.strategy is not None else None
    if job.strategy is not None and not isinstance(matrix, Mapping):
        computed = matrix is not None or not isinstance(job.strategy.body, Mapping)
        return "" if computed else "the job has no matrix"
    if matrix is None:
        return "the job has no matrix"
    keys: set[str] = set()
    for entry in matrix.entries if isinstance(matrix, Mapping) else ():
        if entry.key.text not in {"include", "exclude"}:
            keys.add(entry.key.text.lower())
        elif entry.key.text == "include":
            items = entry.value.items if isinstance(entry.value, Sequence) else ()
            known = [item for item in items if isinstance(item, Mapping)]
            if len(known) < len(items) or not isinstance(entry.value, Sequence):
                return ""
            keys |= {each.key.text.lower() for item in known for each in item.entries}
    computed = any("${{" in key for key in keys)
    return "" if name.lower() in keys or computed else f"the matrix has no key {name}"
