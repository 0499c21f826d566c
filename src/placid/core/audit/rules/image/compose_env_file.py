"""The `env_file` of a compose service is there, or said not to be required.

Why: compose refuses to start without it: "env file not found".
Bad: `env_file: .env.prodcution`
Good: `env_file: .env.production`, or `{path: .env, required: false}`
Known limits: files that git ignores, or that have an example beside them, are made on the machine.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.registry import nearest
from placid.core.audit.facts.compose import Project, compose
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.compose import EnvFile

_SAMPLE = re.compile(r"(example|sample|template|dist|tmpl|default|local)", re.IGNORECASE)


@rule("image/compose-env-file", Severity.MEDIUM, docs=__doc__ or "")
def compose_env_file(repository: Repository) -> Iterator[Hit | Unknown]:
    for project in compose(repository) if repository.whole else ():
        for service in project.services if not project.example else ():
            for each in service.env_files:
                path = project.within(each.path) if "$" not in each.path else None
                if each.required and path and not _may_be_there(repository, path):
                    yield _hit(repository, project, each, path)


def _may_be_there(repository: Repository, path: str) -> bool:
    """Whether it is in git, or made from a sample on the machine."""
    if repository.has(path) or repository.tree.ignored(path) is not False:
        return True
    folder, name = posixpath.split(path)
    if name.startswith(".env") and name.count(".") == 1:
        return True
    samples = (each for each in repository.paths if posixpath.dirname(each) == folder)
    return any(_SAMPLE.search(posixpath.basename(each)) and "env" in each for each in samples)


def _hit(repository: Repository, project: Project, each: EnvFile, path: str) -> Hit:
    beside = [
        posixpath.basename(other)
        for other in repository.paths
        if posixpath.dirname(other) == posixpath.dirname(path)
    ]
    close = nearest(posixpath.basename(path), [name for name in beside if "env" in name])
    more = f"; did you mean {close}?" if close else ""
    place = Place(project.path, each.span)
    return Hit(f"there is no {path}: compose refuses to start{more}", at=(place,))
