"""Which action a step uses, where it lies, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from placid.base.errors import Problem
from placid.base.yamltext import compose
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.call import Call
from placid.engine.pipeline.workplace import Workplace
from placid.formats.expressions.values import text_of
from placid.formats.workflows.model import Action
from placid.formats.workflows.reading import read_action
from placid.formats.workflows.reference import Reference
from placid.formats.workflows.reference import reference as read_reference
from placid.ports.pipeline import Layout


class Found(msgspec.Struct, frozen=True):
    """An action and where it lies, outside; without an action.yml it is its Dockerfile."""

    reference: Reference
    folder: Path
    action: Action | None = None


def referred(uses: str) -> Reference:
    """What `uses` names; Problem when it is nothing that GitHub understands."""
    named = read_reference(uses)
    if named is None:
        raise Problem(f"`uses: {uses}` names no action", fix="write owner/name@ref or ./folder")
    return named


def find(call: Call, uses: str, named: Reference) -> Found:
    """The action, fetched where it is a remote one; Problem when it cannot be had."""
    if named.kind == "image":
        return Found(named, call.layout.workspace)
    if named.kind == "local":
        top = call.frame.action_root if uses.startswith("$/") else call.layout.workspace
        return _read(named, top / named.path, uses)
    return fetched(call.workplace, call.layout, uses, named, call.log.say)


def fetched(
    workplace: Workplace, layout: Layout, uses: str, named: Reference, say: Callable[[str], None]
) -> Found:
    """A remote action."""
    return _read(named, workplace.actions.fetch(named, layout.actions, say), uses)


def _read(named: Reference, folder: Path, uses: str) -> Found:
    for name in ("action.yml", "action.yaml"):
        path = folder / name
        if path.is_file():
            return Found(named, folder, _valid(path.read_text("utf-8", "replace"), path, uses))
    if (folder / "Dockerfile").is_file() or (folder / "dockerfile").is_file():
        return Found(named, folder)
    raise Problem(
        f"Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '{folder}'.",
        where=uses,
        fix="Did you forget to run actions/checkout before running your local action?",
    )


@lru_cache(maxsize=64)
def _valid(text: str, path: Path, uses: str) -> Action:
    """The action of a text; Problem for one that GitHub's runner does not load."""
    from placid.formats.workflows.validating import document_faults  # noqa: PLC0415  not for all

    document = compose(text, str(path))
    for fault in document_faults(document, "action"):
        if fault.standing == "refused":
            raise document.problem(fault.message, fault.span)
    action = read_action(text, path.name)
    if action is None or action.runs is None:
        raise Problem(f"{path} is no action", where=uses, fix="it needs `runs:`")
    return action


def given(call: Call) -> dict[str, str]:
    """What `with` gives, evaluated."""
    return {entry.key.text: text_of(call.scope.value(entry.value)) for entry in call.step.given}


def inputs_of(action: Action, given: Mapping[str, str], scope: Scope) -> dict[str, str]:
    """All inputs of an action by its own names: what is given, else its defaults."""
    lower = {name.lower(): value for name, value in given.items()}
    declared = {each.id.text: each for each in action.inputs}
    found = {
        name: lower.get(name.lower(), scope.text(one.default)) for name, one in declared.items()
    }
    known = {name.lower() for name in declared}
    found |= {name: value for name, value in given.items() if name.lower() not in known}
    return found


def unexpected(action: Action, given: Mapping[str, str]) -> str:
    """The warning about inputs that an action does not have, "" for none."""
    known = [each.id.text for each in action.inputs]
    lower = {name.lower() for name in known}
    odd = [name for name in given if name.lower() not in lower]
    if not odd or (action.runs is not None and action.runs.image is not None):
        odd = [name for name in odd if name.lower() not in ("entrypoint", "args")]
    if not odd:
        return ""
    valid = ", ".join(f"'{name}'" for name in known)
    return f"Unexpected input(s) {', '.join(map(repr, odd))}, valid inputs are [{valid}]"


def as_variables(inputs: Mapping[str, str]) -> dict[str, str]:
    """INPUT_* as an action reads them."""
    return {f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in inputs.items()}
