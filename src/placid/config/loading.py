"""placid.yaml from disk or out of a commit: the whole Config, or all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from placid.base.errors import Problem, Problems
from placid.base.yamltext import Mapping, Node, Span, compose, decode, scalars
from placid.config.checks import check
from placid.config.faults import Reading
from placid.config.model import FILE, Checking, Config, Protecting
from placid.config.reading import read_struct
from placid.config.scalars import what_is
from placid.config.strategy import read_strategy
from placid.config.types import fields_of

_INIT = "run `placid init` to have one written, or begin with the keys app and service"
_SECRETS = re.compile(
    r"(?:secret|password|token|secrt)\w*[\"']?[ \t]*:[ \t]+(?P<value>[^\s$][^\r\n]*)"
    r"|://[^/\s@]*:(?P<password>[^/\s@]+)@",
    re.IGNORECASE,
)


def load(path: Path) -> Config:
    """Read a placid.yaml; the files it names are looked for beside it. Problem or Problems."""
    try:
        text = decode(path.read_bytes(), path.name)
    except FileNotFoundError:
        raise Problem(f"there is no {path.name} here", where=str(path), fix=_INIT) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{path.name} cannot be read: {why}", where=str(path)) from None
    return parse(text, path.name, lambda name: (path.parent / name).is_file())


def parse(text: str, path: str, exists: Callable[[str], bool]) -> Config:
    """Read the text of a placid.yaml; `exists` tells whether a path beside it is a file."""
    document = compose(text, path, tuple(_secrets(text)))
    root = document.root
    if root is None:
        raise Problem(f"{path} is empty", where=path, fix=_INIT)
    document = replace(document, hidden=tuple(_exactly(document.hidden, root)))
    reading = Reading(document, exists, {"strategy": read_strategy})
    if not isinstance(root, Mapping):
        what = f"{path} must be a mapping of keys, not {what_is(root)}"
        raise Problems([document.problem(what, root.span, fix=_INIT)])
    config = read_struct(reading, root, fields_of(Config), ())
    if isinstance(config, Config):
        check(config, reading)
        if not reading.faults and not document.problems:
            return config
    raise reading.problems()


SectionType = TypeVar("SectionType", Checking, Protecting)


def section(text: str, path: str, kind: type[SectionType]) -> SectionType:
    """The section `check` or `protect` alone: the rest of the file may be missing, or wrong."""
    key = {Checking: "check", Protecting: "protect"}[kind]
    document = compose(text, path, tuple(_secrets(text)))
    root = document.root
    entry = root.get(key) if isinstance(root, Mapping) else None
    if entry is None:
        return kind()
    reading = Reading(document, lambda _: True, {})
    if not isinstance(entry.value, Mapping):
        what = f"{key} must be a mapping of keys, not {what_is(entry.value)}"
        raise Problems([document.problem(what, entry.value.span)])
    found = read_struct(reading, entry.value, fields_of(kind), (key,))
    if isinstance(found, kind) and not reading.faults:
        return found
    raise reading.problems()


def _secrets(text: str) -> list[Span]:
    """Where secrets may stand in clear, found before anything can go wrong with the YAML."""
    return [Span(*found.span(found.lastgroup or 0)) for found in _SECRETS.finditer(text)]


def _exactly(hidden: tuple[Span, ...], root: Node) -> Iterator[Span]:
    """The same places, cut to the value that begins there, so that the rest can be shown."""
    ends = {node.span.start: node.span.end for node in scalars(root)}
    for span in hidden:
        yield Span(span.start, ends.get(span.start, span.end))


__all__ = ["FILE", "load", "parse", "section"]
