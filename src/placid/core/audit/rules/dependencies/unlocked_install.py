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

from placid.base.yamltext import Span
from placid.core.audit.facts.ci_commands import CALLS, CiCommand, ci_commands
from placid.core.audit.facts.copied import copied, in_context
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.installs import Install, install_of
from placid.core.audit.facts.lock_steps import steps
from placid.core.audit.facts.projects import Lock, Project, is_foreign, projects
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.dockerfile import chain

_CHANGES = ("yalc", "package.json", "npm pkg", "npm link")
"""What changes the manifest first, so that the lock cannot be kept to."""
_CAREFUL = {"uv", "cargo"}
"""Tools that keep to the lock as long as it is in step with the manifest."""
_BY_IMAGE = frozenset(("npm", "yarn", "pnpm", "bun", "pipenv", "uv"))
"""Tools whose installs beside a copied lock `image/install-without-lock` tells."""
_WRITES = ("git push", "git commit", "create-pull-request", "git-auto-commit", "npm version")


@rule("dependencies/unlocked-install", Severity.MEDIUM, docs=__doc__ or "")
def unlocked_install(repository: Repository) -> Iterator[Hit | Unknown]:
    if not any(project.locks for project in projects(repository)):
        return
    for built in dockerfiles(repository):
        if not built.example and not is_foreign(built.path) and CALLS.search(built.text):
            for call in run_commands(repository, built.path):
                yield from _in_image(repository, built, call)
    for each in ci_commands(repository):
        if not _writes(repository, each):
            yield from _in_workflow(repository, each)


def _in_image(repository: Repository, built: Built, call: Call) -> Iterator[Hit]:
    text = built.text
    if install_of(call.command, True, False) is None or "UV_LOCKED" in text or "UV_FROZEN" in text:
        return
    if any(each in call.script.text for each in _CHANGES):
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
            if lock.path in files and install.tool not in _BY_IMAGE:
                yield _hit(repository, install, project, lock, at, call.at(install.remedy.word))
            elif lock.path not in files:
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


def _in_workflow(repository: Repository, run: CiCommand) -> Iterator[Hit]:
    found = _locked_in(repository, run.folder)
    install = install_of(run.command, _is_berry(repository, found), True)
    for project, lock in found if install else ():
        if install and install.tool == lock.tool:
            source = repository.text(run.workflow.path) or ""
            at = Place(run.workflow.path, run.span(source))
            word = run.at(source, install.remedy.word)
            yield _hit(repository, install, project, lock, at, word)


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


def _locked_in(repository: Repository, folder: str) -> list[tuple[Project, Lock]]:
    return _by_folder(repository).get(folder, [])


@fact
def _by_folder(repository: Repository) -> dict[str, list[tuple[Project, Lock]]]:
    """The projects with the locks that lie beside them."""
    found: dict[str, list[tuple[Project, Lock]]] = {}
    for project in projects(repository):
        for lock in project.locks:
            if posixpath.dirname(lock.path) == project.folder:
                found.setdefault(project.folder, []).append((project, lock))
    return found


def _writes(repository: Repository, run: CiCommand) -> bool:
    """Whether the job gives back what it changed, such as an update of the lock itself."""
    source = repository.text(run.workflow.path) or ""
    text = source[run.job.body.span.start : run.job.body.span.end]
    return any(each in text for each in _WRITES) or "UV_LOCKED" in source or "UV_FROZEN" in source
