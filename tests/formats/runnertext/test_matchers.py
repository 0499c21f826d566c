"""Problem matchers: which files are refused, and what the lines of output lead to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.formats.runnertext import Matchers, Note, note_of, rooted
from placid.formats.runnertext.matcherfiles import (
    Matcher,
    MatcherError,
    matchers_of,
    read_matchers,
)
from placid.formats.runnertext.matchers import LONGEST, Match

ESLINT = [
    {"regexp": r"^([^\s].*)$", "file": 1},
    {
        "regexp": r"^\s+(\d+):(\d+)\s+(error|warning|info)\s+(.*)\s\s+(.*)$",
        "line": 1,
        "column": 2,
        "severity": 3,
        "message": 4,
        "code": 5,
        "loop": True,
    },
]


def pattern(regexp: str = "^(.+)$", **fields: object) -> dict[str, object]:
    return {"regexp": regexp, **fields}


def one(*patterns: object, owner: str = "mine", **fields: object) -> dict[str, object]:
    return {"owner": owner, "pattern": [*patterns], **fields}


def built(*matchers: object) -> tuple[Matcher, ...]:
    return matchers_of({"problemMatcher": [*matchers]})


def found(matchers: Matchers, *lines: str) -> list[dict[str, str] | None]:
    matches = [matchers.match(line) for line in lines]
    return [
        {key: value for key, value in match._asdict().items() if value is not None}
        if match
        else None
        for match in matches
    ]


MESSAGE = pattern(message=1)


@pytest.mark.parametrize(
    ("matcher", "said"),
    [
        (one(MESSAGE, owner=""), "Owner must not be empty"),
        ({"pattern": [MESSAGE]}, "Owner must not be empty"),
        (
            one(MESSAGE, severity="fatal"),
            "Matcher 'mine' contains unexpected default severity 'fatal'",
        ),
        (one(), "Matcher 'mine' does not contain any patterns"),
        ({"owner": "mine"}, "Matcher 'mine' does not contain any patterns"),
        (one(pattern(file=1)), "At least one pattern must set 'message'"),
        (
            one(pattern(message=1, loop=True)),
            "Only the last pattern in a multiline matcher may set 'loop'",
        ),
        (
            one(pattern(file=1, loop=True), MESSAGE),
            "Only the last pattern in a multiline matcher may set 'loop'",
        ),
        (one(MESSAGE, pattern(file=1, loop=True)), "The loop pattern must set 'message'"),
        (one(pattern(file=1), pattern(file=1), MESSAGE), "The property 'file' is set twice"),
        (one(pattern(message=2)), "The property 'message' is set to 2 which is out of range"),
        (one(pattern(message=-1)), "The property 'message' is set to -1 which is out of range"),
        (
            one(pattern(message=1, fromPath=7)),
            "The property 'fromPath' is set to 7 which is out of range",
        ),
        (one(pattern("(", message=0)), "Invalid pattern '(' at offset 1. Not enough )'s."),
        (one(pattern(message="x")), "'message' must be the number of a group"),
        (one(pattern(message=True)), "'message' must be the number of a group"),
        (one(pattern(message=1.5)), "'message' must be the number of a group"),
        (one(pattern(message=1, loop="x")), "'loop' must be true or false"),
        (one(pattern(message=1, loop=[])), "'loop' must be true or false"),
        (one({"regexp": ["x"], "message": 0}), "'regexp' must be text"),
        (one("x"), "'pattern' must be an object with names and values"),
        ({"owner": "mine", "pattern": MESSAGE}, "'pattern' must be a list"),
        ("x", "'problemMatcher' must be an object with names and values"),
    ],
)
def test_a_matcher_that_is_none(matcher: object, said: str) -> None:
    with pytest.raises(MatcherError) as raised:
        built(matcher)
    assert str(raised.value) == said


@pytest.mark.parametrize("data", ["", "x", "[]", "1", "{", "[" * 100_000, '{"problemMatcher": {}}'])
def test_a_file_that_is_none(data: str) -> None:
    if not data:
        assert read_matchers(data) == ()
        return
    with pytest.raises(MatcherError):
        read_matchers(data)


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), st.lists))
def test_any_data_is_read_or_refused(data: object) -> None:
    for given_data in (data, {"problemMatcher": data}, {"problemMatcher": [{"pattern": data}]}):
        try:
            matchers_of(given_data)
        except MatcherError as error:
            assert str(error)


def test_owners_are_distinct_in_any_case() -> None:
    with pytest.raises(MatcherError, match="Duplicate owner name 'MINE'"):
        built(one(MESSAGE), one(MESSAGE, owner="MINE"))


def test_what_is_let_through() -> None:
    text = """\ufeff// a comment with "quotes"
    {"ProblemMatcher": [ /* and one // here */
      {"OWNER": "a", "severity": "Warning", "other": 1, "pattern": [
        {"regexp": "^//(.*),]$", "message": "1", "file": null, "loop": "false"},],},
    ],}"""
    (matcher,) = read_matchers(text)
    assert matcher.severity == "Warning"
    assert found(Matchers([matcher]), "//x,]") == [{"severity": "Warning", "message": "x"}]
    assert built(one(pattern(message=0))) and built(one({"message": 0})) and matchers_of(None) == ()
    assert matchers_of({}) == matchers_of({"problemMatcher": None}) == ()
    assert built(one(MESSAGE, pattern(file=1)))


def test_one_pattern() -> None:
    matcher = one(
        pattern(r"^(ERROR)?(?: )?(.+): (.+)$", severity=1, code=2, message=3),
        severity="warning",
        fromPath="p/default.csproj",
    )
    assert found(Matchers(built(matcher)), "ABC: no", "ERROR ABC: no", "no") == [
        {"severity": "warning", "code": "ABC", "message": "no", "fromPath": "p/default.csproj"},
        {"severity": "ERROR", "code": "ABC", "message": "no", "fromPath": "p/default.csproj"},
        None,
    ]


def test_the_last_of_several_loops() -> None:
    lines = ["test.js", "  1:0   error  No strict   strict", "  5:10  error  Not used  unused"]
    loops = found(Matchers(built(one(*ESLINT))), *lines, "x", lines[1], "", lines[1])
    first = {"file": "test.js", "line": "1", "column": "0", "severity": "error"}
    assert loops[:3] == [
        None,
        {**first, "message": "No strict ", "code": "strict"},
        {**first, "line": "5", "column": "10", "message": "Not used", "code": "unused"},
    ]
    assert [match and match["file"] for match in loops[3:]] == [None, "x", None, None]
    without = [ESLINT[0], {**ESLINT[1], "loop": False}]
    assert found(Matchers(built(one(*without))), *lines)[2] is None


def test_lines_follow_each_other() -> None:
    steps = [pattern(f"^{name}(.*)$", **{name: 1}) for name in ("file", "line", "code", "message")]
    matchers = Matchers(built(one(*steps)))
    whole = {"file": "a", "line": "b", "code": "c", "message": "d"}
    lines = ["filea", "lineb", "codec", "messaged"]
    assert found(matchers, *lines) == [None, None, None, whole]
    assert found(matchers, lines[3], *lines[:3], "x", lines[3]) == [None] * 6
    assert found(matchers, *lines[:2], "x", *lines[2:]) == [None] * 5
    again = ["filea", "filez", *lines[1:]]
    assert found(matchers, *again)[4] == {**whole, "file": "z"}


def test_what_an_earlier_pattern_set_stays() -> None:
    matchers = built(one(pattern("^a(x)?$", severity=1), pattern("^m(.)$", message=1)))
    assert found(Matchers(matchers), "a", "m1") == [None, {"severity": "", "message": "1"}]


@pytest.mark.parametrize("colour", ["\x1b[31m", "\x1b[1;31m", "\x1b[m", "\x1b[0", "\x0033[31m"])
def test_colours_are_not_seen(colour: str) -> None:
    matchers = Matchers(built(one(pattern("^e: (.+)$", message=1))))
    assert found(matchers, f"{colour}e: {colour}a[0m b") == [{"message": "a[0m b"}]


def test_the_first_matcher_has_the_line_and_others_begin_anew() -> None:
    two = one(pattern("^file (.+)$", file=1), pattern("^(.+)$", message=1), owner="two")
    matchers = Matchers(built(one(pattern("^error: (.+)$", message=1)), two))
    lines = found(matchers, "file a", "error: x", "y", "file b", "z")
    assert lines == [None, {"message": "x"}, None, None, {"file": "b", "message": "z"}]


def test_registering() -> None:
    def owned(owner: str, severity: str = "") -> tuple[Matcher, ...]:
        return built(one(MESSAGE, owner=owner, severity=severity))

    def severity(matchers: Matchers) -> str | None:
        match = matchers.match("x")
        return match.severity if match else None

    matchers = Matchers()
    assert not matchers and matchers.match("x") is None
    assert matchers.note("x", lambda file, _: file) is None
    matchers.add(owned("a", "error"))
    matchers.add(owned("b", "notice"))
    assert severity(matchers) == "notice"
    matchers.add(owned("A", "warning"))
    assert severity(matchers) == "warning"
    assert [each.owner for each in matchers.registered] == ["A", "b"]
    matchers.remove(["a", "nobody"])
    assert severity(matchers) == "notice"
    matchers.add((*owned("c", "error"), *owned("d", "warning")))
    assert severity(matchers) == "warning"
    assert severity(matchers.next_step()) == "error"
    matchers.remove(["B", "C", "D"])
    assert not matchers and not matchers.next_step()


@pytest.mark.parametrize(
    ("match", "note"),
    [
        (Match(message="m"), Note("error", "m")),
        (Match(message="m", severity="Warning"), Note("warning", "m")),
        (Match(message="m", severity="NOTICE"), Note("notice", "m")),
        (Match(message="m", severity="fatal"), None),
        (Match(message=" \t"), None),
        (Match(), None),
        (Match(message="m", line="12", column="3"), Note("error", "m", "", 12, 3)),
        (Match(message="m", line="-1", column=" 3"), Note("error", "m")),
        (Match(message="m", line="9" * 5000, column="٣"), Note("error", "m")),
        (Match(message="m", file="f", fromPath="p"), Note("error", "m", "f of p")),
        (Match(message="m", file=" "), Note("error", "m")),
    ],
)
def test_notes(match: Match, note: Note | None) -> None:
    assert note_of(match, lambda file, path: f"{file} of {path}") == note


def test_a_line_without_a_note_is_left_to_the_next_matcher() -> None:
    matchers = Matchers(
        built(
            one(pattern("^(\\w+): (.+)$", severity=1, message=2)),
            one(pattern("^info: (.+)$", message=1), severity="notice", owner="info"),
        )
    )
    assert matchers.note("info: x", lambda file, _: file) == Note("notice", "x")


def test_a_very_long_line_is_not_matched() -> None:
    matchers = Matchers(built(one(MESSAGE)))
    assert matchers.match("x" * LONGEST)
    assert matchers.match("x" * (LONGEST + 1)) is None


@pytest.mark.parametrize(
    ("file", "from_path", "path"),
    [
        ("a.py", "", "/w/a.py"),
        ("./x/../a.py", "", "/w/a.py"),
        ("/a//b/./c", "p/q.csproj", "/a/b/c"),
        ("a.cs", "p/q.csproj", "/w/p/a.cs"),
        ("../a.cs", "/w/p/q.csproj", "/w/a.cs"),
        ("a.cs", "q.csproj", "/w/a.cs"),
        ("../../../a", "", "/a"),
    ],
)
def test_files_lie_below_their_project(file: str, from_path: str, path: str) -> None:
    assert rooted(file, from_path, "/w") == path


def test_a_matcher_reads_as_it_is_written() -> None:
    (matcher,) = read_matchers(json.dumps({"problemMatcher": [one(*ESLINT, fromPath="x")]}))
    assert (matcher.owner, matcher.from_path, len(matcher.patterns)) == ("mine", "x", 2)
    assert [each.loop for each in matcher.patterns] == [False, True]
