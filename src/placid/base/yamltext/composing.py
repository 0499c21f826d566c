"""From text to a tree with exact spans: libyaml's events, our own composer and schema.

Events instead of PyYAML's own composer, because it is faster, bounds the nesting (theirs recurses
in C), tells an alias from what it points at, and leaves the schema to us. Nothing here builds an
object of the document's choosing. Aliases share nodes; what they unfold to is counted, so that a
few lines cannot stand for a billion values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import yaml

from placid.base.errors import Problem
from placid.base.yamltext.document import Document
from placid.base.yamltext.explaining import explain
from placid.base.yamltext.mappings import entries_of, taken_in
from placid.base.yamltext.nodes import (
    RESOLVING,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Span,
    resolve,
)
from placid.base.yamltext.refusals import check_characters

_DEEPEST = 100
_MOST = 1_000_000
_CORE = "tag:yaml.org,2002:"
_RESOLVED = frozenset(_CORE + kind for kind in ("int", "float", "bool", "null"))
_BLOCK = ("|", ">")
_QUOTED = ("'", '"', "|", ">")
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Open = tuple[yaml.CollectionStartEvent, int, list[Node], int]
"""How and where it begins, the values around it, and how many values came before it."""

# much faster than the constructors; the fields must come in order and be complete
_span: Callable[[tuple[int, int]], Span] = partial(tuple.__new__, Span)  # pyright: ignore
_scalar: Callable[[tuple[object, ...]], Scalar] = partial(tuple.__new__, Scalar)  # pyright: ignore
_sequence: Callable[[tuple[object, ...]], Sequence]
_sequence = partial(tuple.__new__, Sequence)  # pyright: ignore
_mapping: Callable[[tuple[object, ...]], Mapping]
_mapping = partial(tuple.__new__, Mapping)  # pyright: ignore


def compose(text: str, name: str = "", hidden: tuple[Span, ...] = ()) -> Document:
    """Read one document. Problem when it is no YAML; double keys wait in `Document.problems`.

    `name` is the file's name for errors, `hidden` the secrets that they must not show.
    """
    check_characters(text, name, hidden)
    composer = _Composer(Document(text, name, hidden=hidden))
    try:
        for _ in composer.documents():
            composer.only = True
    except yaml.YAMLError as error:
        raise explain(error, composer.document, composer.place) from None
    return composer.result()


def compose_all(
    text: str, name: str = "", blank: Iterable[Span] = ()
) -> tuple[tuple[Document, ...], Problem | None]:
    """Read every document of a stream; what is wrong with the rest once one is no YAML.

    Each Document has the whole text, so that its spans count from the start of the file. What is
    in `blank` (spans of whole lines, in order) is read as if it were empty, because nobody asks.
    """
    done: list[Document] = []
    composer = _Composer(Document(text, name), tuple(blank))
    try:
        check_characters(text, name)
        for each in composer.documents():
            done.append(each)
    except yaml.YAMLError as error:
        return tuple(done), explain(error, composer.document, composer.place)
    except Problem as problem:
        return tuple(done), problem
    return tuple(done), None


class _Composer:
    """Builds trees from events, with a stack of its own instead of recursion."""

    def __init__(self, document: Document, blank: tuple[Span, ...] = ()) -> None:
        self.document = document
        self.skipped = int(document.text.startswith("\ufeff"))
        """How many characters of the text were left out before what is read now."""
        self.only = False
        self._text = document.text
        self._mark = self.skipped
        self._blanks = [each for each in blank if each.end - each.start > 1]
        self._blank = self._blanks[::-1]
        self._next = self._blank[-1].start + 1 if self._blank else len(self._text) + 1
        self._last: Document | None = None
        self._begin_document()

    def result(self) -> Document:
        """The last document that was read."""
        return self._last or self.document

    def documents(self) -> Iterator[Document]:
        """Read the stream. YAMLError, or Problem, at the first place that is wrong."""
        loader = _LOADER(self._read())
        try:
            next_event: Callable[[], yaml.Event | None] = loader.get_event  # pyright: ignore
            while event := next_event():
                if isinstance(event, yaml.ScalarEvent):
                    self._scalar(event)
                elif isinstance(event, yaml.CollectionStartEvent):
                    self._begin(event)
                elif isinstance(event, yaml.CollectionEndEvent):
                    self._end(event)
                elif isinstance(event, yaml.AliasEvent):
                    self._alias(event)
                elif isinstance(event, yaml.DocumentStartEvent):
                    self._start(event)
                elif isinstance(event, yaml.DocumentEndEvent):
                    yield self._done()
        finally:
            loader.dispose()

    def _read(self) -> str:
        """The text without its mark and what is blank, of which a line break is left."""
        parts: list[str] = []
        at = self._mark
        for start, end in self._blanks:
            parts += (self._text[at:start], "\n")
            at = end
        return "".join((*parts, self._text[at:])) if parts else self._text[at:]

    def place(self, index: int) -> int:
        """Where in the text a character is that libyaml read as its `index`th."""
        at = index + self._mark
        for start, end in self._blanks:
            at += end - start - 1 if at > start else 0
        return at

    def _leap(self, at: int) -> int:
        """The place of what would be at `at`, were it not behind something blank."""
        while at >= self._next:
            start, end = self._blank.pop()
            self.skipped += end - start - 1
            at += end - start - 1
            self._next = self._blank[-1].start + 1 if self._blank else len(self._text) + 1
        return at

    def _begin_document(self) -> None:
        self._children: list[Node] = []
        self._open: list[_Open] = []  # the collections whose ends have not come yet
        self._problems: list[Problem] = []
        self._anchors: dict[str, Node] = {}
        self._total = self._merged = 0

    def _start(self, event: yaml.DocumentStartEvent) -> None:
        if self.only:
            raise self.document.problem(
                "a second document begins here",
                self._span(event),
                fix="keep one document in this file",
            )
        self._begin_document()

    def _done(self) -> Document:
        root = self._children[0] if self._children else None
        own = self.document
        self._last = Document(own.text, own.name, root, tuple(self._problems), own.hidden)
        return self._last

    def _span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        at = start.index + self.skipped
        if at >= self._next:
            self._leap(at)
        return _span((start.index + self.skipped, end.index + self.skipped))

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= _DEEPEST:
            raise self.document.problem(
                f"values are nested more than {_DEEPEST} deep",
                self._span(event),
                fix="flatten the file",
            )
        self._open.append((event, self._span(event).start, self._children, self._total))
        self._children = []

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text, style, first, last = event.value, event.style, event.start_mark, event.end_mark
        assert first is not None
        assert last is not None
        start = first.index + self.skipped
        if start >= self._next:
            start = self._leap(start)
        end = last.index + self.skipped
        block = style in _BLOCK
        if block:
            end = start + len(self._text[start:end].rstrip())
        span = _span((start, end))
        if event.tag is not None or event.anchor is not None:
            self._add(_marked(event, span), event.anchor)
            return
        value = resolve(text) if not style and text[:1] in RESOLVING else text
        self._children.append(_scalar((span, text, value, not style, block, "", False, False, 1)))
        self._total += 1
        if self._total + self._merged > _MOST:
            self._too_many(self._children[-1])

    def _alias(self, event: yaml.AliasEvent) -> None:
        name, span = str(event.anchor), self._span(event)
        if name in self._anchors:
            self._add(self._anchors[name]._replace(span=span, alias=True, anchor=False), None)
            return
        if any(start.anchor == name for start, *_ in self._open):
            raise self.document.problem(
                f"*{name} stands inside of what it points at", span, fix="write the values out"
            )
        raise self.document.problem(
            f"*{name} points at nothing", span, fix=f"put &{name} before the value it should repeat"
        )

    def _add(self, node: Node, anchor: str | None) -> None:
        self._children.append(node)
        self._total += node.weight
        if self._total + self._merged > _MOST:
            self._too_many(node)
        if anchor:
            self._anchors[anchor] = node

    def _too_many(self, node: Node) -> None:
        raise self.document.problem(
            f"aliases unfold to more than {_MOST:,} values",
            node.span,
            fix="write the values out, or remove the aliases",
        )

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        start, at, around, before = self._open.pop()
        children, self._children = self._children, around
        flow = bool(start.flow_style)
        end = children[-1][0][1] if children and not flow else self._span(event).end
        span = _span((at, end if end > at else at))
        tag = "" if start.tag is None or start.tag.startswith(_CORE) else start.tag
        anchored = bool(start.anchor)
        weight = 1 + self._total - before
        node: Node
        if isinstance(start, yaml.SequenceStartEvent):
            node = _sequence((span, tuple(children), flow, tag, False, anchored, weight))
        else:
            entries, merge = entries_of(children, self.document, self._problems)
            self._merged += taken_in(merge) if merge else 0
            node = _mapping((span, entries, flow, tag, False, anchored, weight, merge))
        self._total = before
        self._add(node, start.anchor)


def _marked(event: yaml.ScalarEvent, span: Span) -> Scalar:
    """A value with a tag or an anchor."""
    tag, style = str(event.tag or ""), event.style or ""
    plain = event.implicit[0] and style not in _QUOTED
    return Scalar(
        span=span,
        text=event.value,
        value=resolve(event.value) if plain or tag in _RESOLVED else event.value,
        plain=plain,
        block=style in _BLOCK,
        tag="" if tag.startswith(_CORE) else tag,
        anchor=bool(event.anchor),
    )
