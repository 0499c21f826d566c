"""What steps are called: the ids that GitHub gives those without one, and the names it shows."""

from __future__ import annotations

import re

from placid.core.pipeline.templates import OPEN, Scope
from placid.formats.expressions.nodes import ExpressionError
from placid.formats.workflows.model import Step

_ODD = re.compile(r"[^A-Za-z0-9_-]")


def action_id(step: Step, taken: dict[str, int]) -> str:
    """`github.action`: the step's id, or one made of what it does ("__run", "__run_2")."""
    if step.id is not None and step.id.text:
        return step.id.text
    stem = "run"
    if step.uses is not None:
        stem = _ODD.sub("_", step.uses.text.partition("@")[0].removeprefix("./").strip("/"))
    stem = f"__{stem}"
    taken[stem] = taken.get(stem, 0) + 1
    return stem if taken[stem] == 1 else f"{stem}_{taken[stem]}"


def shown(step: Step, scope: Scope) -> str:
    """The name GitHub shows; where its expression cannot be evaluated, as it is written."""
    if step.name is not None and step.name.text:
        return _evaluated(step.name.text, scope) if OPEN in step.name.text else step.name.text
    if step.run is not None:
        text = _evaluated(step.run.text, scope) if OPEN in step.run.text else step.run.text
        lines = text.strip().splitlines()
        return f"Run {lines[0].strip()}" if lines else "Run"
    if step.uses is not None:
        return f"Run {step.uses.text}"
    for word, targets in (("Wait for", step.wait), ("Cancel", (step.cancel,))):
        named = ", ".join(target.text for target in targets if target is not None)
        if named:
            return f"{word} {named}"
    return "Wait for all" if step.wait_all else "Run in parallel"


def _evaluated(text: str, scope: Scope) -> str:
    try:
        return str(scope.render(text))
    except ExpressionError:
        return text
