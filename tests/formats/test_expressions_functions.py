"""What each function gives, and when it refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.expressions import ExpressionError, Value, evaluate, parse

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", max_size=2), inner),
    max_leaves=15,
)


def value(text: str, **contexts: object) -> Value:
    return evaluate(parse(text), contexts)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("contains('Hello', 'LL')", True),
        ("contains(3.14, 1)", True),
        ("contains('abc', null)", True),
        ("contains(fromJSON('[1, \"A\"]'), 'a')", True),
        ("contains(fromJSON('[1, \"A\"]'), '1')", True),
        ("contains(fromJSON('[[1]]'), 1)", False),
        ("contains(fromJSON('{\"a\": 1}'), 'a')", False),
        ("contains('Array', fromJSON('[]'))", False),
        ("startsWith('abc', 'AB')", True),
        ("startsWith('abc', 'b')", False),
        ("startsWith(123, 12)", True),
        ("startsWith(fromJSON('[]'), '')", False),
        ("endsWith('abc', 'BC')", True),
        ("endsWith('abc', '')", True),
        ("endsWith('true', true)", True),
        ("join(fromJSON('[1, null, \"b\", [], {}]'))", "1,,b,Array,Object"),
        ("join(fromJSON('[1, 2]'), '; ')", "1; 2"),
        ("join(fromJSON('[1, 2]'), fromJSON('[]'))", "1,2"),
        ("join(5, '-')", "5"),
        ("join(fromJSON('{}'))", ""),
        ("format('{0}-{1}-{0}', 'a', true)", "a-true-a"),
        ("format('{{0}} {0}}}', 1)", "{0} 1}"),
        ("format('{00}', 'x')", "x"),
        ("format('none', 'x')", "none"),
        ("format('{0}', fromJSON('{}'))", "Object"),
        ("case(false, 1, 'a' == 'A', 2, 3)", 2),
        ("case(false, fromJSON('{'), 3)", 3),
        ("fromJSON(' [1, 1e2, {\"a\": null}] ')", [1, 100, {"a": None}]),
        ("fromJSON('\"x\"')", "x"),
        ("fromJSON(true)", True),
        ("toJSON('a\"\n\u2028')", '"a\\"\\n\\u2028"'),
        ("toJSON(null)", "null"),
        ("toJSON(1.50)", "1.5"),
        ("tojson(fromJSON('[]'))", "[]"),
        ('toJSON(fromJSON(\'{"a": {}, "b": [1]}\'))', '{\n  "a": {},\n  "b": [\n    1\n  ]\n}'),
    ],
)
def test_a_function_gives(text: str, wanted: Value) -> None:
    found = value(text)
    assert (type(found) is bool, found) == (type(wanted) is bool, wanted)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format('{0}}', 1)", "The following format string is invalid: {0}}"),
        ("format('{', 1)", "The following format string is invalid: {"),
        ("format('{a}', 1)", "The following format string is invalid: {a}"),
        (
            "format('{1}', 1)",
            "The following format string references more arguments than were supplied: {1}",
        ),
        (
            "format('{2147483648}')",
            "The following format string references more arguments than were supplied:"
            " {2147483648}",
        ),
        (
            "format('{0:yyyy}', true)",
            "The format specifiers 'yyyy' are not valid for objects of type 'Boolean'",
        ),
        ("fromJSON(' ')", "empty input"),
        ("fromJSON('[1,]')", "Error parsing JSON when evaluating fromJson"),
        ("fromJSON('NaN')", "Error parsing JSON when evaluating fromJson"),
        (f"fromJSON('{'[' * 9000}')", "Error parsing JSON when evaluating fromJson"),
        (
            "format('{0}{0}{0}{0}', " * 12 + "'aaaaaaaaaa'" + ")" * 12,
            "The maximum allowed memory size was exceeded",
        ),
        ("toJSON(" * 30 + "'\"'" + ")" * 30, "The maximum allowed memory size was exceeded"),
    ],
)
def test_a_function_refuses(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert caught.value.message == message


@given(ANY_JSON)
def test_json_is_written_as_it_is_read(data: object) -> None:
    text = value("toJSON(x)", x=data)
    assert isinstance(text, str)
    assert json.loads(text) == data
    assert value(f"fromJSON({quoted(text)})") == data
    by_python = json.dumps(data, indent=2, ensure_ascii=False)
    assert (
        text.replace("\\u2028", "\u2028").replace("\\u2029", "\u2029").replace("\\u0085", "\x85")
        == by_python
        or "\\" in by_python
    )


@given(st.text())
def test_any_text_can_be_quoted_and_formatted(text: str) -> None:
    assert value("format('{0}', x)", x=text) == text
    pattern = text.replace("{", "{{").replace("}", "}}")
    assert value("format(x, 1)", x=pattern) == text


def test_functions_of_the_place_come_with_it() -> None:
    seen: list[object] = []

    def hash_files(patterns: object) -> str:
        seen.append(patterns)
        return "abc"

    tree = parse("HASHFILES('a', 1)")
    assert evaluate(tree, {}, {"hashFiles": hash_files}) == "abc"
    assert seen == [["a", 1]]


def test_a_function_of_the_place_refuses_by_a_value_error() -> None:
    def hash_files(_: object) -> str:
        raise ValueError("no such folder")

    with pytest.raises(ExpressionError, match="no such folder"):
        evaluate(parse("hashFiles('a')"), {}, {"hashFiles": hash_files})
