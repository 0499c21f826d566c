"""From a YAML tree to a Workflow or an Action, taking what is there and of the right form.

Nothing is refused here. Keys come by the name that GitHub knows; an expression that stands for a
whole mapping or list leaves that part's fields empty.
"""

from __future__ import annotations

from placid.base.errors import Problem
from placid.base.yamltext.nodes import Entry, Mapping, Node, Scalar, Sequence
from placid.formats.workflows.jobs import Fields, defaults, job, permissions, step
from placid.formats.workflows.jobs import concurrency as concurrency_of
from placid.formats.workflows.model import (
    FILTERS,
    Action,
    Input,
    Output,
    Runs,
    Schedule,
    Secret,
    Trigger,
    Workflow,
)


def read_workflow(text: str, path: str = "") -> Workflow | None:
    """The workflow in a text; None when the text is no YAML, or no mapping."""
    return workflow(_root(text), path)


def read_action(text: str, path: str = "") -> Action | None:
    """The action in a text; None when the text is no YAML, or no mapping."""
    return action(_root(text), path)


def workflow(root: Node | None, path: str = "") -> Workflow | None:
    """The workflow of a YAML tree."""
    if not isinstance(root, Mapping):
        return None
    fields = Fields(root)
    return Workflow(
        root=root,
        path=path,
        name=fields.scalar("name"),
        run_name=fields.scalar("run-name"),
        triggers=_triggers(fields.get("on")),
        permissions=permissions(fields.entry("permissions")),
        env=fields.get("env"),
        defaults=defaults(fields.get("defaults")),
        concurrency=concurrency_of(fields.entry("concurrency")),
        jobs=tuple(
            job(each.key, each.value)
            for each in fields.entries("jobs")
            if isinstance(each.value, Mapping)
        ),
    )


def action(root: Node | None, path: str = "") -> Action | None:
    """The action of a YAML tree."""
    if not isinstance(root, Mapping):
        return None
    fields = Fields(root)
    return Action(
        root=root,
        path=path,
        name=fields.scalar("name"),
        description=fields.scalar("description"),
        inputs=tuple(map(_input, fields.entries("inputs"))),
        outputs=tuple(map(_output, fields.entries("outputs"))),
        runs=_runs(fields.entry("runs")),
    )


def _root(text: str) -> Node | None:
    from placid.base.yamltext.composing import compose  # noqa: PLC0415 - who has a tree needs none

    try:
        return compose(text).root
    except Problem:
        return None


def _runs(entry: Entry | None) -> Runs | None:
    if entry is None or not isinstance(entry.value, Mapping):
        return None
    fields = Fields(entry.value)
    steps = [item for item in fields.items("steps") if isinstance(item, Mapping)]
    return Runs(
        at=entry.key.span,
        using=fields.scalar("using"),
        steps=tuple(step(item, index) for index, item in enumerate(steps)),
        main=fields.scalar("main"),
        pre=fields.scalar("pre"),
        pre_if=fields.scalar("pre-if"),
        post=fields.scalar("post"),
        post_if=fields.scalar("post-if"),
        image=fields.scalar("image"),
        entrypoint=fields.scalar("entrypoint"),
        pre_entrypoint=fields.scalar("pre-entrypoint"),
        post_entrypoint=fields.scalar("post-entrypoint"),
        args=fields.scalars("args") or (),
        env=fields.get("env"),
    )


def _triggers(node: Node | None) -> tuple[Trigger, ...]:
    if isinstance(node, Scalar):
        return (Trigger(node),) if node.text else ()
    if isinstance(node, Sequence):
        return tuple(Trigger(item) for item in node.items if isinstance(item, Scalar))
    if node is None:
        return ()
    return tuple(_trigger(entry) for entry in node.entries)


def _trigger(entry: Entry) -> Trigger:
    fields = Fields(entry.value)
    given = ((name, fields.scalars(name)) for name in FILTERS)
    return Trigger(
        event=entry.key,
        body=entry.value,
        types=fields.scalars("types"),
        filters=tuple((name, patterns) for name, patterns in given if patterns is not None),
        workflows=fields.scalars("workflows") or (),
        schedules=_schedules(entry),
        inputs=tuple(map(_input, fields.entries("inputs"))),
        outputs=tuple(map(_output, fields.entries("outputs"))),
        secrets=tuple(map(_secret, fields.entries("secrets"))),
    )


def _schedules(entry: Entry) -> tuple[Schedule, ...]:
    if entry.key.text != "schedule" or not isinstance(entry.value, Sequence):
        return ()
    lines = [Fields(item) for item in entry.value.items]
    found = [(line.scalar("cron"), line.scalar("timezone")) for line in lines]
    return tuple(Schedule(cron, zone) for cron, zone in found if cron is not None)


def _input(entry: Entry) -> Input:
    fields = Fields(entry.value)
    return Input(
        id=entry.key,
        type=fields.scalar("type"),
        required=fields.scalar("required"),
        default=fields.scalar("default"),
        options=fields.scalars("options") or (),
        description=fields.scalar("description"),
        deprecation=fields.scalar("deprecationMessage"),
    )


def _output(entry: Entry) -> Output:
    fields = Fields(entry.value)
    return Output(entry.key, fields.scalar("value"), fields.scalar("description"))


def _secret(entry: Entry) -> Secret:
    return Secret(entry.key, Fields(entry.value).scalar("required"))
