"""GitHub workflows and actions: read from text into a typed model with places, and validated.

workflow = read_workflow(text, ".github/workflows/ci.yml")
workflow.job("test").steps[0].run.text
"""

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
from placid.formats.workflows.reading import action, read_action, read_workflow, workflow
from placid.formats.workflows.reference import Reference, reference
from placid.formats.workflows.validating import document_faults, validate

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
    "reference",
    "validate",
    "workflow",
]
