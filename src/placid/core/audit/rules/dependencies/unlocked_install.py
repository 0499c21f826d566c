"""What installs a release keeps to the lock file.

Why: `npm install` may change the lock and take newer packages; `npm ci` takes what the lock says,
or stops. Only then is what was tested what is deployed.
Bad: `RUN npm install` beside a `package-lock.json`
Good: `RUN npm ci`; `yarn --frozen-lockfile` or `--immutable`, `pnpm install --frozen-lockfile`,
`uv sync --locked`, `pipenv install --deploy`, `cargo build --locked`
Known limits: where pnpm and yarn 2 see that they run in CI they keep to the lock by themselves;
jobs that commit what they install are left alone.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.copied import copied, in_context
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.installs import Install, install_of
from placid.core.audit.facts.lock_steps import steps
from placid.core.audit.facts.projects import Lock, Project, is_foreign, projects
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.facts.script_places import place
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.dockerfile import chain
from placid.formats.shell import Command, Word, commands
from placid.formats.workflows import Job, Step, Workflow

_CAREFUL = {"uv", "cargo"}
"""Tools that keep to the lock as long as it is in step with the manifest."""
_WRITES = ("git push", "git commit", "create-pull-request", "git-auto-commit", "npm version")


@rule("dependencies/unlocked-install", Severity.MEDIUM, docs=__doc__ or "")
def unlocked_install(repository: Repository) -> Iterator[Hit | Unknown]:
    if not any(project.locks for project in projects(repository)):
        return
    for built in dockerfiles(repository):
        if not built.example and not is_foreign(built.path):
            for call in run_commands(repository, built.path):
                yield from _in_image(repository, built, call)
    for workflow in workflows(repository):
        for job in workflow.jobs:
            yield from _in_job(repository, workflow, job)


def _in_job(repository: Repository, workflow: Workflow, job: Job) -> Iterator[Hit]:
    if _checks_out(job) and not _writes(repository, workflow, job):
        for step in job.every_step():
            yield from _in_step(repository, workflow, job, step)


def _in_image(repository: Repository, built: Built, call: Call) -> Iterator[Hit]:
    text = built.text
    if install_of(call.command, True, False) is None or "UV_LOCKED" in text or "UV_FROZEN" in text:
        return
    files = _before(repository, built, call)
    found = [
        (project, lock)
        for project in projects(repository)
        for lock in project.locks
        if project.manifest in files and posixpath.dirname(lock.path) == project.folder
    ]
    homes = {project.folder for project, _ in found}
    if len(homes) > 1:
        found = [each for each in found if each[0].folder == built.context]
    install = install_of(call.command, _is_berry(repository, found), False)
    for project, lock in found if install else ():
        if install and install.tool == lock.tool:
            at = Place(built.path, call.span)
            if lock.path in files:
                yield _hit(repository, install, project, lock, at, call.at(install.remedy.word))
            else:
                message = f"{install.said} runs before {lock.path} is copied, so nothing is locked"
                action = f"copy the lock file and use `{install.better}` in {built.path}"
                yield Hit(message, (at, Place(lock.path)), action=action)


def _before(repository: Repository, built: Built, call: Call) -> set[str]:
    """The files of the repository that are in the stage when the command runs."""
    line = {each.index for each in chain(built.stages, call.stage)}
    prefix = f"{built.context}/" if built.context else ""
    return {
        prefix + path
        for each in copied(built)
        if each.stage.index in line and each.instruction.span.start < call.instruction.span.start
        for path in in_context(repository, built, each.source)
        if built.ignored is None or not built.ignored[1].leaves_out(path)
    }


def _is_berry(repository: Repository, found: list[tuple[Project, Lock]]) -> bool:
    texts = (repository.text(lock.path) or "" for _, lock in found if lock.tool == "yarn")
    return any("\n__metadata:" in text[:2000] for text in texts)


def _in_step(repository: Repository, workflow: Workflow, job: Job, step: Step) -> Iterator[Hit]:
    script = step.run
    if script is None:
        return
    folder: str | None = _folder(workflow, job, step)
    for command in commands(script.text) if folder is not None else ():
        if command.program in {"cd", "pushd"}:
            folder = _moved(repository, folder, command)
            continue
        found = _locked_in(repository, folder)
        install = install_of(command, _is_berry(repository, found), True)
        for project, lock in found if install else ():
            if install and install.tool == lock.tool:
                yield from _said(repository, workflow, script, command, (install, project, lock))


def _said(
    repository: Repository,
    workflow: Workflow,
    script: Scalar,
    command: Command,
    what: tuple[Install, Project, Lock],
) -> Iterator[Hit]:
    source = repository.text(workflow.path) or ""
    install, project, lock = what

    def where(word: Word) -> Span | None:
        return place(source, script, word)

    first, last = where(command.words[0]), where(command.words[-1])
    span = Span(first.start, last.end) if first and last else script.span
    at = Place(workflow.path, span)
    yield _hit(repository, install, project, lock, at, where(install.remedy.word))


def _hit(
    repository: Repository,
    install: Install,
    project: Project,
    lock: Lock,
    at: Place,
    word: Span | None,
) -> Hit:
    remedy, fix = install.remedy, None
    if word is not None:
        span = Span(word.end, word.end) if remedy.after else word
        in_step = not any(steps(repository, project, lock))
        edit = Edit(Place(at.path, span), remedy.text)
        fix = Fix(f"use {install.better}", (edit,), safe=in_step)
    return Hit(
        f"{install.said} does not keep to {lock.path}; {install.better} does",
        at=(at, Place(lock.path)),
        fix=fix,
        action=f"install with `{install.better}`",
        severity=Severity.LOW if install.tool in _CAREFUL else None,
    )


def _folder(workflow: Workflow, job: Job, step: Step) -> str | None:
    """Where a step runs, relative to the root; None when only the run knows."""
    given = (
        step.working_directory,
        job.defaults.working_directory,
        workflow.defaults.working_directory,
    )
    first = next((each.text for each in given if each is not None), "")
    if "${{" in first or first.startswith("/"):
        return None
    clean = posixpath.normpath(first or ".")
    return "" if clean == "." else clean


def _moved(repository: Repository, folder: str | None, command: Command) -> str | None:
    words = command.arguments
    if folder is None or len(words) != 1 or not words[0].known:
        return None
    clean = posixpath.normpath(posixpath.join(folder or ".", words[0].text))
    clean = "" if clean == "." else clean
    return None if clean.startswith(("..", "/")) else clean


def _locked_in(repository: Repository, folder: str | None) -> list[tuple[Project, Lock]]:
    return [
        (project, lock)
        for project in projects(repository)
        if project.folder == folder
        for lock in project.locks
        if posixpath.dirname(lock.path) == folder
    ]


def _checks_out(job: Job) -> bool:
    """Whether the job has this repository, and at the root of its workspace."""
    found = [
        step for step in job.steps if step.uses and step.uses.text.startswith("actions/checkout@")
    ]
    return len(found) == 1 and not found[0].input("repository") and not found[0].input("path")


def _writes(repository: Repository, workflow: Workflow, job: Job) -> bool:
    """Whether the job gives back what it changed, such as an update of the lock itself."""
    source = repository.text(workflow.path) or ""
    text = source[job.body.span.start : job.body.span.end]
    return any(each in text for each in _WRITES) or "UV_LOCKED" in source or "UV_FROZEN" in source
