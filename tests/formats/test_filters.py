"""The pattern language of branches, tags and paths: GitHub's own examples, and what must hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.formats.workflows.filters import Filter, matcher

# (pattern, names that it takes, names that it does not)
EXAMPLES = [
    ("feature/*", "feature/a feature/", "feature feature/a/b xfeature/a Feature/a"),
    ("feature/**", "feature/a feature/a/b/c", "feature features/a"),
    ("*", "main v1.0 README.md .hidden", "a/b a/"),
    ("**", "main a/b/c.md .git/x", ""),
    ("*feature", "feature mona-feature", "feature/x x/feature features"),
    ("v2*", "v2 v2.0 v20", "v1 v2/x"),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1 v2.0.0", "v3.0.0 v1.0 v1..0 v1x0x0"),
    ("*.jsx?", "page.js page.jsx .js", "page.jsxx a/page.js"),
    ("**.js", "index.js js/index.js src/js/app.js", "app.jsx"),
    ("docs/**/*.md", "docs/a.md docs/b/a.md docs/b/c/a.md", "a.md docs/a.txt xdocs/a.md docsa.md"),
    ("**/docs/**", "docs/a x/docs/a x/y/docs/z/a", "docs xdocs/a x/mydocs/a"),
    ("**/README.md", "README.md js/README.md a/b/README.md", "xREADME.md READMEXmd"),
    ("**/*src/**", "src/a my-src/code/js/app.js a/src/app.js", "src a/srcx/b"),
    ("**/*-post.md", "my-post.md path/their-post.md", "post.md my-post.mdx"),
    ("[CB]at", "Cat Bat", "cat at CBat"),
    ("[1-2]00", "100 200", "300 1200 00"),
    ("ab?c", "ac abc", "abbc ab?c"),
    ("ab+c", "abc abbbc", "ac"),
    ("a[0-9]?", "a a1", "a12"),
    ("a*?", "a abc", "a/b"),
    ("a**+", "a a/b", "b"),
    ("a?+", "|a|aa", "b"),
    ("a+?", "|a|aa", "b"),
    ("+a", "+a", "a aa"),
    ("?a", "?a", "a xa"),
    ("\\*", "*", "a"),
    ("\\[a]", "[a]", "a"),
    ("a\\+", "a+", "aa a"),
    ("a\\\\b", "a\\b", "ab"),
    ("a\\", "a\\", "a"),
    ("[a.]b", "ab .b", "xb"),
    ("[a-]b", "ab -b", "cb"),
    ("[\\]]", "]", "\\"),
    ("[^a]", "^ a", "b"),
    ("a!b", "a!b", "ab"),
    ("a.b", "a.b", "axb"),
    ("(a){2}^$", "(a){2}^$", "aa"),
    ("a**/b", "a/b axx/b a/x/b", "ab"),
    ("a/**", "a/b a/ a/b/c", "a ab"),
    ("**/", "a/ a/b/ |", "a"),
    ("***", "a a/b", ""),
    ("ü*", "ü üx", "u"),
]


@pytest.mark.parametrize(("pattern", "takes", "leaves"), EXAMPLES)
def test_examples(pattern: str, takes: str, leaves: str) -> None:
    read = matcher(pattern)
    assert [name for name in re.split(r"[ |]", takes) if not read.fullmatch(name)] == []
    assert [name for name in leaves.split() if read.fullmatch(name)] == []


@pytest.mark.parametrize(
    ("patterns", "takes", "leaves"),
    [
        (["*.md", "!README.md"], "hello.md", "README.md docs/hello.md"),
        (["*.md", "!README.md", "README*"], "hello.md README.md README.doc", "x.doc"),
        (["!README.md", "*.md"], "README.md", "x.txt"),
        (["!a"], "", "a b"),
        (["**", "!!a"], "a b", "!a"),
        (["\\!a"], "!a", "a"),
        (["sub/**", "!sub/docs/**"], "sub/a sub/src/a", "sub/docs/readme.md sub2/a"),
    ],
)
def test_the_last_pattern_that_matches_decides(
    patterns: list[str], takes: str, leaves: str
) -> None:
    read = Filter(patterns)
    assert [name for name in takes.split() if not read.chooses(name)] == []
    assert [name for name in leaves.split() if read.chooses(name)] == []


def test_any_and_all() -> None:
    docs = Filter(["docs/**"])
    assert docs.chooses_any(["a", "docs/b"])
    assert not docs.chooses_any(["a"])
    assert not docs.chooses_any([])
    assert docs.chooses_all(["docs/a", "docs/b"])
    assert not docs.chooses_all(["docs/a", "b"])
    assert docs.chooses_all([])


@pytest.mark.parametrize("pattern", ["a[b", "[", "a[]", "[z-a]", "[9-0]x", "["])
def test_a_pattern_that_cannot_be_read_is_named(pattern: str) -> None:
    with pytest.raises(Problem, match=re.escape(repr(pattern))):
        Filter(["ok", pattern])


NAMES = st.text(st.sampled_from("ab/.-1*?+[]!\\ü\n"), max_size=12)
PATTERNS = st.text(st.sampled_from("ab/.-1*?+!\\ü"), max_size=10)


@given(NAMES)
def test_an_escaped_name_takes_itself_alone(name: str) -> None:
    pattern = "".join(f"\\{char}" for char in name)
    assert Filter([pattern]).chooses(name)
    assert not Filter([pattern]).chooses(name + "x")
    assert Filter(["**"]).chooses(name)
    assert Filter(["*"]).chooses(name) == ("/" not in name)


def slow(pattern: str, name: str) -> bool:
    """The language in the plainest words: try everything."""
    if not pattern:
        return not name
    if pattern.startswith("**"):
        return any(slow(pattern[2:], name[at:]) for at in range(len(name) + 1))
    if pattern[0] == "*":
        return any(
            slow(pattern[1:], name[at:]) for at in range(len(name) + 1) if "/" not in name[:at]
        )
    char, rest = (pattern[1], pattern[2:]) if pattern[0] == "\\" else (pattern[0], pattern[1:])
    if rest[:1] == "?":
        return slow(rest[1:], name) or (name[:1] == char and slow(rest[1:], name[1:]))
    if rest[:1] == "+":
        runs = len(name) - len(name.lstrip(char))
        return any(slow(rest[1:], name[at:]) for at in range(1, runs + 1))
    return name[:1] == char and slow(rest, name[1:])


PLAIN = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "a?", "b+", "/?", "\\*", "\\\\", "."]), max_size=6
)


@given(PLAIN, st.text(st.sampled_from("ab/.*\\"), max_size=8))
def test_it_is_what_trying_everything_gives(parts: list[str], name: str) -> None:
    # "***" may be read in two ways that mean the same; "**/" has a meaning of its own (EXAMPLES).
    pattern = "".join(parts)
    if re.search(r"(^|/)(\*\*)+/|\*\?", pattern):
        return
    assert bool(matcher(pattern).fullmatch(name)) == slow(pattern, name)


@given(PATTERNS, NAMES)
def test_a_pattern_never_takes_long_or_fails(pattern: str, name: str) -> None:
    Filter([pattern, f"!{pattern}"]).chooses(name)


def test_repeated_repeats_end() -> None:
    assert not Filter(["a+++b", "(a+)+b", "a?+?+b"]).chooses("a" * 5000)
