"""What GitHub would do with a workflow that this machine does not, told before anything runs.

Each `Difference` says what is written, where, and what it means here; it is `heavy` when the run
may end otherwise than at GitHub for it. The keys that placid reads are listed in
`keys`: one that is not there is told of, so that nothing is ignored in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from placid.base.yamltext import Scalar
from placid.core.pipeline.divergence.actions import action_differences
from placid.core.pipeline.divergence.ground import Difference, Ground, words
from placid.core.pipeline.divergence.keys import ignored_keys
from placid.core.pipeline.divergence.runners import runner_differences
from placid.core.pipeline.divergence.values import value_differences
from placid.formats.workflows.model import Container, Job, Permissions, Trigger, Workflow

_HOSTED_LIMIT = 360
_MADE = words(
    "push pull_request pull_request_target workflow_dispatch schedule release create "
    "repository_dispatch workflow_call merge_group"
)


def divergences(workflow: Workflow, source: str, ground: Ground) -> list[Difference]:
    """All differences of a workflow whose text is `source`: the heavy ones first, then by place."""
    found = [each for look in _LOOKS for each in look(workflow, ground)]
    found += value_differences(workflow, source, ground)
    return sorted(dict.fromkeys(found), key=lambda each: (not each.heavy, each.at.start))


def _triggers(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for trigger in workflow.triggers:
        event = trigger.event.text
        if event == "schedule":
            for each in trigger.schedules:
                here = "nothing starts it by the clock here; `placid run --event schedule` does"
                yield Difference(f"schedule: {each.cron.text}", each.cron.span, here)
        elif event == ground.event and event not in _MADE and not ground.event_file:
            yield _unmade(trigger)


def _unmade(trigger: Trigger) -> Difference:
    here = "git does not know what such an event says; give its JSON with --event-file"
    return Difference(f"on: {trigger.event.text}", trigger.event.span, here, heavy=True)


def _permissions(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for each in (workflow.permissions, *(job.permissions for job in workflow.jobs)):
        if each is None:
            continue
        for scope, level in each.scopes:
            if scope.text == "id-token" and level.text == "write":
                here = "no identity token (OIDC) is to be had here: a step that asks for one fails"
                yield Difference("permissions: id-token: write", scope.span, here, heavy=True)
        yield _granted(each, ground)


def _granted(permissions: Permissions, ground: Ground) -> Difference:
    if ground.token:
        here = "the token that you gave keeps the rights it has, whatever stands here"
    else:
        here = "there is no token here, so nothing is granted or refused"
    return Difference("permissions", permissions.at, here)


def _environments(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for job in workflow.jobs:
        if job.environment is None:
            continue
        name = job.environment.name
        said = f"environment: {name.text}" if name is not None else "environment"
        here = (
            "its rules (reviewers, wait timer, branches), secrets and variables are at GitHub; "
            "here jobs wait only where placid.yaml says `approve`, and get the secrets you give"
        )
        yield Difference(said, name.span if name is not None else job.environment.at, here)
        if job.environment.url is not None:
            here = "the deployment is not shown at GitHub"
            yield Difference("environment.url", job.environment.url.span, here)


def _concurrency(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for each in (workflow.concurrency, *(job.concurrency for job in workflow.jobs)):
        if each is not None:
            group = f"concurrency: {each.group.text}" if each.group is not None else "concurrency"
            here = "only runs on this machine are in the group, not those at GitHub or of others"
            yield Difference(group, each.group.span if each.group is not None else each.at, here)


def _times(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for job in workflow.jobs:
        limit = job.timeout_minutes
        value = limit.value if limit is not None else None
        if limit is not None and isinstance(value, (int, float)) and value > _HOSTED_LIMIT:
            here = "GitHub ends a job on its own machines after 6 hours, here it has all that time"
            yield Difference(f"timeout-minutes: {limit.text}", limit.span, here)


def _containers(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for job in workflow.jobs:
        if job.container is not None:
            yield from _container(job.container, "container", ground)
        for service in job.services:
            name = service.id.text if service.id is not None else ""
            yield from _container(service, f"services.{name}", ground)
        if job.services and ground.engine:
            here = (
                "services start in a network of this machine's own engine, are ready as soon as "
                "their health check passes (GitHub looks every 2 s or later), and need their ports "
                "free here"
            )
            yield Difference("services", job.services[0].at, here)


def _container(container: Container, what: str, ground: Ground) -> Iterator[Difference]:
    image = container.image
    said = f"{what}: {image.text}" if image is not None else what
    at = image.span if image is not None else container.at
    if not ground.engine:
        here = "neither podman nor docker is here, so the job cannot run"
        yield Difference(said, at, here, heavy=True)
    elif image is not None and "@sha256:" not in image.text and "${{" not in image.text:
        here = "no digest: this machine may hold another image under that tag than GitHub pulls"
        yield Difference(said, image.span, here)
    if container.options is not None and container.options.text and ground.engine == "podman":
        here = "given to podman, which may not know every option of docker"
        yield Difference(f"{what}.options", container.options.span, here)


def _calls(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for job in workflow.jobs:
        if job.uses is None:
            continue
        if not job.uses.text.startswith(("./", "$/")):
            here = "cannot be fetched without the network" if not ground.network else _FETCHED
            yield Difference(f"uses: {job.uses.text}", job.uses.span, here, not ground.network)
        if isinstance(job.secrets, Scalar) and job.secrets.text == "inherit":
            here = "only the secrets given to this run are passed on"
            yield Difference("secrets: inherit", job.secrets.span, here)


_FETCHED = "fetched with your own git access, from the commit that placid's lock file names"


def _snapshots(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for job in workflow.jobs:
        entry = job.body.get("snapshot")
        if entry is not None:
            here = "no image of the machine is made here"
            yield Difference("snapshot", entry.key.span, here)


def _image(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    for job in workflow.jobs:
        if ground.image and job.container is None and job.uses is None:
            here = f"runs in {ground.image}, as asked by --image"
            yield Difference(f"jobs.{job.id.text}", job.id.span, here)


_LOOKS: tuple[Callable[[Workflow, Ground], Iterator[Difference]], ...] = (
    runner_differences,
    action_differences,
    ignored_keys,
    _triggers,
    _permissions,
    _environments,
    _concurrency,
    _times,
    _containers,
    _calls,
    _snapshots,
    _image,
)


def by_job(differences: list[Difference], job: Job) -> list[Difference]:
    """Those that stand in a job."""
    start, end = job.id.span.start, job.body.span.end
    return [each for each in differences if start <= each.at.start <= end]
