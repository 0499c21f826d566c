"""The workloads that `kubectl apply` in a workflow changes, as far as its files are in the tree.

Files and folders behind `-f`, and kustomizations behind `-k`; what a variable or a pipe decides is
left out, so that an empty answer says nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.deploys import Deed, Work
from placid.core.audit.facts.objects import may_hold_objects, objects
from placid.core.audit.facts.units import units
from placid.core.audit.model import Repository
from placid.formats.manifests.object import Object
from placid.formats.shell import Command, commands

_ROLLED = frozenset(("Deployment", "StatefulSet", "DaemonSet", "Rollout"))
_VERBS = frozenset(("apply", "replace"))
_FILES = ("-f", "--filename")
_KUSTOMIZE = ("-k", "--kustomize")


def applied_workloads(repository: Repository, work: Work, deed: Deed) -> tuple[Object, ...]:
    """The Deployments and the like that this deed applies, in the order of the files."""
    own = deed.step.working_directory or work.job.defaults.working_directory
    own = own or work.workflow.defaults.working_directory
    folder = own.text if own is not None else ""
    found = [
        each
        for command in commands(deed.text)
        if command.words and command.program in {"kubectl", "oc"} and _VERBS & set(command.texts())
        for each in _objects(repository, command, folder)
        if each.kind in _ROLLED
    ]
    return tuple(found)


def _objects(repository: Repository, command: Command, folder: str) -> Iterator[Object]:
    texts = command.texts()
    for at, text in enumerate(texts):
        flag, equals, value = text.partition("=")
        given = value if equals else next(iter(texts[at + 1 : at + 2]), "")
        path = posixpath.normpath(posixpath.join(folder, given)) if given else ""
        if flag in _FILES:
            yield from _of_files(repository, path)
        elif flag in _KUSTOMIZE:
            for unit in units(repository):
                if (posixpath.dirname(unit.path) or ".") == path:
                    yield from unit.objects


def _of_files(repository: Repository, path: str) -> Iterator[Object]:
    if repository.has(path):
        yield from objects(repository, path)
        return
    for each in repository.paths:
        if may_hold_objects(each) and (posixpath.dirname(each) or ".") == path:
            yield from objects(repository, each)
