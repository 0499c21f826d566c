"""Which lines are commands, and what they say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.formats.runnertext import parse

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.from_regex(r"[A-Za-z]+", fullmatch=True).map(str.lower)


def escaped(text: str, more: str = "") -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for char in more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


@settings(deadline=None)
@given(
    st.dictionaries(keys, texts.filter(lambda v: v.lstrip("=") == v != "" and v.strip() == v)),
    texts,
)
def test_what_the_toolkit_writes_is_read_back(properties: dict[str, str], data: str) -> None:
    written = ",".join(f"{key}={escaped(value, ':,')}" for key, value in properties.items())
    parsed = parse(f"::error {written}::{escaped(data)}")
    assert parsed == ("error", properties, data)


@settings(deadline=None)
@given(st.dictionaries(keys, texts.filter(lambda v: v.lstrip("=") == v != "")), texts)
def test_the_old_form_is_read_back(properties: dict[str, str], data: str) -> None:
    written = "".join(f"{key}={escaped(value, ';]')};" for key, value in properties.items())
    parsed = parse(f"before ##[error {written}]{escaped(data, ';]')}")
    assert parsed == ("error", properties, data)


@settings(deadline=None)
@given(st.text(": #[]errordbug=,;%25\t"))
def test_no_line_is_too_strange(line: str) -> None:
    parsed = parse(line)
    assert parsed is None or parsed.command.lower() in ("error", "debug", "group")


@pytest.mark.parametrize(
    ("line", "command", "properties", "data"),
    [
        ("::warning file=a.py,line=1::text", "warning", {"file": "a.py", "line": "1"}, "text"),
        ("::Error::x", "Error", {}, "x"),
        ("\t \xa0\u2003::error::x", "error", {}, "x"),
        ("::error::", "error", {}, ""),
        ("::error ::x", "error", {}, "x"),
        ("::error  file = a , b=::  x ", "error", {"file ": " a "}, "  x "),
        ("::error a=1,A=2,b=3::x", "error", {"a": "2", "b": "3"}, "x"),
        ("::error a::x", "error", {}, "x"),
        ("::error =a=b,c==d,e=f=g,=,::x", "error", {"a": "b", "c": "d", "e": "f=g"}, "x"),
        ("::error a=b:c::x::y", "error", {"a": "b:c"}, "x::y"),
        ("::error a=%3a%3A%2C::%3A%2C%0a", "error", {"a": "%3a:,"}, "%3A%2C%0a"),
        ("::error a=%250A::%250A%2525", "error", {"a": "%0A"}, "%0A%25"),
        ("::unknown:: ##[error]x", "error", {}, "x"),
        ("::no end ##[error]x", "error", {}, "x"),
        ("a ##[error a=b]c ##[debug]d", "error", {"a": "b"}, "c ##[debug]d"),
        ("##[error  a=b; c=d]", "error", {" a": "b", " c": "d"}, ""),
        ("##[error a=%2C%3B]%2C%5d%5D", "error", {"a": "%2C;"}, "%2C%5d]"),
        ("::error::##[debug]x", "error", {}, "##[debug]x"),
        ("::set-output name=a::b", "set-output", {"name": "a"}, "b"),
        ("::error file=a,title=b c::d", "error", {"file": "a", "title": "b c"}, "d"),
        ("::add-mask::a%0Ab", "add-mask", {}, "a\nb"),
    ],
)
def test_commands(line: str, command: str, properties: dict[str, str], data: str) -> None:
    assert parse(line) == (command, properties, data)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "::",
        "::::",
        "::error",
        "::error:",
        "x ::error::y",
        "\ufeff::error::x",
        "\x1f::error::x",
        ":: error::x",
        "::unknown::x",
        "::error-x::y",
        "::error,::y",
        "a::b::c",
        "##[section]Starting",
        "##[error",
        "##[ error]x",
        "# #[error]x",
        "##[unknown]##[error]x",
    ],
)
def test_plain_text(line: str) -> None:
    assert parse(line) is None


def test_the_caller_says_which_commands_there_are() -> None:
    assert parse("::token::", frozenset({"token"})) == ("token", {}, "")
    assert parse("::error::", frozenset({"token"})) is None
