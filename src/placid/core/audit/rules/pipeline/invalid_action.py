"""The runner must be able to read every action of this repository.

Why: a job that uses an action the runner cannot load fails at that step. The rule knows each key of
`action.yml`, what each way to run needs (steps of a composite action need `shell`), and what
expressions may use in each place: `secrets` is nowhere to be had inside of an action.

Bad: a composite step with `run` and without `shell`

Good: `shell: bash` beside each `run`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Mapping
from placid.core.audit.facts.workflows import faults, is_action
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule


@path_rule("pipeline/invalid-action", Severity.HIGH, docs=__doc__ or "", reads=is_action)
def invalid_action(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    """Say what the runner says; other tools have files of this name, too."""
    roots = [each.root for each in documents(repository, path)]
    runs = any(isinstance(root, Mapping) and root.get("runs") for root in roots)
    if not runs and not path.startswith(".github/actions/"):
        return
    for fault in faults(repository, path, "action"):
        if fault.standing != "harmless":
            # Runners run an action without these two; only the marketplace asks for them.
            named = fault.message.endswith((": name", ": description"))
            yield Hit(
                fault.message,
                (Place(path, fault.span),),
                action="name and describe the action" if named else "mend the action file",
                severity=Severity.NOTE if named else None,
            )
