"""The language of `${{ }}`, form by form, and what no text can make it do."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.expressions import (
    Access,
    CaseSensitive,
    ExpressionError,
    Span,
    Value,
    check,
    evaluate,
    known,
    names,
    parse,
)
from tests.formats.expressions_made import CONTEXTS, expression, mutated

LETTERS = st.text("ab.*[]()!<>=&|,'0x1-+ \n\"{}$é\u00a0😀", max_size=60)
MADE = st.integers(0, 2**32).map(lambda seed: expression(Random(seed), 3))
BROKEN = st.integers(0, 2**32).map(lambda seed: mutated(r := Random(seed), expression(r, 3)))


def value(text: str, **contexts: object) -> Value:
    return evaluate(parse(text), contexts or CONTEXTS)


def refusal(text: str) -> tuple[str, str]:
    """The error of a text, and the part of the text that it is about."""
    with pytest.raises(ExpressionError) as caught:
        value(text)
    return caught.value.message, text[slice(*caught.value.at)]


@given(LETTERS | MADE | BROKEN | st.text())
def test_any_text_has_a_value_or_an_error_with_a_place(text: str) -> None:
    try:
        tree = parse(text)
        assert all(0 <= name.at.start < name.at.end <= len(text) for name in names(tree))
        evaluate(tree, CONTEXTS)
    except ExpressionError as error:
        assert error.message
        assert 0 <= error.at.start <= error.at.end <= len(text)


@given(LETTERS | BROKEN)
def test_reading_with_known_names_finds_what_checking_finds(text: str) -> None:
    contexts, functions = frozenset({"github"}), frozenset({"always"})
    try:
        wrong = check(parse(text), contexts, functions)
    except ExpressionError:
        return
    try:
        parse(text, known=known(contexts, functions))
    except ExpressionError as error:
        assert [(one.message, one.at) for one in wrong][:1] == [(error.message, error.at)]
    else:
        assert wrong == []


@given(MADE, st.integers(1, 40))
def test_an_offset_moves_every_place(text: str, offset: int) -> None:
    here, there = names(parse(text)), names(parse(text, offset=offset))
    moved = [(path, Span(at.start + offset, at.end + offset)) for path, at in here]
    assert moved == [tuple(access) for access in there]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("-1.5", -1.5),
        (".5", 0.5),
        ("+1e3", 1000),
        ("0xff", 255),
        ("0o17", 15),
        ("0xffffffff", -1),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
    ],
)
def test_a_number_has_many_forms(text: str, number: float) -> None:
    assert value(text) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.0", "1"),
        ("-0", "0"),
        ("0.1", "0.1"),
        ("3.14159", "3.14159"),
        ("100000000000000", "100000000000000"),
        ("1000000000000000", "1E+15"),
        ("12345678901234567890", "1.23456789012346E+19"),
        ("0.0001", "0.0001"),
        ("0.00001", "1E-05"),
        ("1e300", "1E+300"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("0.30000000000000004", "0.3"),
    ],
)
def test_a_number_as_text_has_at_most_15_digits(number: str, text: str) -> None:
    assert value(f"format('{{0}}', {number})") == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("'it''s'", "it's"),
        ("'a''b''c'", "a'b'c"),
        ("1 || 0 && 0", 1),
        ("(1 || 0) && 0", 0),
        ("!true == false", True),
        ("1 < 2 == true", True),
        ("1 == 1 == 1", True),
        ("'' || null", None),
        ("'a' && 'b'", "b"),
        ("!''", True),
        ("!'0'", False),
        ("null == 0", True),
        ("null == ''", True),
        ("'' == 0", True),
        ("' 12 ' == 12", True),
        ("'0x1F' == 31", True),
        ("'a' == 'A'", True),
        ("'é' == 'É'", True),
        ("'ß' == 'SS'", False),
        ("true == '1'", True),
        ("true == 'true'", False),
        ("NaN == NaN", False),
        ("NaN != NaN", True),
        ("null >= null", True),
        ("null > null", False),
        ("'b' > 'A'", True),
        ("'a' < 1", False),
        ("'a' >= 1", False),
        ("github == github", True),
        ("github.event == github.event", True),
        ("fromJSON('[]') == fromJSON('[]')", False),
        ("github > 0", False),
    ],
)
def test_operators_join_and_compare_loosely(text: str, wanted: Value) -> None:
    found = value(text)
    assert (type(found) is bool, found) == (type(wanted) is bool, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("GITHUB.Ref", "refs/heads/main"),
        ("github['ref']", "refs/heads/main"),
        ("github.no.way", None),
        ("env.A.b", None),
        ("matrix.os[1]", "Mac"),
        ("matrix.os['1']", "Mac"),
        ("matrix.os[1.9]", "Mac"),
        ("matrix.os[true]", "Mac"),
        ("matrix.os[null]", "linux"),
        ("matrix.os[2]", None),
        ("matrix.os[-1]", None),
        ("matrix.os.linux", None),
        ("matrix.os[github]", None),
        ("needs.*.result", ("success", "failure")),
        ("needs[*].result", ("success", "failure")),
        ("github.event.commits.*.author.name", ("Ann", "bob")),
        ("(github.event.commits.*.author.name)[0]", ()),
        ("matrix.nested.*[0]", (1, 3)),
        ("matrix.nested.*.*", (1, 2, 3, [4])),
        ("env.A.*", ()),
        ('fromJSON(\'{"a": {"b": 7}}\').a.b', 7),
        ('fromJSON(\'{"a": 1, "A": 2}\')', {"a": 1}),
    ],
)
def test_an_index_never_fails(text: str, wanted: Value) -> None:
    assert value(text) == wanted


def test_the_keys_of_some_objects_differ_by_case() -> None:
    assert value("env.path", env=CaseSensitive(PATH="/bin")) is None
    assert value("env.path", env={"PATH": "/bin"}) == "/bin"


@pytest.mark.parametrize(
    ("text", "message", "about"),
    [
        ("", "An expression was expected", ""),
        ("a b", "Unexpected symbol: 'b'", "b"),
        ("(github", "Unexpected end of expression: 'github'", "github"),
        ("1 +", "Unexpected symbol: '+'. Located at position 3 within expression: 1 +", "+"),
        ("'x", "Unexpected symbol: ''x'. Located at position 1 within expression: 'x", "'x"),
        (
            "'😀' = 1",
            "Unexpected symbol: '='. Located at position 6 within expression: '😀' = 1",
            "=",
        ),
        ("contains('a', )", "Unexpected symbol: ')'", ")"),
        ("'a'[0]", "Unexpected symbol: '['", "["),
        ("nope.x", "Unrecognized named-value: 'nope'", "nope"),
        ("nope(1)", "Unrecognized function: 'nope'", "nope"),
        ("(" * 60, "Exceeded max expression depth 50: '('", "("),
        ("1==" * 60 + "1", "Exceeded max expression depth 50: '=='", "=="),
        ("a" * 21_001, "Exceeded max expression length 21000", "a" * 21_001),
        ("case('x', 1, 2)", "case predicate must evaluate to a boolean value", "'x'"),
        (
            "env[fromJSON('{')]",
            "could not evaluate index for index access: "
            "Error parsing JSON when evaluating fromJson",
            "fromJSON('{')",
        ),
    ],
)
def test_an_error_has_githubs_words_and_its_place(text: str, message: str, about: str) -> None:
    assert refusal(text) == (message, about)


def test_a_place_allows_some_contexts_and_functions() -> None:
    text = "secrets.A && contains(hashFiles(), github.ref, 1) && success(1) && case(true, 1, 2, 3)"
    wrong = check(parse(text), frozenset({"github"}), frozenset({"hashFiles(1,255)", "success"}))
    assert [(error.message, text[slice(*error.at)]) for error in wrong] == [
        ("Unrecognized named-value: 'secrets'", "secrets"),
        ("Too few parameters supplied: 'hashFiles'", "hashFiles"),
        ("Too many parameters supplied: 'contains'", "contains"),
        (
            "Even number of parameters supplied, requires an odd number of parameters: 'case'",
            "case",
        ),
    ]


def test_names_are_told_with_their_path_and_place() -> None:
    text = "Secrets['TOKEN'] && format('{0}', matrix[env.KEY].x) && needs.*.result && toJSON(vars)"
    assert [(path, text[slice(*at)]) for path, at in names(parse(text))] == [
        (("secrets", "TOKEN"), "Secrets['TOKEN']"),
        (("matrix", "*", "x"), "matrix[env.KEY].x"),
        (("env", "KEY"), "env.KEY"),
        (("needs", "*", "result"), "needs.*.result"),
        (("vars",), "vars"),
    ]
    assert Access(("env",), Span(0, 3)) in names(parse("env == fromJSON(steps.a.outputs.b).c"))
