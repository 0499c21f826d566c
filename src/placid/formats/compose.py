"""Compose files: the services with the parts that deployment rests on, each with its place.

Both spellings of every part are read (`ports: ["80:80"]` and `ports: [{target: 80}]`). Values with
`${...}` keep them: what is not known from the file is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from placid.base.yamltext import Document, Mapping, Node, Scalar, Sequence, Span
from placid.formats.manifests.reading import entry, flag, items, mapping, scalar, value, word

_SHORT = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:]+\]|[0-9]+(?:\.[0-9]+){3}|\$\{[^}]*\}):(?=[^:]*:))?"
    r"(?:(?P<published>[0-9]+(?:-[0-9]+)?|\$\{[^}]*\})?:)?"
    r"(?P<target>[0-9]+(?:-[0-9]+)?|\$\{[^}]*\})(?:/(?P<protocol>tcp|udp))?\Z"
)
_FILLED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?-([^}$]*)\}\Z")


class Text(NamedTuple):
    """A single value and where it stands."""

    text: str
    span: Span


class Port(NamedTuple):
    """One port: `published` on the host (None: not at all, or not known) to `target` within."""

    published: int | None
    target: int | None
    ip: str
    protocol: str
    span: Span


class Needs(NamedTuple):
    """An entry of `depends_on`."""

    name: str
    condition: str
    required: bool
    span: Span


class EnvFile(NamedTuple):
    """An entry of `env_file`."""

    path: str
    required: bool
    span: Span


class Variable(NamedTuple):
    """An entry of `environment`; the value is None when it comes from outside."""

    name: str
    value: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Build:
    """How an image is built; paths as written, `context` and `dockerfile` with their defaults."""

    context: str
    dockerfile: str
    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class Health:
    """`healthcheck`; off when it is disabled. `test` is the command as one text."""

    test: str
    off: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `node` is all that is written of it, `span` its name."""

    name: str
    span: Span
    node: Mapping
    image: Text | None
    build: Build | None
    ports: tuple[Port, ...]
    health: Health | None
    variables: tuple[Variable, ...]
    env_files: tuple[EnvFile, ...]
    needs: tuple[Needs, ...]
    volumes: tuple[Text, ...]
    profiles: tuple[str, ...]
    extended: bool


def services(document: Document) -> tuple[Service, ...]:
    """The services of a compose file; nothing for what is none."""
    found = mapping(document.root, "services")
    return tuple(
        _service(each.key, each.value)
        for each in (found.entries if found else ())
        if isinstance(each.value, Mapping) and not each.merged
    )


def _service(key: Scalar, node: Mapping) -> Service:
    image = scalar(node, "image")
    return Service(
        name=key.text,
        span=key.span,
        node=node,
        image=Text(image.text, image.span) if image else None,
        build=_build(node),
        ports=tuple(_ports(node)),
        health=_health(node),
        variables=tuple(_variables(value(node, "environment"))),
        env_files=tuple(_env_files(value(node, "env_file"))),
        needs=tuple(_needs(value(node, "depends_on"))),
        volumes=tuple(_volumes(node)),
        profiles=tuple(each.text for each in items(node, "profiles") if isinstance(each, Scalar)),
        extended=entry(node, "extends") is not None or node.merge is not None,
    )


def filled(text: str) -> str | None:
    """A text with `${NAME:-default}` as its default; None when it cannot be known."""
    match = _FILLED.match(text)
    if match:
        return match[1]
    return None if "$" in text.replace("$$", "") else text


def _build(node: Mapping) -> Build | None:
    found = entry(node, "build")
    if found is None:
        return None
    if isinstance(found.value, Scalar):
        return Build(found.value.text or ".", "Dockerfile", "", found.value.span)
    if mapping(found.value) is None or entry(found.value, "dockerfile_inline"):
        return None
    return Build(
        word(found.value, "context") or ".",
        word(found.value, "dockerfile") or "Dockerfile",
        word(found.value, "target"),
        found.key.span,
    )


def _ports(node: Mapping) -> Iterator[Port]:
    for each in items(node, "ports"):
        if isinstance(each, Scalar):
            match = _SHORT.match(each.text)
            if match:
                ip = (match["ip"] or "").strip("[]")
                published, target = _number(match["published"]), _number(match["target"])
                yield Port(published, target, ip, match["protocol"] or "tcp", each.span)
        elif isinstance(each, Mapping):
            yield Port(
                _number(word(each, "published")),
                _number(word(each, "target")),
                word(each, "host_ip"),
                word(each, "protocol") or "tcp",
                each.span,
            )


def _number(text: str | None) -> int | None:
    known = filled(text) if text else None
    return int(known) if known and known.isascii() and known.isdigit() and len(known) < 6 else None


def _health(node: Mapping) -> Health | None:
    found = entry(node, "healthcheck")
    if found is None or not isinstance(found.value, Mapping):
        return None
    test = value(found.value, "test")
    text = test.text if isinstance(test, Scalar) else " ".join(_texts(test))
    off = flag(found.value, "disable") is True or text == "NONE"
    return Health(text, off, found.key.span)


def _texts(node: Node | None) -> Iterator[str]:
    return (each.text for each in items(node) if isinstance(each, Scalar))


def _variables(node: Node | None) -> Iterator[Variable]:
    if isinstance(node, Mapping):
        for each in node.entries:
            if isinstance(each.value, Scalar) and not each.merged:
                known = None if each.value.value is None else each.value.text
                yield Variable(each.key.text, known, Span(each.key.span.start, each.value.span.end))
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                name, equals, text = item.text.partition("=")
                yield Variable(name, text if equals else None, item.span)


def _env_files(node: Node | None) -> Iterator[EnvFile]:
    for each in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(each, Scalar) and each.text:
            yield EnvFile(each.text, required=True, span=each.span)
        elif isinstance(each, Mapping) and (path := scalar(each, "path")):
            yield EnvFile(path.text, flag(each, "required") is not False, path.span)


def _needs(node: Node | None) -> Iterator[Needs]:
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                yield Needs(item.text, "service_started", required=True, span=item.span)
    elif isinstance(node, Mapping):
        for each in node.entries:
            condition = word(each.value, "condition") or "service_started"
            required = flag(each.value, "required") is not False
            yield Needs(each.key.text, condition, required, each.key.span)


def _volumes(node: Mapping) -> Iterator[Text]:
    for each in items(node, "volumes"):
        if isinstance(each, Scalar):
            yield Text(each.text, each.span)
        elif isinstance(each, Mapping) and (source := scalar(each, "source")):
            yield Text(f"{source.text}:{word(each, 'target')}", each.span)
