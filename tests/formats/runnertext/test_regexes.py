"""Patterns of .NET mean in Python what they mean there."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.formats.runnertext.regexes import Expression, RegexError


@pytest.mark.parametrize(
    ("pattern", "line", "groups"),
    [
        (r"^(?<file>\S+):(\d+)$", "a.py:3", ["a.py:3", "3", "a.py"]),
        (r"(?'a'x)(y)(?<b>z)(w)", "xyzw", ["xyzw", "y", "w", "x", "z"]),
        (r"(?<2>x)(y)", "xy", ["xy", "y", "x"]),
        (r"(?<n>a)|(?<n>b)", "b", ["b", "b"]),
        (r"a(?i)b|c", "aB", ["aB"]),
        (r"a(?i)b|c", "C", ["C"]),
        (r"(?:(?i)a)b", "Ab", ["Ab"]),
        (r"(?i:a)b", "Ab", ["Ab"]),
        (r"x{,5}", "x{,5}", ["x{,5}"]),
        (r"x{2,3}?", "xxx", ["xx"]),
        (r"{a}", "{a}", ["{a}"]),
        (r"[[a]+\y\_\-\/", "[ay_-/", ["[ay_-/"]),
        (r"[]a]+", "]a", ["]a"]),
        (r"[^]a]+", "]ab", ["b"]),
        (r"[a-z-[aeiou]]+$", "bcd", ["bcd"]),
        (r"[\w-.]+", "a-.b", ["a-.b"]),
        (r"[a&&b||c~~[[d-]+", "a&|~-[", ["a&|~-["]),
        (r"[\b]", "\b", ["\b"]),
        (r"[\x41-\u0043]+", "ABCD", ["ABC"]),
        (r"(a)?b\1c", "bc", ["bc", ""]),
        (r"(a)(?<n>b)\k<n>\1", "abba", ["abba", "a", "b"]),
        (r"(a)\10", "aa0", ["aa0", "a"]),
        (r"\x41\u0042\cA\e\101\0", "AB\x01\x1bA\x00", ["AB\x01\x1bA\x00"]),
        (r"\p{Lu}+\P{Lu}", "ÄBx", ["ÄBx"]),
        (r"[\p{Nd}x]+[\P{L}]", "٣x.", ["٣x."]),
        (r"\Aa\z", "a", ["a"]),
        (r"a\Z", "a", ["a"]),
        (r"(?#no (group)a(b)", "ab", ["ab", "b"]),
        (r"(x)?(?(1)a|b)", "xa", ["xa", "x"]),
        ("(?x) a b # c", "ab", ["ab"]),
        (r"\d+", "٣4", ["4"]),
        (r"(?<=a)b(?!c)", "abcab", ["b"]),
        (r"(?>a+)b", "aab", ["aab"]),
        ("", "x", [""]),
        ("é+[é]", "éé", ["éé"]),
    ],
)
def test_patterns(pattern: str, line: str, groups: list[str]) -> None:
    expression = Expression(pattern)
    assert expression.search(line) == groups
    assert expression.count == len(groups)


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(", "Not enough )'s."),
        ("a)", "Too many )'s."),
        ("[a", "Unterminated [] set."),
        ("[", "Unterminated [] set."),
        ("a\\", "Illegal \\ at end of pattern."),
        ("[\\", "Illegal \\ at end of pattern."),
        ("a++", "Nested quantifier '+'."),
        ("a{2}+", "Nested quantifier '+'."),
        ("a**", ""),
        ("*a", ""),
        ("a{3,2}", ""),
        ("[b-a]", "[x-y] range in reverse order."),
        (r"[a-\d]", "Cannot include class \\d in character range."),
        ("(?P<x>a)", "Unrecognized grouping construct."),
        ("(?<a-b>x)", "Unrecognized grouping construct."),
        ("(?#x", "Unterminated (?#...) comment."),
        (r"\x4", "Insufficient or invalid hexadecimal digits."),
        (r"\c", "Missing control character."),
        (r"\p{Xx}", "Unknown property 'Xx'."),
        (r"\pL", "Malformed \\p{X} character escape."),
        (r"\k<a>", "Reference to undefined group name 'a'."),
        (r"(?<=a+)b", ""),
    ],
)
def test_no_patterns(pattern: str, what: str) -> None:
    with pytest.raises(RegexError) as raised:
        Expression(pattern)
    assert str(raised.value).startswith(f"Invalid pattern '{pattern}'")
    assert str(raised.value).endswith(what)


@settings(deadline=None)
@given(st.text("ab()[]{}?*+|\\^$.-<>:=!#ixkdwp10,&~ "))
def test_any_text_is_a_pattern_or_refused(pattern: str) -> None:
    try:
        Expression(pattern)
    except RegexError as error:
        assert str(error).startswith("Invalid pattern '")


@settings(deadline=None)
@given(st.text(), st.text())
def test_escaped_text_means_itself(text: str, around: str) -> None:
    found = Expression(re.escape(text)).search(around + text)
    assert found == [text]


LOOPS = [
    f"{start}({one}{many}){again}{end}"
    for start in ("^", "")
    for one in ("a", "[ab]", ".", r"\w")
    for many in "+*"
    for again in ("+", "*", "+?", "*?")
    for end in ("$", "b", "")
]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_in_a_loop_means_the_same(loop: str) -> None:
    for size in range(5):
        for letters in itertools.product("abc", repeat=size):
            text = "".join(letters)
            want = re.search(loop, text)
            groups = Expression(loop).search(text)
            assert groups == (want and [want[0], want[1] or ""]), (loop, text)


def test_a_loop_in_a_loop_ends() -> None:
    for loop in (r"^(a+)+$", r"^(?:\s*)*x", r"^([a-z]+)*\d", r"(.*)*!"):
        assert Expression(loop).search("a" * 200 + "-") is None
