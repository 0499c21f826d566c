"""Every key of a workflow file: "Workflow syntax for GitHub Actions" as a table."""

from __future__ import annotations

from placid.formats.workflows.events import ON
from placid.formats.workflows.names import (
    CREDENTIALS,
    ENVIRONMENT_URL,
    JOB,
    JOB_DEFAULTS,
    JOB_ENV,
    JOB_IF,
    NEEDS,
    RUN,
    RUNNER_ENV,
    STEP,
    STEP_IF,
    WORKFLOW_ENV,
)
from placid.formats.workflows.shapes import (
    ANYTHING,
    CONDITION,
    FILLED,
    FILLED_LIST,
    NULL,
    NUMBER,
    STRINGS,
    TEXT,
    TRUTH,
    VALUE,
    Shape,
    Table,
    dictionary,
    either,
    listing,
    table,
    words,
)

_ANY = words("read write none")
_USUAL_SCOPES = (
    "actions artifact-metadata attestations checks code-quality contents deployments discussions "
    "drives issues packages pages pull-requests repository-projects security-events statuses"
)
_SCOPES = {
    **dict.fromkeys(_USUAL_SCOPES.split(), _ANY),
    "copilot-requests": words("write none"),
    "id-token": words("write none"),
    "models": words("read none"),
    "vulnerability-alerts": words("read none"),
}
_PERMISSIONS = either(table(_SCOPES), words("read-all write-all"))

_SHELL = table({"shell": FILLED, "working-directory": FILLED})
_DEFAULTS = table({"run": _SHELL})
_GROUP = table(
    {"group": FILLED, "cancel-in-progress": TRUTH, "queue": words("single max")}, "group"
)
_CONTAINER: dict[str, Shape] = {
    "image": FILLED,
    "options": TEXT,
    "env": dictionary(TEXT.within(RUNNER_ENV)),
    "ports": listing(FILLED),
    "volumes": listing(FILLED),
    "credentials": table({"username": FILLED, "password": FILLED}).within(CREDENTIALS),
}
_SERVICE = table({**_CONTAINER, "entrypoint": TEXT, "command": TEXT})
_MATRIX = table(
    {
        "include": listing(dictionary(ANYTHING)),
        "exclude": listing(dictionary(ANYTHING)),
    },
    rest=listing(ANYTHING),
)
_STRATEGY = table({"fail-fast": TRUTH, "max-parallel": NUMBER, "matrix": _MATRIX}).within(NEEDS)
_ENVIRONMENT = table(
    {"name": TEXT.within(JOB), "url": TEXT.within(ENVIRONMENT_URL), "deployment": TRUTH}, "name"
)
_SNAPSHOT = table(
    {"image-name": FILLED, "if": CONDITION.within(JOB), "version": FILLED}, "image-name"
)
_RUNNERS = table({"group": FILLED, "labels": FILLED_LIST})

_SHARED_STEP: dict[str, Shape] = {
    "name": TEXT.within(STEP),
    "id": FILLED,
    "continue-on-error": TRUTH.within(STEP),
}
_OWN_STEP: dict[str, Shape] = {
    **_SHARED_STEP,
    "if": CONDITION.within(STEP_IF),
    "timeout-minutes": NUMBER.within(STEP),
    "env": STRINGS.within(STEP),
    "background": TRUTH,
}
_RUN_STEP: dict[str, Shape] = {
    **_OWN_STEP,
    "run": TEXT.within(STEP),
    "working-directory": TEXT.within(STEP),
    "shell": FILLED,
}
_USES_STEP: dict[str, Shape] = {**_OWN_STEP, "uses": FILLED, "with": STRINGS.within(STEP)}
_PARALLEL: dict[str, Shape] = {}
STEP_SHAPE = Shape(
    tables=(
        Table(_RUN_STEP, frozenset(("run",))),
        Table(_USES_STEP, frozenset(("uses",))),
        Table({**_SHARED_STEP, "wait": FILLED_LIST}, frozenset(("wait",))),
        Table({**_SHARED_STEP, "wait-all": either(NULL, TRUTH)}, frozenset(("wait-all",))),
        Table({**_SHARED_STEP, "cancel": FILLED}, frozenset(("cancel",))),
        Table(_PARALLEL, frozenset(("parallel",))),
    )
)
_PARALLEL["parallel"] = listing(STEP_SHAPE)

_EVERY_JOB: dict[str, Shape] = {
    "name": TEXT.within(JOB),
    "needs": FILLED_LIST,
    "if": CONDITION.within(JOB_IF),
    "permissions": _PERMISSIONS,
    "concurrency": either(FILLED, _GROUP).within(JOB),
    "strategy": _STRATEGY,
}
_STEPS_JOB: dict[str, Shape] = {
    **_EVERY_JOB,
    "runs-on": either(FILLED_LIST, _RUNNERS).within(JOB),
    "timeout-minutes": NUMBER.within(JOB),
    "cancel-timeout-minutes": NUMBER.within(JOB),
    "continue-on-error": TRUTH.within(JOB),
    "container": either(TEXT, table(_CONTAINER)).within(JOB),
    "services": dictionary(either(FILLED, _SERVICE)).within(JOB),
    "env": STRINGS.within(JOB_ENV),
    "environment": either(TEXT, _ENVIRONMENT).within(JOB),
    "outputs": dictionary(TEXT.within(RUNNER_ENV)),
    "defaults": table({"run": _SHELL.within(JOB_DEFAULTS)}),
    "steps": listing(STEP_SHAPE),
    "snapshot": either(FILLED, _SNAPSHOT),
}
_CALLING_JOB: dict[str, Shape] = {
    **_EVERY_JOB,
    "uses": FILLED,
    "with": dictionary(VALUE.within(JOB)),
    "secrets": either(words("inherit"), dictionary(VALUE.within(JOB_ENV))),
}
_JOB = Shape(
    tables=(
        Table(_STEPS_JOB, frozenset(("runs-on",))),
        Table(_CALLING_JOB, frozenset(("uses",))),
    )
)

WORKFLOW = table(
    {
        "on": ON,
        "name": TEXT,
        "description": TEXT,
        "run-name": TEXT.within(RUN),
        "defaults": _DEFAULTS,
        "env": STRINGS.within(WORKFLOW_ENV),
        "permissions": _PERMISSIONS,
        "concurrency": either(TEXT, _GROUP).within(RUN),
        "jobs": dictionary(_JOB),
    },
    "on",
    "jobs",
)
