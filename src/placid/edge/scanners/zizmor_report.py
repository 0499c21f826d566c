"""zizmor's JSON report, version 1: only what we read of it, and its bytes as characters."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from placid.base.yamltext import Span
from placid.core.audit.model import Repository
from placid.core.audit.rule import Place


class Determinations(msgspec.Struct):
    """How sure zizmor is, and how bad it is."""

    confidence: str
    severity: str


class Local(msgspec.Struct, rename={"path": "verbatim_path"}):
    """A file as we named it on the command line."""

    path: str


class Key(msgspec.Struct, rename={"local": "Local"}):
    """Which input a place is in; `local` is None for what is not a file."""

    local: Local | None = None


class Symbolic(msgspec.Struct):
    """What a place means. `kind`: Primary, Related or Hidden."""

    key: Key
    annotation: str
    kind: str


class Offsets(msgspec.Struct):
    """In bytes."""

    start: int
    end: int


class Location(msgspec.Struct):
    """Where a place is."""

    offset_span: Offsets


class Concrete(msgspec.Struct):
    """Where a place is, with more that we leave."""

    location: Location


class Spot(msgspec.Struct):
    """One place of a finding."""

    symbolic: Symbolic
    concrete: Concrete


class Repair(msgspec.Struct):
    """That zizmor can mend a finding; not how."""

    title: str
    disposition: str


class Reported(msgspec.Struct):
    """One finding."""

    ident: str
    desc: str
    determinations: Determinations
    locations: list[Spot]
    ignored: bool = False
    fixes: list[Repair] = []

    @property
    def primary(self) -> Spot | None:
        """The place that it is about."""
        for spot in self.locations:
            if spot.symbolic.kind == "Primary":
                return spot
        return self.locations[0] if self.locations else None


def ordered(reported: Iterable[Reported]) -> list[Reported]:
    """What counts, in an order that does not depend on threads."""
    counted = [each for each in reported if not each.ignored and each.primary is not None]
    return sorted(counted, key=lambda each: (each.ident, msgspec.json.encode(each.locations)))


def place(repository: Repository, spot: Spot) -> Place | None:
    """A place in characters, without the blanks at its end; None when the file is not there."""
    local = spot.symbolic.key.local
    if local is None or repository.text(local.path) is None:
        return None
    data = repository.tree.read(local.path)
    offsets = spot.concrete.location.offset_span
    start = len(data[: offsets.start].decode("utf-8", "replace"))
    inside = data[offsets.start : offsets.end].decode("utf-8", "replace").rstrip()
    return Place(local.path, Span(start, start + len(inside)))


def places(repository: Repository, reported: Reported) -> tuple[Place, ...]:
    """The primary place, then the related ones; empty when the file has gone."""
    primary = reported.primary
    related = [each for each in reported.locations if each.symbolic.kind == "Related"]
    spots = ([primary] if primary else []) + [each for each in related if each is not primary]
    found = [place(repository, each) for each in spots]
    if not found or found[0] is None:
        return ()
    return tuple(dict.fromkeys(each for each in found if each is not None))
