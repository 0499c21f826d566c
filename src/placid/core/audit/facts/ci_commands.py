"""The commands of workflows that call package managers, with the folder each one runs in.

Only jobs that have this repository at the root of their workspace, and commands whose folder is
known: `working-directory` and plain `cd` are followed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Scalar, Span
from placid.core.audit.facts.script_places import place
from placid.core.audit.facts.workflows import workflows
from placid.core.audit.model import Repository, fact
from placid.formats.shell import Command, Word, commands
from placid.formats.workflows import Job, Step, Workflow

CALLS = re.compile(r"\b(?:npm|yarn|pnpm|bun|uv|pipenv|pdm|cargo)\b")
"""Whether a script may call a package manager that keeps a lock."""


class CiCommand(NamedTuple):
    """One command. `script` is the scalar it stands in."""

    workflow: Workflow
    job: Job
    script: Scalar
    command: Command
    folder: str

    def at(self, source: str, word: Word) -> Span | None:
        """Where one of its words is written in the text of the workflow."""
        return place(source, self.script, word)

    def span(self, source: str) -> Span:
        """Where it is written; all of the script when that cannot be told."""
        words = self.command.words
        first, last = self.at(source, words[0]), self.at(source, words[-1])
        return Span(first.start, last.end) if first and last else self.script.span


@fact
def ci_commands(repository: Repository) -> tuple[CiCommand, ...]:
    """All of them, in order."""
    return tuple(
        each
        for workflow in workflows(repository)
        for job in workflow.jobs
        if checks_out(job)
        for step in job.every_step()
        for each in _of_step(workflow, job, step)
    )


def checks_out(job: Job) -> bool:
    """Whether the job has this repository, and at the root of its workspace."""
    found = [
        step for step in job.steps if step.uses and step.uses.text.startswith("actions/checkout@")
    ]
    return len(found) == 1 and not found[0].input("repository") and not found[0].input("path")


def _of_step(workflow: Workflow, job: Job, step: Step) -> Iterator[CiCommand]:
    script = step.run
    if script is None or not CALLS.search(script.text):
        return
    folder: str | None = _folder(workflow, job, step)
    for command in commands(script.text):
        if folder is None:
            return
        if command.program in {"cd", "pushd", "popd"}:
            folder = _moved(folder, command)
        else:
            yield CiCommand(workflow, job, script, command, folder)


def _folder(workflow: Workflow, job: Job, step: Step) -> str | None:
    """Where a step begins, relative to the root; None when only the run knows."""
    given = (
        step.working_directory,
        job.defaults.working_directory,
        workflow.defaults.working_directory,
    )
    first = next((each.text for each in given if each is not None), "")
    return None if "${{" in first else _clean(first)


def _moved(folder: str, command: Command) -> str | None:
    words = command.arguments
    if len(words) != 1 or not words[0].known or words[0].text.startswith("-"):
        return None
    return _clean(posixpath.join(folder, words[0].text))


def _clean(folder: str) -> str | None:
    clean = posixpath.normpath(folder or ".")
    return None if clean.startswith(("..", "/", "~")) else "" if clean == "." else clean
