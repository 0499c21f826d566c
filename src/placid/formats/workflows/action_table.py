"""Every key of an action.yml: "Metadata syntax for GitHub Actions" as a table."""

from __future__ import annotations

from placid.formats.workflows.icons import ICONS
from placid.formats.workflows.names import (
    ACTION_DEFAULT,
    ACTION_IMAGE,
    ACTION_OUTPUT,
    ACTION_RUNS_IF,
    ACTION_STEP,
    ACTION_STEP_IF,
)
from placid.formats.workflows.shapes import (
    ANYTHING,
    CONDITION,
    FILLED,
    STRINGS,
    TEXT,
    TRUTH,
    Shape,
    Table,
    dictionary,
    listing,
    table,
    words,
)

_INPUT = table(
    {
        "description": TEXT,
        "required": TRUTH,
        "default": TEXT.within(ACTION_DEFAULT),
        "deprecationMessage": TEXT,
    },
    rest=ANYTHING,
)
_OUTPUT = table({"description": TEXT, "value": TEXT.within(ACTION_OUTPUT)})
_STEP: dict[str, Shape] = {
    "name": TEXT.within(ACTION_STEP),
    "id": FILLED,
    "if": CONDITION.within(ACTION_STEP_IF),
    "env": STRINGS.within(ACTION_STEP),
    "continue-on-error": TRUTH.within(ACTION_STEP),
}
_RUN_STEP = {
    **_STEP,
    "run": TEXT.within(ACTION_STEP),
    "shell": TEXT.within(ACTION_STEP),
    "working-directory": TEXT.within(ACTION_STEP),
}
_USES_STEP = {**_STEP, "uses": FILLED, "with": STRINGS.within(ACTION_STEP)}
_STEPS = listing(
    Shape(
        tables=(
            Table(_RUN_STEP, frozenset(("run", "shell"))),
            Table(_USES_STEP, frozenset(("uses",))),
        )
    )
)
_IF = CONDITION.within(ACTION_RUNS_IF)
_USING = words("docker node12 node16 node20 node24 composite")
_DOCKER: dict[str, Shape] = {
    "using": _USING,
    "image": FILLED,
    "entrypoint": FILLED,
    "args": listing(TEXT.within(ACTION_IMAGE)),
    "env": STRINGS.within(ACTION_IMAGE),
    "pre-entrypoint": FILLED,
    "pre-if": _IF,
    "post-entrypoint": FILLED,
    "post-if": _IF,
}
_NODE: dict[str, Shape] = {
    "using": _USING,
    "main": FILLED,
    "pre": FILLED,
    "pre-if": _IF,
    "post": FILLED,
    "post-if": _IF,
}
_COMPOSITE: dict[str, Shape] = {"using": _USING, "steps": _STEPS}

ACTION = table(
    {
        "name": FILLED,
        "description": TEXT,
        "author": TEXT,
        "inputs": dictionary(_INPUT),
        "outputs": dictionary(_OUTPUT),
        "runs": Shape(
            tables=(
                Table(_DOCKER, frozenset(("using", "image"))),
                Table(_NODE, frozenset(("using", "main"))),
                Table(_COMPOSITE, frozenset(("using", "steps"))),
            )
        ),
        "branding": table(
            {
                "icon": words(ICONS),
                "color": words("white yellow blue green orange red purple gray-dark"),
            }
        ),
    },
    "name",
    "description",
    "runs",
)
