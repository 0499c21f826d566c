"""Jobs and steps of a YAML tree, and `Fields`: the values of a mapping by their keys."""

from __future__ import annotations

from placid.base.yamltext import Entry, Mapping, Node, Scalar, Sequence
from placid.formats.workflows.model import (
    Concurrency,
    Container,
    Defaults,
    Environment,
    Job,
    Permissions,
    Step,
    Strategy,
)


class Fields:
    """The values of a mapping; what is no mapping has none."""

    def __init__(self, node: Node | None) -> None:
        entries = node.entries if isinstance(node, Mapping) else ()
        self._entries = {entry.key.text: entry for entry in entries}

    def entry(self, key: str) -> Entry | None:
        """A key with its value."""
        return self._entries.get(key)

    def get(self, key: str) -> Node | None:
        """A value; None for none and for null."""
        entry = self._entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.value is None):
            return None
        return entry.value

    def scalar(self, key: str) -> Scalar | None:
        """A single value."""
        value = self.get(key)
        return value if isinstance(value, Scalar) else None

    def scalars(self, key: str) -> tuple[Scalar, ...] | None:
        """One value or a list of them; None when the key is not there."""
        value = self.get(key)
        if isinstance(value, Scalar):
            return (value,)
        items = value.items if isinstance(value, Sequence) else ()
        found = tuple(item for item in items if isinstance(item, Scalar))
        return found if key in self._entries else None

    def items(self, key: str) -> tuple[Node, ...]:
        """The items of a list."""
        value = self.get(key)
        return value.items if isinstance(value, Sequence) else ()

    def entries(self, key: str) -> tuple[Entry, ...]:
        """The entries of a mapping."""
        value = self.get(key)
        return value.entries if isinstance(value, Mapping) else ()


def job(key: Scalar, body: Mapping) -> Job:
    """One job."""
    fields = Fields(body)
    steps = [item for item in fields.items("steps") if isinstance(item, Mapping)]
    return Job(
        id=key,
        body=body,
        name=fields.scalar("name"),
        needs=fields.scalars("needs") or (),
        condition=fields.scalar("if"),
        runs_on=fields.get("runs-on"),
        permissions=permissions(fields.entry("permissions")),
        environment=_environment(fields.entry("environment")),
        concurrency=concurrency(fields.entry("concurrency")),
        strategy=_strategy(fields.entry("strategy")),
        container=_container(fields.entry("container")),
        services=tuple(_service(each) for each in fields.entries("services")),
        env=fields.get("env"),
        defaults=defaults(fields.get("defaults")),
        outputs=fields.entries("outputs"),
        timeout_minutes=fields.scalar("timeout-minutes"),
        cancel_timeout_minutes=fields.scalar("cancel-timeout-minutes"),
        continue_on_error=fields.scalar("continue-on-error"),
        steps=tuple(step(item, index) for index, item in enumerate(steps)),
        uses=fields.scalar("uses"),
        given=fields.entries("with"),
        secrets=fields.get("secrets"),
    )


def step(body: Mapping, index: int) -> Step:
    """One step; `index` is its place in its list."""
    fields = Fields(body)
    inner = [item for item in fields.items("parallel") if isinstance(item, Mapping)]
    return Step(
        body=body,
        index=index,
        id=fields.scalar("id"),
        name=fields.scalar("name"),
        condition=fields.scalar("if"),
        run=fields.scalar("run"),
        uses=fields.scalar("uses"),
        shell=fields.scalar("shell"),
        working_directory=fields.scalar("working-directory"),
        given=fields.entries("with"),
        env=fields.get("env"),
        timeout_minutes=fields.scalar("timeout-minutes"),
        continue_on_error=fields.scalar("continue-on-error"),
        background=fields.scalar("background"),
        wait=fields.scalars("wait") or (),
        wait_all=fields.entry("wait-all") is not None,
        cancel=fields.scalar("cancel"),
        parallel=tuple(step(item, at) for at, item in enumerate(inner)),
    )


def defaults(node: Node | None) -> Defaults:
    """`defaults:`."""
    fields = Fields(Fields(node).get("run"))
    return Defaults(fields.scalar("shell"), fields.scalar("working-directory"))


def permissions(entry: Entry | None) -> Permissions | None:
    """`permissions:`."""
    if entry is None:
        return None
    if isinstance(entry.value, Scalar):
        return Permissions(entry.key.span, every=entry.value)
    entries = entry.value.entries if isinstance(entry.value, Mapping) else ()
    scopes = ((each.key, each.value) for each in entries)
    kept = tuple((scope, level) for scope, level in scopes if isinstance(level, Scalar))
    return Permissions(entry.key.span, scopes=kept)


def concurrency(entry: Entry | None) -> Concurrency | None:
    """`concurrency:`."""
    if entry is None:
        return None
    if isinstance(entry.value, Scalar):
        return Concurrency(entry.key.span, entry.value)
    fields = Fields(entry.value)
    return Concurrency(
        entry.key.span,
        fields.scalar("group"),
        fields.scalar("cancel-in-progress"),
        fields.scalar("queue"),
    )


def _environment(entry: Entry | None) -> Environment | None:
    if entry is None:
        return None
    if isinstance(entry.value, Scalar):
        return Environment(entry.key.span, entry.value)
    fields = Fields(entry.value)
    name, url = fields.scalar("name"), fields.scalar("url")
    return Environment(entry.key.span, name, url, fields.scalar("deployment"))


def _strategy(entry: Entry | None) -> Strategy | None:
    if entry is None:
        return None
    fields = Fields(entry.value)
    return Strategy(
        at=entry.key.span,
        body=entry.value,
        matrix=fields.get("matrix"),
        fail_fast=fields.scalar("fail-fast"),
        max_parallel=fields.scalar("max-parallel"),
    )


def _service(entry: Entry) -> Container:
    return _read_container(entry, entry.key)


def _container(entry: Entry | None) -> Container | None:
    return None if entry is None else _read_container(entry, None)


def _read_container(entry: Entry, name: Scalar | None) -> Container:
    if isinstance(entry.value, Scalar):
        return Container(entry.key.span, entry.value, name, image=entry.value)
    fields = Fields(entry.value)
    return Container(
        at=entry.key.span,
        body=entry.value,
        id=name,
        image=fields.scalar("image"),
        env=fields.get("env"),
        ports=fields.scalars("ports") or (),
        volumes=fields.scalars("volumes") or (),
        options=fields.scalar("options"),
        credentials=fields.get("credentials"),
        entrypoint=fields.scalar("entrypoint"),
        command=fields.scalar("command"),
    )
