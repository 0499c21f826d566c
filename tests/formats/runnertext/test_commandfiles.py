"""What is written to a command file is read back; every rule, and every mistake, by example."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.formats.runnertext import (
    SUMMARY_LIMIT,
    CommandFileError,
    decoded,
    read_env,
    read_output,
    read_path,
    read_state,
    read_summary,
)

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = texts.filter(lambda name: name and not any(c in name for c in "=\n<\ufeff"))
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))


@settings(deadline=None)
@given(st.dictionaries(names, texts), st.booleans())
def test_what_is_written_is_read_back(values: dict[str, str], mark: bool) -> None:
    text = "\ufeff" * mark
    for name, value in values.items():
        delimiter = "E"
        while delimiter in value:
            delimiter += "E"
        text += f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
    assert read_output(text).values == values


@settings(deadline=None)
@given(st.dictionaries(names, lines))
def test_plain_lines_are_read_back(values: dict[str, str]) -> None:
    text = "\n\n".join(f"{name}={value}" for name, value in values.items())
    assert read_state(text).values == values


@settings(deadline=None)
@given(st.text("AB=<\n \r\ufeffE", max_size=40))
def test_a_file_is_read_or_refused_with_what_stands_before(text: str) -> None:
    try:
        assert all(read_output(text).values)
    except CommandFileError as error:
        assert str(error).startswith(("Invalid format '", "Invalid value. "))
        assert all(error.values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("\n\n", {}),
        ("\ufeff", {}),
        ("A=", {"A": ""}),
        ("A==b=", {"A": "=b="}),
        (" A = b ", {" A ": " b "}),
        ("A=1\nB=2\nA=3\n", {"A": "3", "B": "2"}),
        ("A=b\r\n", {"A": "b\r"}),
        ("A=<<EOF", {"A": "<<EOF"}),
        ("A<<EOF\r\nx\r\nEOF\r\n", {"A": "x\r"}),
        ("A<<E\n\nE", {"A": ""}),
        ("A<<E\n\n\nE", {"A": "\n"}),
        ("A<<E<<F\nx\nE<<F", {"A": "x"}),
        ("A<<E \nx\nE\nE \n", {"A": "x\nE"}),
        ("A<<E\nB=1\nC<<D\nE\nF=2", {"A": "B=1\nC<<D", "F": "2"}),
        ("Ä=ö\u2028é\n", {"Ä": "ö\u2028é"}),
        ("A=x\ufeff", {"A": "x\ufeff"}),
        ("A=a\x00b\x0bc", {"A": "a\x00b\x0bc"}),
    ],
)
def test_values(text: str, values: dict[str, str]) -> None:
    for read in (read_env, read_output, read_state):
        found = read(text)
        assert found.values == values
        assert list(found.values) == list(values)
        assert found.issues == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A", "Invalid format 'A'"),
        (" ", "Invalid format ' '"),
        ("A=b\r\n\r\n", "Invalid format '\r'"),
        ("=b", "Invalid format '=b'. Name must not be empty"),
        ("=", "Invalid format '='. Name must not be empty"),
        (
            "<<E\nx\nE",
            "Invalid format '<<E'. Name must not be empty and delimiter must not be empty",
        ),
        ("A<<", "Invalid format 'A<<'. Name must not be empty and delimiter must not be empty"),
        ("A<<E", "Invalid value. Matching delimiter not found 'E'"),
        ("A<<E\n", "Invalid value. Matching delimiter not found 'E'"),
        ("A<<E\nx\n", "Invalid value. Matching delimiter not found 'E'"),
        ("A<<E\nx\ne\n", "Invalid value. Matching delimiter not found 'E'"),
        ("A<<E\nx", "Invalid value. EOF marker missing new line."),
        ("A<<E\n E", "Invalid value. EOF marker missing new line."),
        ("A<<E\nx\nE\r\n", "Invalid value. Matching delimiter not found 'E'"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    for read in (read_env, read_output, read_state):
        with pytest.raises(CommandFileError) as raised:
            read("B=1\n" + text)
        assert str(raised.value) == message
        assert raised.value.values["B"] == "1"


def test_node_options_is_refused_in_the_environment_only() -> None:
    text = "A=1\nnode_options=x\nNODE_OPTIONS<<E\nx\nE\nNODE_OPTIONS2=y"
    found = read_env(text)
    said = "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command."
    assert found.values == {"A": "1", "NODE_OPTIONS2": "y"}
    assert found.issues == (("error", said), ("error", said))
    assert "NODE_OPTIONS" in read_output(text).values
    with pytest.raises(CommandFileError) as raised:
        read_env(text + "\nx")
    assert (raised.value.values, raised.value.issues) == found


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("", []),
        ("\ufeff/a\n\n/b\r\n/c\r/d", ["/a", "/b", "/c", "/d"]),
        ("/a\n/b\n/a\n", ["/b", "/a"]),
        (" /a \n", [" /a "]),
    ],
)
def test_path(text: str, folders: list[str]) -> None:
    assert read_path(text) == folders


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(encoding: str) -> None:
    assert read_output(decoded("A=ö".encode(encoding))).values == {"A": "ö"}
    assert read_output(decoded("A=ö".encode("utf-16-be").join((b"\xfe\xff", b"")))).values


def test_what_is_no_text_is_replaced() -> None:
    assert read_output(decoded(b"A=\xff\x00")).values == {"A": "\ufffd\x00"}


def test_a_summary_has_a_limit() -> None:
    assert read_summary("").text == ""
    whole = "é" * (SUMMARY_LIMIT // 2)
    assert read_summary(whole) == (whole, ())
    text, issues = read_summary(whole + "x")
    assert text == ""
    assert issues[0].message.startswith(
        "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got 1024k. "
    )
    assert read_summary("x", size=SUMMARY_LIMIT + 1).issues
