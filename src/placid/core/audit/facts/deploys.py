"""What each job of the workflows does, told by its steps: scripts, actions, what those call.

    for work in every_work(repository):
        work.does(Kind.DEPLOY); work.gates(Kind.TEST)

A job that makes a cluster of its own deploys nothing that anyone uses: it tests. `opaque` says that
a part of it cannot be seen from here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.called_scripts import called
from placid.core.audit.facts.deeds import Kind, deeds_of, deeds_of_action
from placid.core.audit.facts.workflows import local_action, workflow, workflows
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Place
from placid.formats.shell import Command, commands
from placid.formats.workflows import Job, Step, Workflow
from placid.formats.workflows.reference import reference
from placid.formats.workflows.templates import located

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_DEEPEST = 3
_MOST_SCRIPTS = 30
_HARMLESS = re.compile(
    r"(?:actions|github|astral-sh|pnpm|docker|hashicorp|sigstore|codecov|step-security|dtolnay"
    r"|swatinem|oven-sh|denoland|aws-actions|google-github-actions|azure|tibdex|peter-evans"
    r"|cachix|taiki-e|mozilla-actions|re-actors|zizmorcore|ossf|slsa-framework)/.*"
    r"|[\w.-]+/(?:action-)?(?:setup|install|cache|login|checkout|label|upload|download|stale)[\w.-]*"
    r"|[\w.-]+/[\w.-]*(?:-setup|-login|-cache|labeler|toolchain|-notify|slack[\w-]*)(?:/.*)?"
)


class Deed(NamedTuple):
    """One thing that a job does: where, in which words, and with which step."""

    kind: Kind
    what: str
    text: str
    at: Place
    step: Step


@dataclass(frozen=True, slots=True)
class Work:
    """A job and its deeds in order. `opaque`: some of what it does cannot be seen."""

    workflow: Workflow
    job: Job
    deeds: tuple[Deed, ...]
    opaque: bool

    @property
    def id(self) -> str:
        """The job's id, in small letters."""
        return self.job.id.text.lower()

    @property
    def place(self) -> Place:
        """Where the job begins."""
        return Place(self.workflow.path, self.job.id.span)

    def does(self, *kinds: Kind) -> Deed | None:
        """The first deed of these kinds."""
        return next((deed for deed in self.deeds if deed.kind in kinds), None)


@fact
def every_work(repository: Repository) -> tuple[Work, ...]:
    """Every job of every workflow."""
    return tuple(work for read in workflows(repository) for work in works(repository, read))


def works(repository: Repository, read: Workflow) -> tuple[Work, ...]:
    """The jobs of one workflow."""
    return tuple(_Reader(repository, read).work(job) for job in read.jobs)


class _Reader:
    """Collects the deeds of jobs; what is called from a job counts as the job's own."""

    def __init__(self, repository: Repository, read: Workflow) -> None:
        self.repository = repository
        self.workflow = read
        self.opaque = False

    def work(self, job: Job) -> Work:
        self.opaque = False
        found = list(self._of_job(job, self.workflow, _DEEPEST))
        return Work(self.workflow, job, _without_throwaway(found), self.opaque)

    def _of_job(self, job: Job, read: Workflow, depth: int) -> Iterator[Deed]:
        if job.uses is not None:
            yield from self._of_called(job.uses, depth)
        folder = job.defaults.working_directory or read.defaults.working_directory
        yield from self._of_steps(job.every_step(), read.path, folder, depth)

    def _of_called(self, uses: Scalar, depth: int) -> Iterator[Deed]:
        named = reference(uses.text)
        there = workflow(self.repository, named.path) if named and named.kind == "local" else None
        if there is None or depth == 0:
            self.opaque = True
            return
        for inner in there.jobs:
            yield from self._of_job(inner, there, depth - 1)

    def _of_steps(
        self, steps: Iterable[Step], path: str, folder: Scalar | None, depth: int
    ) -> Iterator[Deed]:
        for step in steps:
            if step.run is not None:
                own = step.working_directory or folder
                yield from self._of_run(step, step.run, path, own.text if own else "")
            elif step.uses is not None:
                yield from self._of_uses(step, step.uses, path, depth)

    def _of_run(self, step: Step, run: Scalar, path: str, folder: str) -> Iterator[Deed]:
        source = self.repository.text(path) or ""
        text = _EXPRESSION.sub(lambda found: "x" * len(found[0]), run.text)
        for command in commands(text):
            span = Span(command.start, command.end)
            at = Place(path, located(source, run, span) if not run.alias else run.span)
            said = run.text[command.start : command.end]
            for kind, what in self._kinds(command, folder, set()).items():
                yield Deed(kind, what, said, at, step)

    def _kinds(self, command: Command, folder: str, seen: set[str]) -> dict[Kind, str]:
        """What a command does, and the scripts that it starts; each of those is read once."""
        found = deeds_of(command)
        script = called(self.repository, command, folder)
        if script is None or script.name in seen or len(seen) > _MOST_SCRIPTS:
            return found
        seen.add(script.name)
        if script.text is None:
            self.opaque = self.opaque or not found
            return found
        for inner in commands(script.text):
            for kind, what in self._kinds(inner, folder, seen).items():
                found.setdefault(kind, what if " in " in what else f"{what} in {script.name}")
        return found

    def _of_uses(self, step: Step, uses: Scalar, path: str, depth: int) -> Iterator[Deed]:
        named = reference(uses.text)
        if named is None or named.kind == "image":
            self.opaque = True
        elif named.kind == "local":
            yield from self._of_local(named.path, depth)
        else:
            name = posixpath.join(named.repository, named.path).rstrip("/")
            kinds = _by_inputs(name.lower(), step, deeds_of_action(name))
            hidden = not kinds and not _HARMLESS.fullmatch(name.lower())
            self.opaque = self.opaque or hidden
            text = " ".join(
                each.value.text for each in step.given if isinstance(each.value, Scalar)
            )
            for kind in kinds:
                yield Deed(kind, name, text, Place(path, uses.span), step)

    def _of_local(self, folder: str, depth: int) -> Iterator[Deed]:
        acts = local_action(self.repository, folder)
        if acts is None or acts.runs is None or not acts.runs.steps or depth == 0:
            self.opaque = True
            return
        yield from self._of_steps(acts.runs.steps, acts.path, None, depth - 1)


def _by_inputs(name: str, step: Step, kinds: frozenset[Kind]) -> frozenset[Kind]:
    """What an action does with these inputs."""

    def given(key: str) -> str:
        value = step.input(key)
        return value.text.strip().lower() if value is not None else ""

    if name.startswith(("docker/build-push-action", "docker/bake-action")):
        pushes = given("push") not in {"", "false"} or "type=registry" in given("outputs")
        return kinds if pushes else kinds - {Kind.PUBLISH}
    if name == "pypa/gh-action-pypi-publish" and "test.pypi" in given("repository-url") + given(
        "repository_url"
    ):
        return kinds - {Kind.PUBLISH}
    if name == "goreleaser/goreleaser-action" and (
        "--snapshot" in given("args") or "release" not in given("args")
    ):
        return kinds - {Kind.PUBLISH}
    if name.startswith("superfly/flyctl-actions") and "deploy" in given("args"):
        return frozenset((Kind.DEPLOY,))
    if name == "pulumi/actions" and given("command") in {"up", "update"}:
        return frozenset((Kind.DEPLOY,))
    if name == "cloudflare/wrangler-action" and re.search(
        r"^(?!.*deploy).|pages", given("command")
    ):
        return kinds - {Kind.DEPLOY}
    return kinds


def _without_throwaway(deeds: list[Deed]) -> tuple[Deed, ...]:
    if not any(deed.kind is Kind.THROWAWAY for deed in deeds):
        return tuple(deeds)
    return tuple(
        deed._replace(kind=Kind.TEST) if deed.kind is Kind.DEPLOY else deed for deed in deeds
    )
