"""Edits splice: the value changes, and every other byte, comment and order stays."""

from __future__ import annotations

import string
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.base.yamltext import (
    Document,
    Mapping,
    Node,
    Route,
    Sequence,
    compose,
    delete,
    insert,
    put,
)
from tests.base.test_yamltext import plain

TEXT = """\
# top
app: shop  # the name
service:
  run: python -m shop   # how
  config:
    - a.env  # first
    # between
    - b.env
  script: |
    one
    two

environments: {staging: {copies: 1}, production: {copies: 2}}
empty:
list: []
"""


def edited(new: str) -> object:
    return plain(compose(new).root)


@pytest.mark.parametrize(
    ("route", "new", "before", "after"),
    [
        (("app",), "store", "app: shop  #", "app: store  #"),
        (("service", "run"), '"x: y"', "run: python -m shop   #", 'run: "x: y"   #'),
        (("service", "config", 0), "c.env", "- a.env  # f", "- c.env  # f"),
        (("environments", "staging", "copies"), "3", "copies: 1}", "copies: 3}"),
        (("empty",), "1", "empty:\n", "empty: 1\n"),
        (("list",), "[x]", "list: []", "list: [x]"),
        (("service", "script"), "one", "script: |\n    one\n    two\n", "script: one\n"),
        (
            ("service", "config"),
            "[x]",
            "config:\n    - a.env  # first\n    # between\n    - b.env\n",
            "config: [x]\n",
        ),
    ],
)
def test_put(route: Route, new: str, before: str, after: str) -> None:
    assert before in TEXT
    assert put(compose(TEXT), route, new) == TEXT.replace(before, after)


@pytest.mark.parametrize(
    ("route", "key", "new", "before", "after"),
    [
        (("service",), "copies", "2", "    two\n\n", "    two\n  copies: 2\n\n"),
        (("service", "config"), "", "c.env", "    - b.env\n", "    - b.env\n    - c.env\n"),
        (("environments",), "dev", "{}", "{copies: 2}}", "{copies: 2}, dev: {}}"),
        (("empty",), "x", "1", "empty:\n", "empty:\n  x: 1\n"),
        (("list",), "", "x", "list: []", "list: [x]"),
        ((), "last", "1", "list: []\n", "list: []\nlast: 1\n"),
    ],
)
def test_insert(route: Route, key: str, new: str, before: str, after: str) -> None:
    assert insert(compose(TEXT), route, new, key) == TEXT.replace(before, after)


@pytest.mark.parametrize(
    ("route", "before", "after"),
    [
        (("app",), "app: shop  # the name\n", ""),
        (("service", "config", 0), "    - a.env  # first\n", ""),
        (("environments", "staging"), "staging: {copies: 1}, ", ""),
        (("environments", "production"), ", production: {copies: 2}", ""),
        (("environments", "staging", "copies"), "{copies: 1}", "{}"),
        (("empty",), "empty:\n", ""),
        (("service", "script"), "  script: |\n    one\n    two\n", ""),
    ],
)
def test_delete(route: Route, before: str, after: str) -> None:
    assert delete(compose(TEXT), route) == TEXT.replace(before, after)


def test_the_first_key_of_a_list_item() -> None:
    assert delete(compose("- a: 1\n  b: 2\n"), (0, "a")) == "- b: 2\n"


def test_nothing_yet() -> None:
    assert insert(compose("# hi"), (), "1", "a") == "# hi\na: 1\n"


def test_aliases_and_merges_are_left_alone() -> None:
    document = compose("a: &a {x: 1}\nb: *a\nc:\n  <<: *a\n  y: 2\n")
    for route in (("b", "x"), ("c", "x"), ("a",)):
        with pytest.raises(Problem):
            put(document, route, "2")
    with pytest.raises(Problem, match="there is no nope"):
        put(document, ("nope",), "2")


KEYS = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=5).filter(
    lambda key: key not in ("null", "true", "false")
)
LEAVES = st.sampled_from(["x", "two words", "1", "", "# no", "a: b", "- c", "multi\nline\n", "é"])
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(KEYS, inner, min_size=1, max_size=3)
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def routes(document: Document) -> list[Route]:
    """Every route of a document, the root left out."""
    assert document.root is not None
    return list(_below(document.root, ()))


def _below(node: Node, route: Route) -> Iterator[Route]:
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield (*route, entry.key.text)
            yield from _below(entry.value, (*route, entry.key.text))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield (*route, index)
            yield from _below(item, (*route, index))


@settings(deadline=None)
@given(TREES, st.booleans(), st.data())
def test_any_put_changes_one_value_only(
    tree: dict[str, object], flow: bool, data: st.DataObject
) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, width=1000)
    document = compose(text)
    route = data.draw(st.sampled_from(routes(document)))
    new = put(document, route, "'changed'")
    after = compose(new)
    node = after.find(route)
    assert plain(node) == "changed"
    span = document.find(route)
    assert span is not None
    untouched = text[: span.span.start].rstrip()
    assert new.startswith(untouched)
    assert new.rstrip().endswith(text[span.span.end :].strip())
    for other in routes(document):
        if other[: len(route)] != route and route[: len(other)] != other:
            assert plain(after.find(other)) == plain(document.find(other))


@settings(deadline=None)
@given(TREES, st.booleans(), st.data())
def test_any_delete_leaves_the_rest(
    tree: dict[str, object], flow: bool, data: st.DataObject
) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, width=1000)
    document = compose(text)
    route = data.draw(st.sampled_from(routes(document)))
    assume(isinstance(route[-1], str))
    after = compose(delete(document, route))
    assert after.find(route) is None
    for other in routes(document):
        if other[: len(route)] != route and route[: len(other)] != other:
            assert plain(after.find(other)) == plain(document.find(other))


@settings(deadline=None)
@given(TREES, st.booleans(), st.data())
def test_any_insert_adds_one_value_only(
    tree: dict[str, object], flow: bool, data: st.DataObject
) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, width=1000)
    document = compose(text)
    mappings = [route for route in [(), *routes(document)] if _is_mapping(document, route)]
    route = data.draw(st.sampled_from(mappings))
    after = compose(insert(document, route, "'new'", "zzzzzzz"))
    assert plain(after.find((*route, "zzzzzzz"))) == "new"
    for other in routes(document):
        if route[: len(other)] != other:
            assert plain(after.find(other)) == plain(document.find(other))


def _is_mapping(document: Document, route: Route) -> bool:
    return isinstance(document.find(route), Mapping)
