"""From what somebody asks of `placid run` to the runs that are to be made.

The workflows are those that lie in the working tree, or those of the commit that was asked for;
the event is made of the repository's state. A workflow that GitHub would refuse is refused, with
every fault underlined.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from placid.app.running import Wanted, now
from placid.app.sites import Site
from placid.base.errors import Problem, Problems
from placid.base.yamltext.nodes import Node
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.events import Event, event
from placid.core.pipeline.facts import Origin, RunStarted
from placid.core.pipeline.github_context import RunOf, github
from placid.core.pipeline.inputs import inputs_of
from placid.core.pipeline.repository import GitState
from placid.core.pipeline.triggers import suited
from placid.formats.expressions.values import is_object
from placid.formats.workflows.fault import Fault
from placid.formats.workflows.model import Workflow
from placid.formats.workflows.reading import read_workflow
from placid.formats.workflows.reading import workflow as read_root
from placid.formats.workflows.reference import Reference, reference
from placid.ports.pipeline import Actions
from placid.ports.pipeline import Origin as Source

FOLDER = ".github/workflows"


class Read(msgspec.Struct, frozen=True):
    """A workflow's file: its path from the top, its text, and the workflow in it."""

    path: str
    text: str
    workflow: Workflow


class Ground(msgspec.Struct, frozen=True):
    """The repository as it is asked about."""

    site: Site
    asked: Asked
    state: GitState
    warn: Callable[[str], None]

    def text(self, path: str) -> str | None:
        """A file of the tree, or of the commit that was asked for; None when there is none."""
        if self.asked.commit or self.asked.ref:
            return _at(self.site.top, self.state.sha, path)
        try:
            return (self.site.top / path).read_text("utf-8", "surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def paths(self) -> list[str]:
        """The workflows there are."""
        if self.asked.commit or self.asked.ref:
            found = _git(self.site.top, "ls-tree", "--name-only", self.state.sha, FOLDER + "/")
            names = found.splitlines()
        else:
            names = [f"{FOLDER}/{each.name}" for each in (self.site.top / FOLDER).glob("*.y*ml")]
        return sorted(name for name in names if name.endswith((".yml", ".yaml")))


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "surrogateescape") if not done.returncode else ""


def _at(folder: Path, commit: str, path: str) -> str | None:
    words = ["git", "-C", str(folder), "cat-file", "blob", f"{commit}:{path}"]
    done = subprocess.run(words, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "surrogateescape") if not done.returncode else None


def ground(site: Site, asked: Asked, warn: Callable[[str], None]) -> Ground:
    """Read the repository's state; a folder without git has none."""
    if not any((site.top / name).exists() for name in (".git", "HEAD")):
        return Ground(site, asked, GitState(), warn)
    from placid.edge.pipeline.gitstate import read

    state = read(site.top, ref=asked.ref, commit=asked.commit, dirty=asked.dirty)
    return Ground(site, asked, state, warn)


def read_one(here: Ground, named: str) -> Read:
    """The workflow of a file; Problem with every fault that GitHub would refuse it for."""
    whole = (here.asked.folder / named).resolve()
    inside = whole.is_relative_to(here.site.top)
    path = str(whole.relative_to(here.site.top)) if inside else str(whole)
    text = here.text(path) if inside else whole.read_text("utf-8", "surrogateescape")
    if text is None:
        raise Problem("there is no such workflow", where=named, fix=f"one of: {here.paths()}")
    return Read(path, text, checked(text, path, here))


def checked(text: str, path: str, here: Ground) -> Workflow:
    """The workflow in a text; Problems when GitHub would refuse it. What was right stays so."""
    from placid.edge.pipeline.kept import KeptWorkflows

    kept = KeptWorkflows(here.site.home / "cache" / "workflows")
    root = kept.get(path, text)
    if root is None:
        root = _valid(text, path)
        kept.put(path, text, root)
    workflow = read_root(root, path)
    if workflow is None:
        raise Problem("this is no workflow", where=path, fix="it needs `on:` and `jobs:`")
    return workflow


def _valid(text: str, path: str) -> Node:
    """The tree of a text that GitHub takes."""
    from placid.base.yamltext.composing import compose
    from placid.formats.workflows.validating import document_faults

    document = compose(text, path)
    faults = [each for each in document_faults(document, "workflow") if _counts(each)]
    problems = [document.problem(each.message, each.span) for each in faults]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)
    if document.root is None:
        raise Problem("this is no workflow", where=path, fix="it needs `on:` and `jobs:`")
    return document.root


def _counts(fault: Fault) -> bool:
    """Whether GitHub refuses a workflow for it; our own key is for us alone."""
    return fault.standing == "refused" and fault.message != "Unexpected value 'x-placid'"


def called(here: Ground, first: Workflow, actions: Actions) -> dict[str, str]:
    """The texts of all reusable workflows below one, by what `uses` says; those that are not to be
    had are left out, and the job that calls one fails with that."""
    found: dict[str, str] = {}
    waiting = [first]
    while waiting:
        for job in waiting.pop().jobs:
            uses = job.uses.text if job.uses is not None else ""
            named = reference(uses) if uses and uses not in found else None
            if named is None:
                continue
            text = _reusable(here, named, actions)
            workflow = read_workflow(text, named.path) if text is not None else None
            if text is not None and workflow is not None:
                found[uses] = text
                waiting.append(workflow)
    return found


def _reusable(here: Ground, named: Reference, actions: Actions) -> str | None:
    if named.kind == "local":
        return here.text(named.path)
    try:
        return actions.workflow(named)
    except Problem as problem:
        here.warn(f"{problem.what}: the jobs that call it will fail")
        return None


def happened(here: Ground, read: Read) -> Event:
    """The event of a run. Of a workflow that was named and no event, one that starts it."""
    asked, workflow = here.asked, read.workflow
    given: Mapping[str, object] = {}
    if asked.event_file is not None:
        given = _payload(asked.event_file)
    name = asked.event or _usual(workflow)
    inputs: Mapping[str, object] | None = None
    if name in ("workflow_dispatch", "workflow_call"):
        said = given.get("inputs")
        values = {**(said if is_object(said) else {}), **asked.inputs}
        try:
            inputs = inputs_of(workflow.trigger(name), values)
        except Problem:
            if asked.answer == "run":
                raise
            inputs = values  # who only looks need not know them
    suits = suited(workflow.trigger(name), given)
    return event(here.state, name, suits, inputs, read.path)


def _usual(workflow: Workflow) -> str:
    names = [each.event.text for each in workflow.triggers]
    for usual in ("push", "pull_request", "workflow_dispatch"):
        if usual in names:
            return usual
    return names[0] if names else "push"


def _payload(path: Path) -> dict[str, object]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except msgspec.DecodeError as wrong:
        what = f"this is no JSON object: {wrong}"
        raise Problem(what, where=str(path), fix="write the event as GitHub sends it") from None


def wanted(here: Ground, read: Read, happening: Event, actions: Actions, before: int = 0) -> Wanted:
    """The run of a workflow for an event; of what the run `before` did well nothing is repeated."""
    asked, site = here.asked, here.site
    name = read.workflow.name.text if read.workflow.name is not None else ""
    token = asked.secrets.get("GITHUB_TOKEN", "")
    context = github(happening, RunOf(read.path, name, token=token))
    plain = {key: value for key, value in context.items() if key not in ("event", "token")}
    guarded = tuple(sorted(site.guarded - set(asked.approve)))
    subject = here.state.head.subject if here.state.head is not None else ""
    remote = happening.remote
    first = RunStarted(
        number=0,
        path=read.path,
        text=read.text,
        event=happening.name,
        origin=Origin(happening.sha, happening.ref, remote.slug, remote.url, subject, asked.dirty),
        at=now(),
        actor=happening.actor,
        name=name or read.path,
        called=called(here, read.workflow, actions),
        github=plain,
        guarded=guarded,
        payload=dict(happening.payload),
        inputs=dict(happening.inputs),
        jobs=tuple(name for name in asked.jobs if read.workflow.job(name) is not None),
    )

    def again_read(text: str, path: str) -> Workflow | None:
        return read.workflow if text == read.text else read_workflow(text, path)

    wish = again(here, msgspec.structs.replace(first, before=before), token)
    return msgspec.structs.replace(wish, read=again_read)


def again(here: Ground, first: RunStarted, token: str = "") -> Wanted:
    """The run that a first fact tells of, with what is asked now around it."""
    asked, origin = here.asked, first.origin
    known: dict[str, object] = {
        "github": {**first.github, "event": first.payload, "token": token},
        "vars": dict(asked.variables),
    }
    source = Source(here.site.top, origin.commit, origin.ref, origin.slug, origin.url, origin.dirty)
    return Wanted(
        first=first,
        source=source,
        known=known,
        secrets=dict(asked.secrets),
        env=dict(asked.env),
        passed=asked.passed,
        image=asked.image,
        from_step=asked.from_step,
        parallel=asked.parallel,
        keep=asked.keep,
        approved=asked.approve,
        by=_me() if asked.approve else "",
    )


def _me() -> str:
    import getpass

    return getpass.getuser()
