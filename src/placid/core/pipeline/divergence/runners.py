"""`runs-on` against this machine: its system, its processor, its size, and what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping, Node, Scalar, Sequence, Span
from placid.core.pipeline.divergence.ground import Difference, Ground
from placid.formats.workflows.model import Job, Workflow

_MATRIX = re.compile(r"\$\{\{\s*matrix\.([A-Za-z_][\w-]*)\s*\}\}")
_LARGER = re.compile(r"(?:^|[-_])(?:\d+[-_]?cores?|x?large|xl|gpu\w*)(?:$|[-_])", re.IGNORECASE)
_ARM = re.compile(r"(?:^|[-_])(?:arm|arm64|aarch64)(?:$|[-_])", re.IGNORECASE)
_SYSTEMS = {"ubuntu": "Linux", "linux": "Linux", "windows": "Windows", "macos": "macOS"}
_PLAIN = {"x64", "linux", "self-hosted", "arm64", "arm", "x86"}
_SHELLS = ("pwsh", "powershell", "cmd")
_INSTALLS = re.compile(
    r"(?m)^[^#\n]*?\b(?:apt-get|apt|snap|brew|dnf|yum|apk|choco)\s+(?:-\S+\s+)*"
    r"(?:install|add|remove|upgrade|update)\b"
)


def runner_differences(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    """What each job's labels and shells ask for that is not here."""
    for job in workflow.jobs:
        if job.container is None:
            for text, at in _labels(job):
                yield from _label(text, at, ground)
        group = job.runs_on.get("group") if isinstance(job.runs_on, Mapping) else None
        if group is not None:
            here = "this machine is in no group of runners; the job runs here all the same"
            yield Difference("runs-on.group", group.key.span, here)
        yield from _shells(workflow, job, ground)
        yield from _installs(job, ground)


def _labels(job: Job) -> Iterator[tuple[str, Span]]:
    """The labels with their places; those of `matrix.os` stand in the matrix."""
    for scalar in job.labels:
        found = _MATRIX.fullmatch(scalar.text.strip())
        if found is None:
            yield scalar.text, scalar.span
            continue
        values = list(_axis(job, found[1]))
        if not values:
            yield scalar.text, scalar.span
        yield from ((each.text, each.span) for each in values)


def _axis(job: Job, name: str) -> Iterator[Scalar]:
    matrix = job.strategy.matrix if job.strategy is not None else None
    if not isinstance(matrix, Mapping):
        return
    own = matrix.get(name)
    yield from _scalars(own.value if own is not None else None)
    included = matrix.get("include")
    for item in included.value.items if included and isinstance(included.value, Sequence) else ():
        entry = item.get(name) if isinstance(item, Mapping) else None
        yield from _scalars(entry.value if entry is not None else None)


def _scalars(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Scalar))


def _label(text: str, at: Span, ground: Ground) -> Iterator[Difference]:
    what = f"runs-on: {text}"
    folded = text.lower()
    if "${{" in text:
        yield Difference(what, at, f"whatever it says, the job runs on {ground.described}")
        return
    system = next((name for key, name in _SYSTEMS.items() if folded.startswith(key)), "")
    if system and system != ground.system:
        here = f"runs on {ground.described} instead, so commands for {system} fail"
        yield Difference(what, at, here, heavy=True)
        return
    arch = "ARM64" if _ARM.search(folded) else "X64" if folded == "x64" else ground.arch
    if arch != ground.arch:
        here = f"runs on {ground.arch}, so what is built or tested is of another processor"
        yield Difference(what, at, here, heavy=True)
    elif _LARGER.search(folded):
        cores = f"{ground.cores} cores" if ground.cores else "what this machine has"
        yield Difference(what, at, f"a larger machine of GitHub's; here there are {cores}")
    elif folded == "self-hosted":
        here = "your own runner's tools, files and network are not looked for here"
        yield Difference(what, at, here)
    elif folded not in _PLAIN:
        yield from _plain(what, at, system, ground)


def _plain(what: str, at: Span, system: str, ground: Ground) -> Iterator[Difference]:
    if not system:
        yield Difference(what, at, "a label of your own runners; the job runs here all the same")
    elif what != f"runs-on: {ground.label}":
        yield Difference(what, at, f"runs {_where(ground)}: only what is installed there is there")


def _where(ground: Ground) -> str:
    return f"in {ground.image}" if ground.image else f"on {ground.described}"


def _shells(workflow: Workflow, job: Job, ground: Ground) -> Iterator[Difference]:
    shells = [workflow.defaults.shell, job.defaults.shell]
    shells += [step.shell for step in job.every_step()]
    for shell in shells:
        name = shell.text.split(" ", 1)[0].lower() if shell is not None else ""
        if shell is not None and name in _SHELLS and name not in ground.programs:
            here = f"{name} is not installed here, so the step fails"
            yield Difference(f"shell: {shell.text}", shell.span, here, heavy=True)


def _installs(job: Job, ground: Ground) -> Iterator[Difference]:
    """Packages are installed on a machine that is thrown away at GitHub, and kept here."""
    if ground.image or job.container is not None:
        return
    for step in job.every_step():
        if step.run is not None and _INSTALLS.search(step.run.text):
            here = "changes this machine itself; GitHub's is thrown away (--image runs it in one)"
            yield Difference("a package manager in `run`", step.run.span, here)
