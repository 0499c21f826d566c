"""The keys of a workflow that placid acts on; whatever else is written is told of."""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.pipeline.divergence.ground import Difference, Ground, words
from placid.formats.workflows.model import Container, Workflow

_WORKFLOW = words("on name run-name permissions env defaults concurrency jobs")
_TOLD = frozenset(("snapshot",))
_JOB = _TOLD | words(
    "name needs if permissions runs-on environment concurrency outputs env defaults steps strategy "
    "timeout-minutes cancel-timeout-minutes continue-on-error container services uses with secrets "
    "x-placid"
)
_STEP = words(
    "id name if run uses with env shell working-directory timeout-minutes continue-on-error "
    "background wait wait-all cancel parallel"
)
_STRATEGY = words("matrix fail-fast max-parallel")
_CONTAINER = words("image env ports volumes options credentials entrypoint command")
_HARMLESS = frozenset(("description",))


def ignored_keys(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    """The keys that nothing here reads."""
    yield from _others(workflow.root, _WORKFLOW, "")
    for job in workflow.jobs:
        place = f"jobs.{job.id.text}"
        yield from _others(job.body, _JOB, place)
        for step in job.every_step():
            yield from _others(step.body, _STEP, f"{place}.steps[{step.index}]")
        if job.strategy is not None:
            yield from _others(job.strategy.body, _STRATEGY, f"{place}.strategy")
        for container in (job.container, *job.services):
            yield from _of_container(container, place)


def _of_container(container: Container | None, place: str) -> Iterator[Difference]:
    if container is not None:
        yield from _others(container.body, _CONTAINER, f"{place}.container")


def _others(node: object, known: frozenset[str], place: str) -> Iterator[Difference]:
    if not isinstance(node, Mapping):
        return
    for entry in node.entries:
        key = entry.key.text
        if key not in known and key not in _HARMLESS:
            yield Difference(f"{place}.{key}".lstrip("."), entry.key.span, "placid ignores it")
