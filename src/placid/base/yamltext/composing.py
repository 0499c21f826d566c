"""From text to a tree with exact spans: libyaml's events, our own composer and schema.

Events instead of PyYAML's own composer, because it is faster, bounds the nesting (theirs recurses
in C), tells an alias from what it points at, and leaves the schema to us. Nothing here builds an
object of the document's choosing. Aliases share nodes; what they unfold to is counted, so that a
few lines cannot stand for a billion values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import yaml

from placid.base.errors import Problem
from placid.base.yamltext.document import Document
from placid.base.yamltext.nodes import Entry, Mapping, Node, Scalar, Sequence, Span, resolve
from placid.base.yamltext.refusals import check_characters, explain

_DEEPEST = 100
_MOST = 1_000_000
_CORE = "tag:yaml.org,2002:"
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Start = yaml.SequenceStartEvent | yaml.MappingStartEvent


def compose(text: str, name: str = "", hidden: tuple[Span, ...] = ()) -> Document:
    """Read one document. Problem when it is no YAML; double keys wait in `Document.problems`.

    `name` is the file's name for errors, `hidden` the secrets that they must not show.
    """
    check_characters(text, name, hidden)
    skipped = int(text.startswith("\ufeff"))
    composer = _Composer(Document(text, name, hidden=hidden), skipped)
    try:
        for event in _events(text[skipped:]):
            composer.take(event)
    except yaml.YAMLError as error:
        raise explain(error, composer.document, skipped) from None
    return composer.result()


def compose_all(text: str, name: str = "") -> tuple[tuple[Document, ...], Problem | None]:
    """Read every document of a stream; what is wrong with the rest once one is no YAML.

    Each Document has the whole text, so that its spans count from the start of the file.
    """
    done: list[Document] = []
    composer = _Composer(Document(text, name), int(text.startswith("\ufeff")))
    try:
        check_characters(text, name)
        for event in _events(text.removeprefix("\ufeff")):
            if isinstance(event, yaml.DocumentStartEvent):
                composer = _Composer(composer.document, composer.skipped)
            composer.take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                done.append(composer.result())
    except yaml.YAMLError as error:
        return tuple(done), explain(error, composer.document, composer.skipped)
    except Problem as problem:
        return tuple(done), problem
    return tuple(done), None


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    start: _Start
    at: int
    children: list[Node] = field(default_factory=list[Node])


def _key_fix(key: Node) -> str:
    if isinstance(key, Mapping) and key.flow:
        return "write a word before the colon; put text with braces in quotes"
    return "write a word before the colon"


class _Composer:
    """Builds the tree from events, with a stack of its own instead of recursion."""

    def __init__(self, document: Document, skipped: int) -> None:
        self.document = document
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.skipped = skipped
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0
        self._total = 0

    def result(self) -> Document:
        """What was read so far."""
        return replace(self.document, root=self.root, problems=tuple(self.problems))

    def take(self, event: yaml.Event) -> None:
        start, end = event.start_mark, event.end_mark
        span = Span(*(mark.index + self.skipped if mark else 0 for mark in (start, end)))
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self.document.problem(
                        "a second document begins here", span, fix="keep one document in this file"
                    )
            case yaml.ScalarEvent():
                self._add(self._scalar(event, span), event.anchor)
            case yaml.AliasEvent():
                self._add(self._alias(event, span), None)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._begin(event, span)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end(span)
            case _:
                pass

    def _begin(self, event: _Start, span: Span) -> None:
        if len(self._open) >= _DEEPEST:
            raise self.document.problem(
                f"values are nested more than {_DEEPEST} deep", span, fix="flatten the file"
            )
        self._open.append(_Open(event, span.start))

    def _scalar(self, event: yaml.ScalarEvent, span: Span) -> Scalar:
        text = str(event.value)
        style = event.style or ""
        plain = event.implicit[0] and style not in ("'", '"', "|", ">")
        tag = str(event.tag or "")
        value = resolve(text) if plain or tag in _RESOLVED else text
        if style in ("|", ">"):
            span = Span(span.start, self._trimmed(span))
        return Scalar(
            span=span,
            text=text,
            value=value,
            plain=plain,
            block=style in ("|", ">"),
            tag="" if tag.startswith(_CORE) else tag,
            anchor=bool(event.anchor),
        )

    def _trimmed(self, span: Span) -> int:
        return span.start + len(self.document.text[span.start : span.end].rstrip())

    def _alias(self, event: yaml.AliasEvent, span: Span) -> Node:
        name = str(event.anchor)
        if name in self._anchors:
            return replace(self._anchors[name], span=span, alias=True, anchor=False)
        if any(open_.start.anchor == name for open_ in self._open):
            raise self.document.problem(
                f"*{name} stands inside of what it points at", span, fix="write the values out"
            )
        raise self.document.problem(
            f"*{name} points at nothing", span, fix=f"put &{name} before the value it should repeat"
        )

    def _add(self, node: Node, anchor: str | None) -> None:
        self._total += node.weight
        if self._total > _MOST:
            raise self.document.problem(
                f"aliases unfold to more than {_MOST:,} values",
                node.span,
                fix="write the values out, or remove the aliases",
            )
        if anchor:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node

    def _end(self, span: Span) -> None:
        done = self._open.pop()
        flow = bool(done.start.flow_style)
        last = max((child.span.end for child in done.children), default=span.end)
        whole = Span(done.at, span.end if flow else max(last, done.at))
        tag = str(done.start.tag or "")
        tag = "" if tag.startswith(_CORE) else tag
        anchored = bool(done.start.anchor)
        weight = 1 + sum(child.weight for child in done.children)
        node: Node
        if isinstance(done.start, yaml.SequenceStartEvent):
            node = Sequence(whole, tuple(done.children), flow, tag, False, anchored, weight)
        else:
            entries, merge = self._entries(done.children)
            node = Mapping(whole, entries, flow, tag, False, anchored, weight, merge)
        self._total -= weight - 1
        self._add(node, done.start.anchor)

    def _entries(self, children: list[Node]) -> tuple[tuple[Entry, ...], Entry | None]:
        kept: dict[object, Entry] = {}
        merge: Entry | None = None
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._wrong("a key must be a single word", key.span, _key_fix(key))
                continue
            if key.plain and key.text == "<<" and not key.tag and merge is None:
                merge = Entry(key, value)
                continue
            name = (type(key.value).__name__, key.value)
            if name in kept:
                line, _ = self.document.at(kept[name].key.span)
                self._wrong(
                    f'key "{key.text}" is given twice',
                    key.span,
                    "keep one of them",
                    hint=f"first given on line {line}",
                )
                continue
            kept[name] = Entry(key, value)
        own = tuple(kept.values())
        return (own + self._merged(kept, merge), merge) if merge else (own, None)

    def _merged(self, kept: dict[object, Entry], merge: Entry) -> tuple[Entry, ...]:
        sources = merge.value.items if isinstance(merge.value, Sequence) else (merge.value,)
        added: dict[object, Entry] = {}
        for source in sources:
            if not isinstance(source, Mapping):
                self._wrong("<< takes a mapping", source.span, "point it at a mapping: <<: *name")
                continue
            for entry in source.entries:
                name = (type(entry.key.value).__name__, entry.key.value)
                if name not in kept and name not in added:
                    added[name] = Entry(entry.key, entry.value, merged=True)
            self._total += len(source.entries)
        return tuple(added.values())

    def _wrong(self, what: str, span: Span, fix: str, hint: str = "") -> None:
        self.problems.append(self.document.problem(what, span, hint=hint, fix=fix))


_RESOLVED = frozenset(_CORE + kind for kind in ("int", "float", "bool", "null"))
