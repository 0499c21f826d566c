"""JSON and TOML with places."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from placid.base.yamltext import Mapping, Node, Scalar
from placid.formats.jsontext import inside, read_json
from placid.formats.tomltext import read_toml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def value(node: Node | None) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {entry.key.text: value(entry.value) for entry in node.entries}
    return [value(item) for item in node.items] if node else None


@given(VALUES, st.sampled_from([None, 2]))
def test_reads_what_json_reads(data: object, indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    assert value(read_json(text)) == data


@given(st.text() | st.text("{}[]:,\"'\\/* \n0a."))
def test_any_text_is_read(text: str) -> None:
    read_json(text)
    read_toml(text)


def test_comments_trailing_commas_and_places() -> None:
    text = '{ // a\n "a": "b", /* c */ "d": [1, 2,],\n}'
    root = read_json(text)
    assert isinstance(root, Mapping) and value(root) == {"a": "b", "d": [1, 2]}
    first = root.entries[0].value
    assert isinstance(first, Scalar)
    span = inside(first)
    assert text[span.start : span.end] == "b"


def test_deep_json_is_none() -> None:
    assert read_json("[" * 5000) is None


def test_toml_places() -> None:
    text = (
        '[project]\nrequires-python = ">=3.11"\n'
        'dependencies = [\n  "a>=1", # x\n  "b",\n]\n[t.u]\nc = 1\n'
    )
    toml = read_toml(text)
    assert toml is not None
    place = toml.value("project", "requires-python")
    assert place and text[place.start : place.end] == '">=3.11"'
    place = toml.quoted("b", "project", "dependencies")
    assert place and text[place.start : place.end] == "b"
    place = toml.key("t", "u", "c")
    assert place and text[place.start : place.end] == "c"
    assert toml.key("t", "c") is None and toml.table("t", "u") == {"c": 1}
