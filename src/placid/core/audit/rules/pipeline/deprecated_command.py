"""Steps speak to the runner through files, not through commands that it no longer takes.

Why: `::set-env` and `::add-path` have been refused since 2020, so that the step fails.
`::set-output` and `::save-state` are on their way out and warn in every run.

Bad: `echo "::set-output name=version::$V"`

Good: `echo "version=$V" >> "$GITHUB_OUTPUT"`

Known limits: commands printed by programs and scripts outside of the workflow are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.workflows import actions, workflows
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.workflows import Defaults, Job, Step, Workflow
from placid.formats.workflows.templates import located

_FILES = {
    "set-output": "GITHUB_OUTPUT",
    "save-state": "GITHUB_STATE",
    "set-env": "GITHUB_ENV",
    "add-path": "GITHUB_PATH",
}
_REFUSED = frozenset(("set-env", "add-path"))
_COMMAND = re.compile(r"::(set-output|save-state|set-env)[ \t]+name=|::(add-path)::")
_ECHO = re.compile(
    r"[ \t]*(?P<echo>(?:echo|Write-Output|Write-Host)[ \t]+(?P<quote>[\"']?))"
    r"::(?:(?:set-output|save-state|set-env)[ \t]+name=(?P<name>[\w-]+)|add-path)::"
    r"(?P<value>[^\n]*?)(?P=quote)[ \t]*"
)
_UNFIT = re.compile(r"%0|[|;&<>`]|Write-Host")


@rule("pipeline/deprecated-command", Severity.MEDIUM, docs=__doc__ or "")
def deprecated_command(repository: Repository) -> Iterator[Hit | Unknown]:
    """Look at every script of workflows and actions."""
    for workflow in workflows(repository):
        for job in workflow.jobs:
            for step in job.every_step():
                yield from _step(repository, workflow.path, step, _shell(workflow, job, step))
    for action in actions(repository):
        for step in action.runs.steps if action.runs is not None else ():
            shell = step.shell.text if step.shell is not None else ""
            yield from _step(repository, action.path, step, shell)


def _shell(workflow: Workflow, job: Job, step: Step) -> str:
    defaults: tuple[Defaults, ...] = (job.defaults, workflow.defaults)
    named = (step.shell, *(each.shell for each in defaults))
    given = next((shell.text for shell in named if shell is not None), None)
    if given is not None:
        return given
    windows = any("windows" in label.text for label in job.labels)
    unknown = any("${{" in label.text for label in job.labels)
    return "pwsh" if windows else "" if unknown else "bash"


def _step(repository: Repository, path: str, step: Step, shell: str) -> Iterator[Hit]:
    script = step.run
    if script is None or "::" not in script.text:
        return
    source = repository.text(path) or ""
    for found in _COMMAND.finditer(script.text):
        command = found[1] or found[2]
        file = _FILES[command]
        state = "is refused since 2020: the step fails" if command in _REFUSED else "is deprecated"
        start = script.text.rfind("\n", 0, found.start()) + 1
        end = script.text.find("\n", start)
        line = Span(start, end if end >= 0 else len(script.text))
        plain = script.plain or script.block
        text = _instead(script.text[line.start : line.end], file, shell) if plain else None
        at = located(source, script, Span(found.start(), found.start() + 2 + len(command)))
        fix = None
        if text is not None:
            whole = located(source, script, _stripped(script.text, line))
            exact = source[whole.start : whole.end] == script.text[line.start : line.end].strip()
            edit = Edit(Place(path, whole), text)
            fix = Fix(f"write to {file}", (edit,)) if exact else None
        yield Hit(
            f"::{command} {state}; append to ${file} instead",
            (Place(path, at),),
            fix=fix,
            action="write to the runner's files instead of printing commands",
            severity=Severity.HIGH if command in _REFUSED else None,
        )


def _stripped(text: str, line: Span) -> Span:
    part = text[line.start : line.end]
    start = line.start + len(part) - len(part.lstrip())
    return Span(start, start + len(part.strip()))


def _instead(line: str, file: str, shell: str) -> str | None:
    """The line as it should be; None when it does more than print one command."""
    found = _ECHO.fullmatch(line)
    if found is None or not shell or _UNFIT.search(line):
        return None
    if found["quote"] and found["quote"] in found["value"].replace("\\" + found["quote"], ""):
        return None
    name = f"{found['name']}=" if found["name"] else ""
    powershell = shell.partition(" ")[0] in {"pwsh", "powershell"}
    if not powershell and shell.partition(" ")[0] not in {"bash", "sh"}:
        return None
    target = f"$env:{file}" if powershell else f'"${file}"'
    return f"{found['echo']}{name}{found['value']}{found['quote']} >> {target}"
