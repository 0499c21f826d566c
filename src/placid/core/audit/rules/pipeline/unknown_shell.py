"""`shell` names a shell that the runner knows, or a command with `{0}`.

Why: the step fails with "Invalid shell option" before it has run anything.

Bad: `shell: zsh`

Good: `shell: zsh {0}`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.workflows import action, is_action, is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_KNOWN = frozenset(("bash", "sh", "pwsh", "powershell", "cmd", "python"))


def _reads(path: str) -> bool:
    return is_workflow(path) or is_action(path)


@path_rule("pipeline/unknown-shell", Severity.HIGH, docs=__doc__ or "", reads=_reads)
def unknown_shell(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Look at every `shell` that is written out."""
    for shell in _shells(repository, path):
        text = shell.text
        if text and "{0}" not in text and "${{" not in text and text.lower() not in _KNOWN:
            yield Hit(
                f"the runner has no shell {text}: name one of {', '.join(sorted(_KNOWN))}, "
                f"or a command with {{0}} for the script's file",
                (Place(path, shell.span),),
                action="name shells that the runner knows",
            )


def _shells(repository: Repository, path: str) -> Iterator[Scalar]:
    read = workflow(repository, path) if is_workflow(path) else None
    own = action(repository, path) if read is None and is_action(path) else None
    steps = [step for job in read.jobs for step in job.every_step()] if read is not None else []
    if own is not None and own.runs is not None:
        steps += own.runs.steps
    found = [step.shell for step in steps]
    if read is not None:
        found += [read.defaults.shell, *(job.defaults.shell for job in read.jobs)]
    yield from (shell for shell in found if shell is not None)
