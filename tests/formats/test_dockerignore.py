"""`.dockerignore`: which paths stay outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.dockerignore import ignore

PIECES = st.sampled_from(("a", "b", "/", "*", "**", "?", "[", "]", "^", "!", "\\", ".", "..", "\n"))


@pytest.mark.parametrize(
    ("text", "out", "kept"),
    [
        (".git\n", [".git", ".git/config"], [".gitignore", "a/.git"]),
        ("**/node_modules\n", ["node_modules", "a/b/node_modules/c"], ["node_modules2"]),
        ("/dist/\n", ["dist/a"], ["a/dist"]),
        ("*\n!src\n!*.md\n", ["a", "a/b.md"], ["src/a", "README.md"]),
        ("*.log\n!keep.log\n", ["a.log"], ["keep.log", "x/a.log"]),
        ("a/**/b\n", ["a/b", "a/x/y/b/c"], ["a"]),
        ("# .env\n\n.env*\n!.env.example", [".env", ".env.local"], [".env.example", "# .env"]),
        ("./x/../y\n", ["y"], ["x"]),
        ("[ab]?.[^c]\n", ["a1.d"], ["c1.d", "a1.c"]),
    ],
)
def test_what_is_left_out(text: str, out: list[str], kept: list[str]) -> None:
    known = ignore(text)
    assert [path for path in [*out, *kept] if known.leaves_out(path)] == out


@given(st.lists(PIECES, max_size=30).map("".join), st.lists(PIECES, max_size=20).map("".join))
def test_any_pattern_says_something(text: str, path: str) -> None:
    ignore(text).leaves_out(path)


def test_many_stars_end() -> None:
    assert not ignore("*a" * 40 + "b").leaves_out("a" * 200)
    assert not ignore("**/a/" * 40 + "b").leaves_out("a/" * 200)
