"""What GitHub refuses of jobs and steps beyond their keys: names, needs, runners and images."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping, Scalar, Span, scalars
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.model import Container, Job, Step, Workflow
from placid.formats.workflows.templates import OPEN

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LONGEST = 100
_SHOWN = 50
_GROUPS = frozenset(("org", "organization", "ent", "enterprise"))


def job_faults(workflow: Workflow) -> Iterator[Fault]:
    """The faults of every job, and of how they need each other."""
    for job in workflow.jobs:
        yield from _id(job.id, set())
        yield from _runner_group(job)
        yield from _whole_expressions(job)
        yield from step_faults(job.steps)
        for container in (job.container, *job.services):
            yield from _image(container)
    yield from _needs(workflow)


def step_faults(steps: tuple[Step, ...]) -> Iterator[Fault]:
    """The faults of a job's or a composite action's steps."""
    known: set[str] = set()
    for step in steps:
        if step.id is not None and step.id.text:
            yield from _id(step.id, known)
        for target in (*step.wait, *((step.cancel,) if step.cancel else ())):
            yield from _target(target, step, known)
        known.update(step.id.text.lower() for step in (step, *step.parallel) if step.id is not None)
        yield from _parallel(step)


def _id(given: Scalar, known: set[str]) -> Iterator[Fault]:
    name = given.text
    if not _ID.fullmatch(name) or len(name) >= _LONGEST:
        yield Fault(
            f"The identifier '{name}' is invalid. IDs may only contain alphanumeric characters, "
            "'_', and '-'. IDs must start with a letter or '_' and must be less than "
            f"{_LONGEST} characters.",
            given.span,
        )
    elif name.startswith("__"):
        yield Fault(
            f"The identifier '{name}' is invalid. IDs starting with '__' are reserved.", given.span
        )
    elif name.lower() in known:
        yield Fault(
            f"The identifier '{name}' may not be used more than once within the same scope.",
            given.span,
        )


def _target(target: Scalar, step: Step, known: set[str]) -> Iterator[Fault]:
    if step.id is not None and target.text.lower() == step.id.text.lower():
        yield Fault(f"Step '{step.id.text}' cannot reference itself", target.span)
    elif target.text.lower() not in known:
        yield Fault(f"Step references unknown step ID '{target.text}'", target.span)


def _parallel(step: Step) -> Iterator[Fault]:
    yield from step_faults(step.parallel)
    for inner in step.parallel:
        given = [entry.key for entry in inner.body.entries]
        for key in given:
            if key.text in {"background", "wait", "wait-all", "cancel"}:
                yield Fault(f"'{key.text}' is not allowed inside a parallel block.", key.span)
            if key.text == "parallel":
                yield Fault("Nested 'parallel' blocks are not allowed.", key.span)


def _runner_group(job: Job) -> Iterator[Fault]:
    entry = job.runs_on.get("group") if isinstance(job.runs_on, Mapping) else None
    if entry is None or not isinstance(entry.value, Scalar) or OPEN in entry.value.text:
        return
    name = entry.value.text
    prefix, slash, rest = name.partition("/")
    if slash and ("/" in rest or prefix not in _GROUPS or not rest):
        yield Fault(
            f"Invalid runs-on group name '{name}'. Please use 'organization/' or 'enterprise/' "
            "prefix to target a single runner group.",
            entry.value.span,
        )


def _whole_expressions(job: Job) -> Iterator[Fault]:
    """Mappings that are one expression where the published parser takes none."""
    found = [job.env, *(step.env for step in job.every_step())]
    services = job.body.get("services")
    found.append(services.value if services is not None else None)
    for node in found:
        if isinstance(node, Scalar) and OPEN in node.text:
            yield Fault("A mapping was expected, not an expression", node.span, "harmless")


def _image(container: Container | None) -> Iterator[Fault]:
    if container is None or container.image is not None or not isinstance(container.body, Mapping):
        return
    written = (*scalars(container.body), *(entry.key for entry in container.body.entries))
    if not any(OPEN in each.text for each in written):
        yield Fault("Container image cannot be empty", container.body.span)


def _needs(workflow: Workflow) -> Iterator[Fault]:
    jobs = {job.id.text.lower(): job for job in workflow.jobs}
    at = workflow.root.get("jobs")
    if at is not None and not any(not job.needs for job in workflow.jobs):
        span = at.key.span if workflow.jobs else Span(at.key.span.start, at.value.span.end)
        yield Fault("The workflow must contain at least one job with no dependencies.", span)
    for job in workflow.jobs:
        for need in job.needs:
            if need.text.lower() not in jobs:
                yield Fault(f"Job '{job.id.text}' depends on unknown job '{need.text}'.", need.span)
    for name in _circular(jobs)[:_SHOWN]:
        job = jobs[name]
        for need in job.needs:
            if name in _reached(jobs, need.text.lower()):
                yield Fault(
                    f"Job '{job.id.text}' depends on job '{need.text}' which creates a cycle in "
                    "the dependency graph.",
                    need.span,
                )


def _circular(jobs: dict[str, Job]) -> list[str]:
    """The jobs that cannot start since what they need needs (in the end) one of them."""
    left = {
        name: {need.text.lower() for need in job.needs} & jobs.keys() for name, job in jobs.items()
    }
    dependents: dict[str, list[str]] = {}
    for name, needs in left.items():
        for need in needs:
            dependents.setdefault(need, []).append(name)
    ready = [name for name, needs in left.items() if not needs]
    while ready:
        done = ready.pop()
        del left[done]
        for name in dependents.get(done, ()):
            left[name].discard(done)
            if not left[name]:
                ready.append(name)
    return list(left)


def _reached(jobs: dict[str, Job], start: str) -> set[str]:
    """Every job that `start` needs, itself among them."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in jobs and name not in found:
            found.add(name)
            waiting += (need.text.lower() for need in jobs[name].needs)
    return found
