"""`runs-on` names images that GitHub has, one of them.

Why: a job for a runner that nobody has waits for a day and is cancelled.

Bad: `runs-on: ubuntu-lastest`

Good: `runs-on: ubuntu-latest`

Known limits: only labels in the form of GitHub's own (`ubuntu-...`); any other label, one with
more behind it (`ubuntu-24.04-16core`), may be a runner of your own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.audit.facts.workflows import is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_FORM = re.compile(r"(ubuntu|windows|macos|linux|mac|osx|win)[-_]?(l[aest]{3,7}|v?\d+(?:\.\d+)?)")
_SYSTEM = re.compile(r"(ubuntu|windows|macos)-(?:latest|\d+(?:\.\d+)?)")
_UBUNTU = re.compile(r"(?:1[02468]|2[02468])\.04|latest")
_WINDOWS = re.compile(r"20(?:12|16|19|22|25|28)|11|latest")
_MACOS = re.compile(r"10\.1[0-9]|1[1-9](?:\.0)?|2[6-9]|latest")


@path_rule("pipeline/unknown-runner", Severity.HIGH, docs=__doc__ or "", reads=is_workflow)
def unknown_runner(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Look at the labels of every job that are written out."""
    read = workflow(repository, path)
    for job in read.jobs if read is not None else ():
        labels = [label for label in job.labels if "${{" not in label.text]
        grouped = isinstance(job.runs_on, Mapping) and job.runs_on.get("group") is not None
        if grouped or any(label.text.lower() == "self-hosted" for label in labels):
            continue
        for label in labels:
            if not _known(label.text.lower()):
                yield Hit(
                    f"GitHub has no runner {label.text}; this job never starts",
                    (Place(path, label.span),),
                    action="run jobs on images that there are",
                )
        systems = [label for label in labels if _SYSTEM.fullmatch(label.text.lower())]
        if len({label.text.lower() for label in systems}) > 1:
            named = " and ".join(label.text for label in systems)
            yield Hit(
                f"no runner is {named} at once; this job never starts",
                (Place(path, systems[1].span),),
                action="run jobs on images that there are",
            )


def _known(label: str) -> bool:
    found = _FORM.fullmatch(label)
    if found is None:
        return True
    system, separator, version = label.partition("-")
    if not separator or system not in {"ubuntu", "windows", "macos"}:
        return False
    images = {"ubuntu": _UBUNTU, "windows": _WINDOWS, "macos": _MACOS}[system]
    return bool(images.fullmatch(version))
