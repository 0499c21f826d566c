"""GitHub workflows and actions: read from text into a typed model with places, and validated.

workflow = read_workflow(text, ".github/workflows/ci.yml")
workflow.job("test").steps[0].run.text
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placid.formats.workflows.fault import Fault
    from placid.formats.workflows.model import (
        Action,
        Concurrency,
        Container,
        Defaults,
        Environment,
        Input,
        Job,
        Output,
        Permissions,
        Runs,
        Schedule,
        Secret,
        Step,
        Strategy,
        Trigger,
        Workflow,
    )
    from placid.formats.workflows.reading import (
        action,
        read_action,
        read_workflow,
        workflow,
    )
    from placid.formats.workflows.reference import Reference
    from placid.formats.workflows.validating import (
        document_faults,
        validate,
    )

__all__ = [
    "Action",
    "Concurrency",
    "Container",
    "Defaults",
    "Environment",
    "Fault",
    "Input",
    "Job",
    "Output",
    "Permissions",
    "Reference",
    "Runs",
    "Schedule",
    "Secret",
    "Step",
    "Strategy",
    "Trigger",
    "Workflow",
    "action",
    "document_faults",
    "read_action",
    "read_workflow",
    "validate",
    "workflow",
]

_HOMES = {
    "Action": "placid.formats.workflows.model",
    "Concurrency": "placid.formats.workflows.model",
    "Container": "placid.formats.workflows.model",
    "Defaults": "placid.formats.workflows.model",
    "Environment": "placid.formats.workflows.model",
    "Fault": "placid.formats.workflows.fault",
    "Input": "placid.formats.workflows.model",
    "Job": "placid.formats.workflows.model",
    "Output": "placid.formats.workflows.model",
    "Permissions": "placid.formats.workflows.model",
    "Reference": "placid.formats.workflows.reference",
    "Runs": "placid.formats.workflows.model",
    "Schedule": "placid.formats.workflows.model",
    "Secret": "placid.formats.workflows.model",
    "Step": "placid.formats.workflows.model",
    "Strategy": "placid.formats.workflows.model",
    "Trigger": "placid.formats.workflows.model",
    "Workflow": "placid.formats.workflows.model",
    "action": "placid.formats.workflows.reading",
    "document_faults": "placid.formats.workflows.validating",
    "read_action": "placid.formats.workflows.reading",
    "read_workflow": "placid.formats.workflows.reading",
    "validate": "placid.formats.workflows.validating",
    "workflow": "placid.formats.workflows.reading",
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: who needs one does not pay for all."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
