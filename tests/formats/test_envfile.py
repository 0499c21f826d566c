"""What is written is read back; and every rule, and every mistake, by example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem, Problems
from placid.formats.envfile import parse, write

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.dictionaries(names, values))
def test_what_is_written_is_read_back(variables: dict[str, str]) -> None:
    assert parse(write(variables), ".env") == variables


@given(st.binary() | st.text("AB=#'\"\\ \n$e\t", max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_line(data: bytes) -> None:
    try:
        parse(data, ".env")
    except Problems as problems:
        assert all((p.where or "").startswith(".env:") for p in problems.problems)
    except Problem as problem:
        assert (problem.where or "").startswith(".env:")


@given(names, st.text("ab# $'\"\\x=", min_size=1))
def test_single_quotes_take_everything_as_it_is(name: str, value: str) -> None:
    value = value.replace("'", "")
    assert parse(f"{name}='{value}' # done".encode(), "") == {name: value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b", "b"),
        ("A = b ", "b"),
        ("export A=b", "b"),
        ("  export\tA=b", "b"),
        ("\ufeffA=b", "b"),
        ("A=b c # comment", "b c"),
        ("A=b#c", "b#c"),
        ("A=#c", ""),
        ("A=", ""),
        ("A=''", ""),
        ("A=b\r\n", "b"),
        ("A='b\\n$C'", "b\\n$C"),
        ('A="b\\n\\"c\\" \\$D \\x"', 'b\n"c" $D \\x'),
        ('A="one\ntwo"', "one\ntwo"),
        ("A='one\r\ntwo'", "one\ntwo"),
        ('A="one\\\ntwo"', "onetwo"),
        ("A=$HOME `id` $(id)", "$HOME `id` $(id)"),
        ("A=it's", "it's"),
        ("A=postgres://u:p@h/d?x=1&y=2", "postgres://u:p@h/d?x=1&y=2"),
        ("A=first\nA=second", "second"),
        ("# only\n\n   # comments\nA=b\n#", "b"),
    ],
)
def test_values(text: str, value: str) -> None:
    assert parse(text.encode(), ".env") == {"A": value}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("A=b\nnonsense", 2, "sets no variable"),
        ("1A=b", 1, "sets no variable"),
        ("A-B=c", 1, "sets no variable"),
        ("export A", 1, "sets no variable"),
        ("=b", 1, "sets no variable"),
        ("X=1\nA='b", 2, "the quote ' is never closed"),
        ('A="s3cr3t\nB=c', 1, 'the quote " is never closed'),
        ('A="b"c', 1, 'text follows the closing "'),
        ("A=b\0c", 1, "NUL byte"),
        (b"A=b\nB=\xff", 2, "not UTF-8"),
    ],
)
def test_mistakes(text: str | bytes, line: int, what: str) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(Problem, match=what) as caught:
        parse(data, ".env")
    assert caught.value.where == f".env:{line}"
    assert "s3cr3t" not in f"{caught.value} {caught.value.fix} {caught.value.excerpt}"


def test_all_mistakes_at_once() -> None:
    with pytest.raises(Problems) as caught:
        parse(b"one\nA=b\ntwo\n", ".env")
    assert [p.where for p in caught.value.problems] == [".env:1", ".env:3"]
