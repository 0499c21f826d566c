"""One package manager, in one version, for a package.json.

Why: `packageManager` says which tool keeps the lock. A pipeline that calls another one installs
past the lock; `npm ci` without a lock of npm's stops, and so does pnpm in a version that
package.json does not name.
Bad: `"packageManager": "pnpm@9.1.0"`, `pnpm-lock.yaml`, and `npm install` in the Dockerfile
Good: `corepack enable && pnpm install --frozen-lockfile`
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.ci_commands import CiCommand, checks_out, ci_commands
from placid.core.audit.facts.projects import Lock, Project, package, projects
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.jsontext import inside
from placid.formats.versions import agree, npm, prefix
from placid.formats.workflows import Step

_LOCKS = {
    "npm": "package-lock.json",
    "yarn": "yarn.lock",
    "pnpm": "pnpm-lock.yaml",
    "bun": "bun.lock",
}
_INSTALLS = {
    "npm": ("install", "i", "ci"),
    "yarn": ("install",),
    "pnpm": ("install", "i"),
    "bun": ("install", "i"),
}


@rule("runtime/package-tool", Severity.MEDIUM, docs=__doc__ or "")
def package_tool(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in projects(repository):
        if project.ecosystem == "npm":
            yield from _of_project(repository, project)
    for run in ci_commands(repository):
        yield from _of_command(repository, run)


def _of_project(repository: Repository, project: Project) -> Iterator[Hit]:
    """What package.json says against its lock, its engines and the pipeline's pnpm."""
    found = package(repository, project.manifest)
    said = found.scalar("packageManager") if found else None
    if found is None or said is None:
        return
    tool, _, version = said.text.partition("+")[0].partition("@")
    place = Place(project.manifest, inside(said))
    own = [each for each in project.locks if posixpath.dirname(each.path) == project.folder]
    if own and tool in _LOCKS and tool not in {each.tool for each in own}:
        message = f"packageManager is {said.text}, and the lock file is {own[0].path}"
        yield _hit(message, place, Place(own[0].path))
    engine = found.scalar("engines", tool)
    if engine is not None and agree(npm(engine.text), prefix(version)) is False:
        message = f"packageManager is {said.text}, and engines allow {tool} {engine.text}"
        yield _hit(message, place, Place(project.manifest, inside(engine)))
    if tool == "pnpm" and not project.folder:
        yield from _of_setups(repository, version, place)


def _of_setups(repository: Repository, version: str, place: Place) -> Iterator[Hit]:
    for workflow in workflows(repository):
        for job in workflow.jobs:
            for step in job.every_step():
                given = _pnpm(step) if checks_out(job) else None
                if given and agree(prefix(version), prefix(given[0])) is False:
                    message = (
                        f"the workflow sets up pnpm {given[0]}, and packageManager is {version}"
                    )
                    yield _hit(message, Place(workflow.path, given[1]), place)


def _pnpm(step: Step) -> tuple[str, Span] | None:
    if step.uses is None or not step.uses.text.startswith("pnpm/action-setup@"):
        return None
    version = step.input("version")
    if version is None or "${{" in version.text or step.input("package_json_file"):
        return None
    return version.text, version.span


def _of_command(repository: Repository, run: CiCommand) -> Iterator[Hit]:
    """An install by a tool that has no lock here, where another one has."""
    command, tool = run.command, run.command.program
    manifest = posixpath.join(run.folder, "package.json")
    if not repository.has(manifest) or not _installs(tool, command.texts()):
        return
    locks = _locks(repository, manifest)
    source = repository.text(run.workflow.path) or ""
    if tool in {each.tool for each in locks} or _makes_one(source, run):
        return
    at = Place(run.workflow.path, run.span(source))
    if command.texts()[:1] == ("ci",):
        message = f"npm ci stops where there is no {_LOCKS['npm']}, and {manifest} has none"
        yield Hit(
            message,
            (at, Place(manifest)),
            action="commit the lock file that the pipeline wants, or call the tool that has one",
            severity=Severity.HIGH,
        )
    elif locks:
        message = f"{tool} installs here, and the lock file is {locks[0].path} of {locks[0].tool}"
        yield _hit(message, at, Place(locks[0].path))


def _makes_one(source: str, run: CiCommand) -> bool:
    """Whether the job speaks of the lock itself: it may write or fetch it."""
    text = source[run.job.body.span.start : run.job.body.span.end]
    return "package-lock" in text or "download-artifact" in text


def _installs(tool: str, texts: tuple[str, ...]) -> bool:
    """Whether a command installs all that the manifest names."""
    if tool not in _INSTALLS:
        return False
    plain = [text for text in texts if not text.startswith("-")]
    if {"-g", "--global", "--no-save", "--prefix", "-C", "--package-lock-only"} & set(texts):
        return False
    if tool == "yarn" and not plain:
        return not {"-v", "--version", "--help"} & set(texts)
    return len(plain) == 1 and plain[0] in _INSTALLS[tool]


def _locks(repository: Repository, manifest: str) -> tuple[Lock, ...]:
    found = (each.locks for each in projects(repository) if each.manifest == manifest)
    return next(found, ())


def _hit(message: str, at: Place, other: Place) -> Hit:
    return Hit(message, (at, other), action="let all files name one package manager")
