"""Composite actions: their steps run in a frame of their own, inside of one step of the job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from placid.engine.pipeline.call import Call
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.finding import Found
from placid.engine.pipeline.frame import Frame
from placid.formats.workflows.model import Action, Runs

DEEPEST = 10
"""How many composite actions may use each other in a row."""

Nested = Callable[[Call, Frame, Runs], Effects]
"""Runs the steps of `runs` in a frame, and gives what they change outside of it."""


def run_composite(
    call: Call, found: Found, action: Action, inputs: Mapping[str, str], nested: Nested
) -> Effects:
    """Run every step; the outputs are evaluated when all are done."""
    runs = action.runs
    assert runs is not None
    if call.frame.depth >= DEEPEST:
        return call.log.finished().fail(f"actions use each other over {DEEPEST} deep")
    named = found.reference
    github = {
        **call.frame.github,
        "action_path": call.text(found.folder),
        "action_repository": named.repository,
        "action_ref": named.ref,
    }
    frame = call.frame.inner({"inputs": dict(inputs)}, github, call.env)
    frame.action_root = _root(found)
    effects = nested(call, frame, runs)
    scope = frame.scope(secrets=False)
    effects.outputs = {each.id.text: scope.text(each.value) for each in action.outputs}
    return effects


def _root(found: Found) -> Path:
    folder = found.folder
    for _ in range(found.reference.path.count("/") + 1 if found.reference.path else 0):
        folder = folder.parent
    return folder
