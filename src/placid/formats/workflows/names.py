"""What expressions may use in each place, by the table "Context availability" of GitHub's docs."""

from __future__ import annotations

from placid.formats.workflows.shapes import Names

_ANYWAY = ("always(0,0)", "cancelled(0,0)")
_STATUS = (*_ANYWAY, "success(0,0)", "failure(0,0)")
_JOB_STATUS = (*_ANYWAY, "success(0,MAX)", "failure(0,MAX)")
_HASH = ("hashFiles(1,255)",)


def _names(text: str, *functions: str) -> Names:
    return Names(frozenset(text.split()), frozenset(functions))


RUN = _names("github inputs vars")
WORKFLOW_ENV = _names("github inputs vars secrets")
CALL_OUTPUT = _names("github inputs vars jobs")
NEEDS = _names("github inputs vars needs")
JOB_IF = _names("github inputs vars needs", *_JOB_STATUS)
JOB = _names("github inputs vars needs strategy matrix")
JOB_ENV = _names("github inputs vars needs strategy matrix secrets")
JOB_DEFAULTS = _names("github inputs vars needs strategy matrix env")
CREDENTIALS = _names("github inputs vars needs strategy matrix secrets env")
_RUNNER = "github inputs vars needs strategy matrix steps job runner env"
RUNNER_ENV = _names(_RUNNER + " secrets")
ENVIRONMENT_URL = _names(_RUNNER)
STEP = _names(_RUNNER + " secrets", *_HASH)
STEP_IF = _names(_RUNNER, *_STATUS, *_HASH)

_ACTION = "github inputs strategy matrix steps job runner env"
ACTION_DEFAULT = _names("github strategy matrix job runner", *_HASH)
ACTION_OUTPUT = _names(_ACTION)
ACTION_IMAGE = _names("inputs")
ACTION_STEP = _names(_ACTION, *_HASH)
ACTION_STEP_IF = _names(_ACTION, *_STATUS, *_HASH)
ACTION_RUNS_IF = _names("runner github job strategy matrix env inputs", *_STATUS, *_HASH)
