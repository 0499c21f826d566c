"""The patterns of hashFiles, as values; npm's own answers are held against in tests/edge."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.formats.globs import Pattern, Selection
from placid.formats.globs.segments import expression, literal

ROOT, HOME = "/w/ws", "/home/ada"


def selection(*lines: str) -> Selection:
    return Selection(lines, ROOT, HOME)


@pytest.mark.parametrize(
    ("segment", "takes", "leaves"),
    [
        ("*", "a .a ab", ""),
        ("*.js", "a.js .js", "a.jsx js"),
        ("a?c", "abc a.c", "ac abbc"),
        ("[ab]c", "ac bc", "cc c"),
        ("[!ab]c", "cc", "ac bc c"),
        ("[^ab]c", "cc", "ac"),
        ("[a-c]", "a b c", "d -"),
        ("[c-a]", "", "a b c -"),
        ("[]a]", "] a", "[]a]"),
        ("[a", "[a", "a"),
        ("[[]a]", "[a]", "a"),
        ("\\*", "*", "a"),
        ("a\\", "a\\", "a"),
        ("a{b,c}", "a{b,c}", "ab"),
        ("!(a)", "!(a)", "b"),
        ("[[:digit:]x]", "1 x", "a :"),
        ("a+", "a+", "aa"),
        ("***a", "a xa", "b"),
    ],
)
def test_segments(segment: str, takes: str, leaves: str) -> None:
    read = re.compile(expression(segment), re.DOTALL)
    assert [name for name in takes.split() if not read.fullmatch(name)] == []
    assert [name for name in leaves.split() if read.fullmatch(name)] == []
    assert not read.fullmatch("")


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("a.txt", "a.txt"),
        ("a*", ""),
        ("a?", ""),
        ("[ab]", ""),
        ("[a]b", "ab"),
        ("[[]x]", "[x]"),
        ("[ab", "[ab"),
        ("\\*", "*"),
        ("a\\", "a\\"),
        ("[]", "[]"),
    ],
)
def test_what_only_one_name_can_be(segment: str, name: str) -> None:
    assert literal(segment) == name


def test_where_the_search_begins() -> None:
    assert selection("**/a").starts == (ROOT,)
    assert selection("lib/*.js", "doc/a.md").starts == ("/w/ws/lib", "/w/ws/doc/a.md")
    assert selection("lib/*.js", "lib/a/*.js", "**").starts == (ROOT,)
    assert selection("/etc/*.conf", "~/x").starts == ("/etc", "/home/ada/x")
    assert selection("!a", "# b", "").starts == ()
    assert selection("a/", "a").starts == ("/w/ws/a",)


def test_folders_mean_what_is_in_them() -> None:
    lib = selection("lib")
    assert lib.has("/w/ws/lib/a/b.js")
    assert lib.has("/w/ws/lib")
    assert not lib.has("/w/ws/libs/a")
    only = selection("lib/")
    assert only.has("/w/ws/lib/a")
    assert not only.has("/w/ws/lib")
    assert selection("lib/**").has("/w/ws/lib")


def test_which_folders_are_entered() -> None:
    near = selection("src/*/a.js")
    assert near.may_be_below("/w/ws")
    assert near.may_be_below("/w/ws/src/x")
    assert not near.may_be_below("/w/ws/lib")
    assert not near.may_be_below("/w/ws/src/x/y")
    assert near.may_be_below("/w/ws/src/x/a.js/deeper")
    assert selection("**/a.js", "!b/**").may_be_below("/w/ws/b/c")
    assert not selection("!**").may_be_below("/w/ws")


def test_signs_and_spaces_before_a_pattern() -> None:
    assert Pattern.read("! ! a", ROOT, HOME).negative is False
    assert Pattern.read("!! !a", ROOT, HOME).negative is True
    assert Pattern.read("\ufeff a \u00a0", ROOT, HOME).segments == ("a",)
    assert Pattern.read("a//b///c", ROOT, HOME).segments == ("a", "b", "c")
    assert Pattern.read("./a", ROOT, HOME) == Pattern.read("a", ROOT, HOME)
    assert Pattern.read("~x", ROOT, HOME).segments == ("~x",)


@pytest.mark.parametrize("line", ["..", "a/../b", "a/./b", "./.", "/./a", "a/[.]/b", "\\.\\."])
def test_relative_segments_are_refused(line: str) -> None:
    with pytest.raises(Problem, match="Relative pathing"):
        selection(line)


NAMES = st.lists(st.text(st.sampled_from("ab.*[]\\?! ü\n"), min_size=1), min_size=1, max_size=4)


@given(NAMES)
def test_an_escaped_path_means_itself_and_what_is_below(names: list[str]) -> None:
    if any(name in (".", "..") for name in names):
        return
    escaped = "/".join("".join(f"\\{char}" for char in name) for name in names)
    path = f"{ROOT}/{'/'.join(names)}"
    # A line break ends a pattern, and blanks around one are taken away, escaped or not.
    if "\n" in escaped or escaped.endswith(" "):
        return
    read = selection(escaped)
    assert read.starts == (path,)
    assert read.has(path)
    assert read.has(f"{path}/x")
    assert not read.has(f"{path}x")


@given(st.text(st.sampled_from("ab*?[]!^-\\"), min_size=1, max_size=10))
def test_any_segment_can_be_read(segment: str) -> None:
    re.compile(expression(segment), re.DOTALL)
    name = literal(segment)
    if name and "[" not in segment:
        assert re.fullmatch(expression(segment), name, re.DOTALL)
