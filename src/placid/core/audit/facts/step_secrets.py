"""The secrets that scripts of workflows and actions use, each with its place in the file.

A script holds a secret as `${{ secrets.NAME }}`, or as a variable that `env:` (of the step, its job
or the workflow) sets from one. Expressions are read as words of their own length, so that what is
found in the script is found in the file as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.yamltext import Mapping, Node, Scalar, Span
from placid.core.audit.facts.workflows import action, is_action, is_workflow, workflow
from placid.core.audit.model import Repository, path_fact
from placid.formats.shell import Command, commands
from placid.formats.workflows import Step

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_SECRET = re.compile(r"\bsecrets\s*(?:\.\s*(?P<name>[\w-]+)|\[\s*'(?P<key>[^']+)'\s*\])")
_OWN_TOKEN = "GITHUB_TOKEN"
_POSIX = re.compile(r"(?:/bin/)?(?:ba|da|z|)sh\b.*")


class Use(NamedTuple):
    """A secret in a script: `start` to `end` there, `span` in the file.

    plain   written as an expression, not as a variable
    """

    secret: str
    start: int
    end: int
    span: Span
    plain: bool


@dataclass(frozen=True, slots=True)
class Script:
    """A `run` that uses secrets; `text` has words of equal length for its expressions."""

    text: str
    run: Scalar
    uses: tuple[Use, ...]
    commands: tuple[Command, ...]

    def within(self, start: int, end: int) -> list[Use]:
        """The uses that begin in a stretch of the script."""
        return [use for use in self.uses if start <= use.start < end]

    def line(self, command: Command) -> str:
        """The script from a command to the end of its line, redirections too."""
        end = self.text.find("\n", command.end)
        return self.text[command.start : end if end >= 0 else len(self.text)]


def holds_scripts(path: str) -> bool:
    """Whether a file is a workflow or an action."""
    return is_workflow(path) or is_action(path)


@path_fact
def scripts_with_secrets(repository: Repository, path: str) -> tuple[Script, ...]:
    """The POSIX scripts of a workflow or action that use any secret, in order."""
    source = repository.text(path)
    if source is None or "secrets" not in source:
        return ()
    found = (_script(source, step, names) for step, names in _steps(repository, path))
    return tuple(each for each in found if each is not None)


def _steps(repository: Repository, path: str) -> Iterator[tuple[Step, dict[str, str]]]:
    """Every step, with the variables around it that hold secrets."""
    if is_workflow(path):
        read = workflow(repository, path)
        for job in read.jobs if read else ():
            for step in job.every_step():
                yield step, _variables((read.env if read else None, job.env, step.env))
        return
    acts = action(repository, path)
    for step in acts.runs.steps if acts and acts.runs else ():
        yield step, _variables((step.env,))


def _variables(environments: Iterable[Node | None]) -> dict[str, str]:
    """Variable to secret; the innermost setting counts."""
    names: dict[str, str] = {}
    for environment in environments:
        for entry in environment.entries if isinstance(environment, Mapping) else ():
            value = entry.value.text if isinstance(entry.value, Scalar) else ""
            secret = _secret_in(value)
            names.pop(entry.key.text, None)
            if secret:
                names[entry.key.text] = secret
    return names


def _secret_in(text: str) -> str:
    """The secret that an expression in a text hands on; "" for none, or the run's own token."""
    for expression in _EXPRESSION.finditer(text):
        if "==" in expression[0] or "!=" in expression[0]:
            continue  # asks whether there is one
        found = _SECRET.search(expression[0])
        name = (found["name"] or found["key"]) if found else ""
        if name:
            return name
    return ""


def _script(source: str, step: Step, names: dict[str, str]) -> Script | None:
    run = step.run
    if run is None or run.alias or (step.shell and not _POSIX.fullmatch(step.shell.text)):
        return None
    written = source[run.span.start : run.span.end]
    uses = (*_expressions(run, written), *_expansions(run, written, names))
    if not uses:
        return None
    text = _EXPRESSION.sub(lambda found: "x" * len(found[0]), run.text)
    return Script(text, run, tuple(sorted(uses, key=lambda use: use.start)), commands(text))


def _expressions(run: Scalar, written: str) -> Iterator[Use]:
    """Uses as `${{ }}`: the nth of the script is the nth of the file."""
    there = list(_EXPRESSION.finditer(written))
    here = list(_EXPRESSION.finditer(run.text))
    if len(there) != len(here):
        return
    for found, place in zip(here, there, strict=True):
        secret = _secret_in(found[0])
        if secret:
            yield Use(secret, *found.span(), _moved(run, place), plain=True)


def _expansions(run: Scalar, written: str, names: dict[str, str]) -> Iterator[Use]:
    """Uses as variables."""
    for name, secret in names.items():
        variable = re.compile(rf"\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\}})")
        there, here = list(variable.finditer(written)), list(variable.finditer(run.text))
        if len(there) == len(here):
            for found, place in zip(here, there, strict=True):
                yield Use(secret, *found.span(), _moved(run, place), plain=False)


def _moved(run: Scalar, place: re.Match[str]) -> Span:
    return Span(run.span.start + place.start(), run.span.start + place.end())


def is_own_token(use: Use) -> bool:
    """Whether it is the token of the run itself, which ends with it."""
    return use.secret.upper() == _OWN_TOKEN
