"""What a leg has before its first step: its place, its folders, and the contexts of its steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

import msgspec

from placid.base.yamltext.nodes import Mapping as YamlMapping
from placid.core.pipeline.github_context import variables
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.frame import Frame
from placid.engine.pipeline.stopping import Stopper
from placid.engine.pipeline.workplace import Assignment, Workplace
from placid.formats.expressions.values import is_array, is_object, text_of
from placid.formats.workflows.model import Container
from placid.ports.pipeline import ContainerSpec, Layout, Place, PlaceSpec

_ARCHITECTURES = {"x86_64": "X64", "aarch64": "ARM64", "i686": "X86", "armv7l": "ARM"}


class Prepared(msgspec.Struct):
    """A leg that can begin. `own` are GitHub's variables for all of its steps."""

    place: Place
    frame: Frame
    own: dict[str, str]
    shell: str
    folder: str


@contextmanager
def prepared(
    workplace: Workplace, given: Assignment, say: Callable[[str], None], stop: Stopper
) -> Generator[Prepared]:
    """Open the place of a leg. Problem or ExpressionError when that is not possible."""
    known = _known(given)
    early = Scope({**known, "github": given.github, "env": {}})
    slug = text_of(given.github.get("repository"))
    layout = Layout(workplace.root_of(given.plan.id), slug.rpartition("/")[2] or "repository")
    env = {**early.texts(given.workflow.env), **early.texts(given.job.env), **workplace.env}
    spec = _spec(given, early, layout, workplace)
    with workplace.places.open(spec, say, stop) as place:
        _write_event(layout, given.github)
        github = _github(given.github, place)
        runner = _runner(place, given)
        frame = Frame(
            {**known, "runner": runner},
            github,
            dict(place.described),
            lambda patterns: workplace.hash_files(layout.workspace, patterns),
            workplace.source,
            env,
        )
        own = {**variables(github), **_runner_variables(runner, place)}
        del own["CI"]
        shell, folder = _defaults(given, frame.scope())
        yield Prepared(place, frame, own, shell, folder)


def _known(given: Assignment) -> dict[str, object]:
    return {
        "inputs": given.inputs,
        "vars": given.variables,
        "needs": given.needs,
        "strategy": given.strategy,
        "matrix": given.plan.matrix,
        "secrets": given.secrets,
    }


def _spec(given: Assignment, scope: Scope, layout: Layout, workplace: Workplace) -> PlaceSpec:
    said = given.job.container
    container = _container(said, scope) if said is not None else None
    services = {
        each.id.text: found
        for each in given.job.services
        if each.id is not None and (found := _container(each, scope)) is not None
    }
    mark = workplace.mark_of(given.plan.id)
    return PlaceSpec(layout, mark, container or workplace.image, services)


def _container(said: Container, scope: Scope) -> ContainerSpec | None:
    """A container as it is asked for; None for one whose image is the empty text."""
    if not isinstance(said.body, YamlMapping):
        image = scope.text(said.image)
        return ContainerSpec(image) if image else None
    values = scope.value(said.body)
    body: Mapping[str, object] = values if is_object(values) else {}
    image = text_of(body.get("image"))
    if not image:
        return None
    credentials, env = body.get("credentials"), body.get("env")
    secret: Mapping[str, object] = credentials if is_object(credentials) else {}
    return ContainerSpec(
        image=image.removeprefix("docker://"),
        env={key: text_of(each) for key, each in env.items()} if is_object(env) else {},
        ports=_texts(body.get("ports")),
        volumes=_texts(body.get("volumes")),
        options=text_of(body.get("options")),
        username=text_of(secret.get("username")),
        password=text_of(secret.get("password")),
        entrypoint=text_of(body.get("entrypoint")),
        command=text_of(body.get("command")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(text_of, value)) if is_array(value) else ()


def _write_event(layout: Layout, github: Mapping[str, object]) -> None:
    for folder in (layout.event, layout.files):
        folder.mkdir(parents=True, exist_ok=True)
    (layout.event / "event.json").write_bytes(msgspec.json.encode(github.get("event") or {}))


def _github(given: Mapping[str, object], place: Place) -> dict[str, object]:
    layout = place.layout
    return {
        **given,
        "workspace": place.inside(layout.workspace),
        "event_path": place.inside(layout.event / "event.json"),
    }


def _runner(place: Place, given: Assignment) -> dict[str, object]:
    labels = {each.text for each in given.job.labels}
    return {
        **({"debug": "1"} if given.debug else {}),
        "name": "placid",
        "os": "Linux",
        "arch": _ARCHITECTURES.get(os.uname().machine, os.uname().machine),
        "temp": place.inside(place.layout.temp),
        "tool_cache": place.inside(place.layout.tools),
        "environment": "self-hosted" if "self-hosted" in labels else "github-hosted",
        "workspace": place.inside(place.layout.workspace.parent),
    }


def _runner_variables(runner: Mapping[str, object], place: Place) -> dict[str, str]:
    named = {f"RUNNER_{key.upper()}": text_of(value) for key, value in runner.items()}
    return {**named, "AGENT_TOOLSDIRECTORY": place.inside(place.layout.tools)}


def _defaults(given: Assignment, scope: Scope) -> tuple[str, str]:
    """The shell and working directory of steps that name none: the job's, else the workflow's."""
    job, workflow = given.job.defaults, given.workflow.defaults
    return (
        scope.text(job.shell or workflow.shell),
        scope.text(job.working_directory or workflow.working_directory),
    )
