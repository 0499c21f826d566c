"""The debug log of GitHub Actions is switched on for a run, not left on in a file.

Why: it shows what steps are given, and what they answer. In `env:` the two switches do nothing:
only a secret, a variable or "re-run with debug logging" counts. The line misleads who reads it.
Bad: `env: {ACTIONS_STEP_DEBUG: true}`
Good: "Re-run jobs" with "Enable debug logging"
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping, Node, Scalar
from placid.core.audit.facts.workflows import is_workflow, workflow
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_SWITCHES = frozenset(("ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG"))


@path_rule("secrets/debug-left-on", Severity.LOW, docs=__doc__ or "", reads=is_workflow)
def debug_left_on(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    text = repository.text(path)
    if text is None or not any(switch in text for switch in _SWITCHES):
        return
    read = workflow(repository, path)
    environments: list[Node | None] = [read.env] if read else []
    for job in read.jobs if read else ():
        environments += [job.env, *(step.env for step in job.every_step())]
    for environment in environments:
        for entry in environment.entries if isinstance(environment, Mapping) else ():
            if _is_on(entry):
                yield Hit(
                    f"{entry.key.text} is left on; in env: it has no effect",
                    (Place(path, entry.key.span),),
                    action="remove the debug switches from the workflows",
                )


def _is_on(entry: Entry) -> bool:
    value = entry.value
    return entry.key.text in _SWITCHES and isinstance(value, Scalar) and value.value is True
