"""The entries of a mapping: each key once, what `<<` brings in after what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat

from placid.base.errors import Problem
from placid.base.yamltext.document import Document
from placid.base.yamltext.nodes import Entry, Mapping, Node, Scalar, Sequence

_TEXT = {str}
_entry: Callable[[tuple[Node, Node, bool]], Entry] = partial(tuple.__new__, Entry)  # pyright: ignore


def entries_of(
    children: list[Node], document: Document, problems: list[Problem]
) -> tuple[tuple[Entry, ...], Entry | None]:
    """The entries and the `<<` of keys and values in turn; what is wrong goes to `problems`."""
    names = {each[2] for each in children[::2]}
    if len(names) * 2 == len(children) and "<<" not in names and set(map(type, names)) == _TEXT:
        pairs = iter(children)
        entries = zip(pairs, pairs, repeat(False), strict=False)
        return tuple(map(_entry, entries)), None
    kept: dict[object, Entry] = {}
    merge: Entry | None = None
    pairs = iter(children)
    for key, value in zip(pairs, pairs, strict=True):
        if not isinstance(key, Scalar):
            problems.append(
                document.problem("a key must be a single word", key.span, fix=_key_fix(key))
            )
        elif merge is None and key.text == "<<" and key.plain and not key.tag:
            merge = Entry(key, value)
        elif (name := _name(key)) not in kept:
            kept[name] = _entry((key, value, False))
        else:
            problems.append(_twice(document, kept[name].key, key))
    if merge is None:
        return tuple(kept.values()), None
    return (*kept.values(), *_merged(kept, merge, document, problems)), merge


def taken_in(merge: Entry) -> int:
    """How many entries a `<<` reads."""
    return sum(len(each.entries) for each in _sources(merge) if isinstance(each, Mapping))


def _name(key: Scalar) -> object:
    """What makes two keys the same: 1 and "1" are two."""
    value = key.value
    return value if type(value) is str else (type(value).__name__, value)


def _twice(document: Document, first: Scalar, key: Scalar) -> Problem:
    line, _ = document.at(first.span)
    return document.problem(
        f'key "{key.text}" is given twice',
        key.span,
        fix="keep one of them",
        hint=f"first given on line {line}",
    )


def _key_fix(key: Node) -> str:
    if isinstance(key, Mapping) and key.flow:
        return "write a word before the colon; put text with braces in quotes"
    return "write a word before the colon"


def _sources(merge: Entry) -> tuple[Node, ...]:
    return merge.value.items if isinstance(merge.value, Sequence) else (merge.value,)


def _merged(
    kept: dict[object, Entry], merge: Entry, document: Document, problems: list[Problem]
) -> Iterator[Entry]:
    added: set[object] = set()
    for source in _sources(merge):
        if not isinstance(source, Mapping):
            problems.append(
                document.problem(
                    "<< takes a mapping", source.span, fix="point it at a mapping: <<: *name"
                )
            )
            continue
        for entry in source.entries:
            name = _name(entry.key)
            if name not in kept and name not in added:
                added.add(name)
                yield Entry(entry.key, entry.value, merged=True)
