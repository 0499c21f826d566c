"""YAML as text: the schema, exact places, bounded aliases, and errors a person can read."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.base.yamltext import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Span,
    compose,
    compose_all,
    decode,
    resolve,
    scalars,
    underline,
)


def plain(node: Node | None) -> object:
    """The values of a tree without their places."""
    match node:
        case None:
            return None
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.key.value: plain(entry.value) for entry in node.entries}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-11-23", "2026-11-23"),
        ("-3", -3),
        ("+3", 3),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        (".", "."),
        ("-", "-"),
        ("1" * 401, "1" * 401),
        ("<<", "<<"),
    ],
)
def test_the_core_schema(text: str, value: object) -> None:
    found = resolve(text)
    assert (type(found), found) == (type(value), value)


def test_quotes_and_tags_decide_before_the_schema() -> None:
    text = "a: '1'\nb: !!str 1\nc: !!int '1'\nd: !Ref x\ne: |\n  1\n"
    document = compose(text)
    assert plain(document.root) == {"a": "1", "b": "1", "c": 1, "d": "x", "e": "1\n"}
    node = document.find(("d",))
    assert node is not None
    assert node.tag == "!Ref"


def test_spans_are_exact() -> None:
    text = "é: [1, 'two']\nb: |\n  x\n\nc:\n  - d: e  # f\n  -\n"
    document = compose(text, "f.yaml")

    def shown(*route: str | int) -> str:
        node = document.find(route)
        assert node is not None
        return text[node.span.start : node.span.end]

    assert shown("é") == "[1, 'two']"
    assert shown("é", 1) == "'two'"
    assert shown("b") == "|\n  x"
    assert shown("c", 0) == "d: e"
    assert shown("c", 0, "d") == "e"
    assert shown("c", 1) == ""
    assert document.find(("c", 7)) is None
    assert document.find(("c", "d")) is None
    place = document.find(("c", 0, "d"))
    assert place is not None
    assert document.where(place.span) == "f.yaml:6:8"


def test_a_byte_order_mark_moves_no_column() -> None:
    document = compose("\ufeffa: b\n", "f.yaml")
    node = document.find(("a",))
    assert node is not None
    assert document.text[node.span.start : node.span.end] == "b"
    assert document.where(node.span) == "f.yaml:1:4"


def test_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nown:\n  <<: [*b, *m]\n  x: 0\n"
    assert plain(compose(text).find(("own",))) == {"x": 0, "y": 2, "z": 4}


def test_aliases_are_counted_unfolded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    with pytest.raises(Problem, match="unfold to more than"):
        compose("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "a: " * 3, "{a: " * 50_000])
def test_deep_nesting_is_a_problem_and_no_crash(text: str) -> None:
    with pytest.raises(Problem):
        compose(text)


def test_double_keys_wait_until_asked_for() -> None:
    document = compose("a: 1\nb: {c: 1, c: 2, 'c': 3}\na: 2\n", "f.yaml")
    assert plain(document.root) == {"a": 1, "b": {"c": 1}}
    assert [problem.where for problem in document.problems] == [
        "f.yaml:2:11",
        "f.yaml:2:17",
        "f.yaml:3:1",
    ]


def test_on_and_the_text_on_are_one_key_but_1_and_the_text_1_are_two() -> None:
    assert len(compose("on: 1\n'on': 2\n").problems) == 1
    assert len(compose("1: a\n'1': b\n").problems) == 0


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(Problem, match="not UTF-8: byte 0xff") as caught:
        decode(b"a: b\nc: \xc3\xa9\xff\n", "f.yaml")
    assert caught.value.where == "f.yaml:2:5"
    with pytest.raises(Problem, match="UTF-16"):
        decode("a".encode("utf-16"), "f.yaml")


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t<~.1\ufeff\x85\u2028", max_size=60),
)


@settings(deadline=None)
@given(TEXTS)
def test_any_text_is_read_or_is_a_problem_with_a_place(text: str) -> None:
    try:
        document = compose(text, "f.yaml")
    except Problem as problem:
        assert problem.where
        assert problem.where.startswith("f.yaml")
        return
    for node in scalars(document.root) if document.root else ():
        assert 0 <= node.span.start <= node.span.end <= len(text)


# libyaml still takes these three for line breaks, as YAML 1.1 did
LINE = st.characters(exclude_characters="\x85\u2028\u2029", exclude_categories=["Cs"])


def is_quoted_where_it_must_be(text: str) -> bool:
    """Not what YAML 1.1 has for text and 1.2 for a number, such as 0E0."""
    return isinstance(resolve(text), str) or "'" in yaml.safe_dump(text)


WORDS = st.text(LINE, max_size=8).filter(is_quoted_where_it_must_be)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES, st.booleans())
@example("0E", False)
@example("12", False)
def test_what_pyyaml_writes_is_read_back(value: object, flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    document = compose(text.removesuffix("...\n"))
    assert plain(document.root) == value
    assert document.problems == ()


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(0, 45), st.integers(0, 45), st.text(max_size=5))
def test_underlining_never_fails_and_prints_no_control_character(
    text: str, start: int, length: int, hint: str
) -> None:
    start = min(start, len(text))
    shown = underline(text, Span(start, min(start + length, len(text))), "".join(hint.split()))
    assert shown.count("\n") == 1
    first = shown.split("\n")[0]
    assert all(char.isprintable() or char == "\t" for char in first)
    assert "^" in shown


def test_underlining_hides_secrets() -> None:
    shown = underline("a: {k: hunter2, b: 1}", Span(16, 17), "no", [Span(7, 14), Span(9, 14)])
    assert shown == "   1 | a: {k: ***, b: 1}\n     |             ^ no"


def test_a_stream_gives_what_comes_before_its_fault() -> None:
    documents, problem = compose_all("a: 1\n---\n- b\n---\nc: [\n", "f.yaml")
    assert [plain(each.root) for each in documents] == [{"a": 1}, ["b"]]
    assert problem is not None
    assert problem.where is not None
    assert problem.where.startswith("f.yaml:5")


def test_what_is_blank_is_not_read_and_moves_nothing() -> None:
    text = "\ufeffa:\n  b: [1, 2\n---\nc: d\n"
    documents, problem = compose_all(text, blank=[Span(3, text.index("---"))])
    assert problem is None
    assert [plain(each.root) for each in documents] == [{"a": None}, {"c": "d"}]
    node = documents[1].find(("c",))
    assert node is not None
    assert text[slice(*node.span)] == "d"


def test_ten_thousand_double_keys_are_told_in_no_time() -> None:
    assert len(compose("a: 1\n" * 10_000).problems) == 9_999


def test_spans_and_errors_behind_what_is_blank_are_exact() -> None:
    text = "\ufeffa: [1]\nspec:\n  x: {\n  é: 'y\nstatus: {b: *no}\n---\nspec:\n  z\nlast: |\n  c\n"
    first, second = text.index("\n  x"), text.index("\n  z")
    blank = (Span(first, text.index("status")), Span(second, text.index("last")))
    done, problem = compose_all(text, "f.yaml", blank)
    assert problem is not None
    assert problem.where == "f.yaml:5:13"
    assert done == ()
    fine = text.replace("*no", "2  ")
    done, problem = compose_all(fine, "f.yaml", blank)
    assert problem is None
    assert [plain(each.root) for each in done] == [
        {"a": [1], "spec": None, "status": {"b": 2}},
        {"spec": None, "last": "c\n"},
    ]
    shown = [
        [fine[node.span.start : node.span.end] for node in scalars(each.root) if each.root]
        for each in done
        if each.root
    ]
    assert shown == [["2", "", "1"], ["|\n  c", ""]]
