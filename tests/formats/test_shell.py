"""Shell scripts: the commands in them, in order, with their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.shell import commands

PIECES = st.sampled_from(
    (
        *("a", "if", "then", "sudo ", "X=1 ", " ", "\n", ";", "&&", "||", "|", "&", "(", ")"),
        *('"', "'", "\\", "`", "$(", "${", "$", "}", "<<E", "E\n", ">", "2>&1", "#", "{", "case"),
    )
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_is_read_and_words_stand_where_they_say(text: str) -> None:
    last = 0
    for command in commands(text):
        assert last <= command.start <= command.words[0].start < command.end <= len(text)
        last = command.end
        for word in command.words:
            if word.known and not set(text[word.start : word.end]) & set("\"'\\"):
                assert text[word.start : word.end] == word.text


@pytest.mark.parametrize(
    ("script", "called"),
    [
        ("a && b || c; d | e & f", ["a", "b", "c", "d", "e", "f"]),
        ("if [ -f x ]; then /usr/bin/make all; fi", ["[", "make"]),
        ("X=1 Y='2 3' sudo -E FOO=1 apt-get install y >log 2>&1", ["apt-get"]),
        ("echo \"a && $(b; c)\" '; d'", ["echo"]),
        ("cat <<E | x\nnot a command\nE\nmake", ["cat", "x", "make"]),
        ("a \\\n b # c; d\ne", ["a", "e"]),
        ("a 'never closed", ["a"]),
        ("$PROGRAM x; y", ["", "y"]),
    ],
)
def test_what_is_called(script: str, called: list[str]) -> None:
    assert [each.program for each in commands(script)] == called


def test_operators_words_and_verbs() -> None:
    first, second = commands("apt-get -y install 'a b' $C | tee x")
    assert (first.verb(), first.after, second.before) == ("install", "|", "|")
    assert [(word.text, word.known) for word in first.arguments[2:]] == [
        ("a b", True),
        ("$C", False),
    ]


def test_deep_and_long_scripts_end() -> None:
    for script in ('"$(' * 5_000, "$(" * 5_000, "((" * 5_000, "'a' " * 50_000, "`" * 5_001):
        commands(script)
