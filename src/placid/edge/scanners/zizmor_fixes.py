"""zizmor's own repairs as edits: it mends a copy, and the difference is the fix.

Its report says that it can mend a finding, not how. So it is run once more for each audit and
disposition, all other audits off, on a copy in a temporary folder; what then differs belongs to the
findings around it. Pieces that findings share go together: half a repair is none. Safe is only
what zizmor calls safe. The copy holds workflows, never a secret, and is gone afterwards.
"""

from __future__ import annotations

import difflib
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from placid.base import yamltext
from placid.base.yamltext import Node, Span
from placid.core.audit.facts.yamlfiles import documents, fault
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Place
from placid.edge.scanners.program import Program, installed
from placid.edge.scanners.zizmor_audits import AUDITS
from placid.edge.scanners.zizmor_report import Reported, place

_SETTINGS = ("zizmor.yml", "zizmor.yaml", ".github/zizmor.yml", ".github/zizmor.yaml")
_LIMIT = 60.0
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


class _Piece(NamedTuple):
    """A stretch that one repair replaces."""

    span: Span
    text: str


@dataclass(slots=True)
class _Owners:
    """Findings and the pieces around them; what shares a piece is one group."""

    pieces: dict[int, set[_Piece]] = field(default_factory=dict[int, set[_Piece]])

    def group(self, index: int) -> list[_Piece]:
        """The pieces of a finding and of all that it shares any with, in order."""
        mine, size = set(self.pieces.get(index, ())), -1
        while len(mine) != size:
            size = len(mine)
            for others in self.pieces.values():
                if mine & others:
                    mine |= others
        return sorted(mine)


def mended(repository: Repository, reported: Sequence[Reported]) -> dict[int, Fix]:
    """The fix of each finding (by its index) that zizmor can mend."""
    binary = installed("zizmor")
    work: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, each in enumerate(reported):
        if each.fixes and each.primary is not None and _path(each):
            work[each.ident, each.fixes[0].disposition].append(index)
    fixes: dict[int, Fix] = {}
    for (ident, disposition), indices in sorted(work.items()) if binary else ():
        paths = sorted({_path(reported[index]) for index in indices})
        after = _repaired(repository, [str(binary)], ident, disposition, paths)
        for path in paths:
            mine = {i: reported[i] for i in indices if _path(reported[i]) == path}
            fixes |= _fixes(repository, path, after.get(path, ""), mine)
    return fixes


def _path(reported: Reported) -> str:
    primary = reported.primary
    local = primary.symbolic.key.local if primary else None
    return local.path if local else ""


def _repaired(
    repository: Repository, command: list[str], ident: str, disposition: str, paths: Sequence[str]
) -> dict[str, str]:
    """The texts of files after zizmor mended what one audit finds."""
    mode = "--fix=safe" if disposition == "safe" else "--fix=unsafe-only"
    with tempfile.TemporaryDirectory(prefix="placid-") as name:
        folder = Path(name)
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(repository.tree.read(path))
        settings = folder / "zizmor.settings.yml"
        settings.write_bytes(msgspec.json.encode(_only(repository, ident)))
        options = ["--offline", "--quiet", "--no-exit-codes", "--no-progress"]
        argv = [*command, *options, mode, "--config", str(settings), "--", *paths]
        if Program(argv, folder, _LIMIT).ended().code != 0:
            return {}
        return {path: (folder / path).read_bytes().decode("utf-8", "replace") for path in paths}


def _only(repository: Repository, ident: str) -> Plain:
    """The settings of the repository with every audit but one switched off."""
    for path in _SETTINGS:
        found = documents(repository, path) if repository.has(path) else ()
        if found and fault(repository, path) is None:
            read = plain(found[0].root)
            break
    else:
        read = {}
    settings = read if isinstance(read, dict) else {}
    given = settings.get("rules")
    rules = given if isinstance(given, dict) else {}
    off: dict[str, Plain] = {name: {"disable": True} for name in AUDITS if name != ident}
    own = {ident: rules[ident]} if ident in rules else {}
    return {**settings, "rules": {**off, **own}}


def plain(node: Node | None) -> Plain:
    """A YAML value as Python's own."""
    if isinstance(node, yamltext.Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if isinstance(node, yamltext.Sequence):
        return [plain(item) for item in node.items]
    return node.value if node is not None else None


def _fixes(
    repository: Repository, path: str, after: str, mine: Mapping[int, Reported]
) -> dict[int, Fix]:
    before = repository.text(path)
    if not before or not after or before == after or _broken(after, path):
        return {}
    owners = _Owners()
    for piece in _pieces(before, after):
        for index in _around(repository, piece, mine):
            owners.pieces.setdefault(index, set()).add(piece)
    fixes: dict[int, Fix] = {}
    for index in owners.pieces:
        repair = mine[index].fixes[0]
        edits = tuple(Edit(Place(path, each.span), each.text) for each in owners.group(index))
        fixes[index] = Fix(repair.title, edits, safe=repair.disposition == "safe")
    return fixes


def _broken(text: str, path: str) -> bool:
    return yamltext.compose_all(text, path)[1] is not None


def _around(repository: Repository, piece: _Piece, mine: Mapping[int, Reported]) -> list[int]:
    """The findings that a piece is in; else those that begin last before it."""
    inside, before = list[int](), list[tuple[int, int]]()
    for index, each in mine.items():
        places = [place(repository, spot) for spot in each.locations]
        spans = [found.span for found in places if found is not None]
        if any(_holds(span, piece.span) for span in spans):
            inside.append(index)
        before += [(span.start, index) for span in spans if span.start <= piece.span.start]
    if inside:
        return inside
    return [max(before)[1]] if before else list(mine)[:1]


def _holds(span: Span, piece: Span) -> bool:
    """Whether they meet. What is put in at a span's end is its own, at its start the one before."""
    if piece.start == piece.end:
        return span.start < piece.start <= span.end + 1
    return piece.start < span.end and span.start < piece.end


def _pieces(before: str, after: str) -> Iterator[_Piece]:
    """What differs, by lines, each piece as short as it can be."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if kind != "equal":
            text = "".join(new[new_first:new_last])
            yield _short(before, Span(starts[first], starts[last]), text)


def _short(before: str, span: Span, text: str) -> _Piece:
    """Without what is equal at both ends."""
    old = before[span.start : span.end]
    head = _shared(old, text)
    tail = _shared(reversed(old[head:]), reversed(text[head:]))
    return _Piece(Span(span.start + head, span.end - tail), text[head : len(text) - tail])


def _shared(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
