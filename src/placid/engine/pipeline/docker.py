"""Container actions: an image, or a Dockerfile that is built first."""

from __future__ import annotations

from collections.abc import Mapping

from placid.base.yamltext.nodes import Scalar
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.call import Call, Post
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.finding import Found, as_variables
from placid.formats.workflows.model import Runs
from placid.ports.pipeline import DockerAction, Ended


def run_docker(call: Call, found: Found, runs: Runs | None, inputs: Mapping[str, str]) -> Effects:
    """Run the container of an action, or of `uses: docker://image` (no `runs`)."""
    scope = Scope({"inputs": dict(inputs)})
    variables = {**as_variables(inputs), **(scope.texts(runs.env) if runs is not None else {})}
    lower = {name.lower(): value for name, value in inputs.items()}
    entrypoint, args = lower.get("entrypoint", ""), _words(lower.get("args", ""))
    if runs is not None:
        entrypoint = entrypoint or scope.text(runs.entrypoint)
        args = args or tuple(scope.text(each) for each in runs.args)
    image = _image(found, runs)
    if runs is not None and runs.post_entrypoint is not None:
        last = scope.text(runs.post_entrypoint)
        condition = runs.post_if.text if runs.post_if is not None else "always()"

        def after(late: Call) -> Effects:
            return _start(late, image, last, (), {**variables, **call.saved})

        call.posts.append(Post(condition, after))
    return _start(call, image, entrypoint, args, {**variables, **call.saved})


def _image(found: Found, runs: Runs | None) -> DockerAction:
    if found.reference.kind == "image":
        return DockerAction({}, image=found.reference.path)
    said = runs.image if runs is not None else None
    if isinstance(said, Scalar) and said.text.startswith("docker://"):
        return DockerAction({}, image=said.text.removeprefix("docker://"))
    name = said.text if isinstance(said, Scalar) and said.text else "Dockerfile"
    return DockerAction({}, dockerfile=found.folder / name)


def _start(
    call: Call,
    image: DockerAction,
    entrypoint: str,
    args: tuple[str, ...],
    variables: Mapping[str, str],
) -> Effects:
    def work(env: Mapping[str, str]) -> Ended:
        action = DockerAction(env, image.image, image.dockerfile, entrypoint, args)
        return call.workplace.places.docker_action(action, call.place, call.log.feed, call.stop)

    return call.supervised(work, {**call.own, **variables})


def _words(text: str) -> tuple[str, ...]:
    import shlex  # noqa: PLC0415 - few actions have `args`

    return tuple(shlex.split(text))
