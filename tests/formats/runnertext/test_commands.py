"""What the commands of a step lead to."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from placid.base.errors import Problem
from placid.core.pipeline.facts import Annotation
from placid.formats.runnertext import Commands, Masks, Matchers, Note, Options

UNSECURE = Options(env={"ACTIONS_ALLOW_UNSECURE_COMMANDS": " TRUE"})
MATCHERS = '{"problemMatcher": [{"owner": "m", "pattern": [{"regexp": "^E(.)", "message": 1}]}]}'


def fresh(options: Options | None = None) -> Commands:
    return Commands(Masks(), Matchers(), options)


def test_plain_text_is_left_alone() -> None:
    commands = fresh()
    assert commands.take("::unknown::x") is None
    assert commands.take("error: ::error::x") is None


@pytest.mark.parametrize("level", ["error", "warning", "notice"])
def test_annotations(level: str) -> None:
    commands = fresh(Options(workspace="/w/r/r"))
    line = f"::{level} file=/w/r/r/src/a.py,line=1,endLine=1,COL=2,endcolumn=3,title=T,x=y::m%0An"
    assert commands.take(line) == [f"##[{level}]m\nn"]
    (note,) = commands.notes.kept
    fact = Annotation(**note._asdict())
    assert (fact.level, fact.file, fact.message, fact.title) == (level, "src/a.py", "m\nn", "T")
    assert (fact.line, fact.end_line, fact.col, fact.end_col) == (1, 1, 2, 3)


@pytest.mark.parametrize(
    ("given", "line", "col", "end_line", "end_col"),
    [
        ("line=5", 5, 0, 0, 0),
        ("endLine=5", 5, 0, 5, 0),
        ("line=5,endLine=4", 0, 0, 0, 0),
        ("line=5,endLine=6,col=1", 5, 0, 6, 0),
        ("line=5,endLine=5,col=1,endColumn=2", 5, 1, 5, 2),
        ("line=5,endColumn=2", 5, 2, 0, 2),
        ("line=5,col=3,endColumn=2", 5, 0, 0, 0),
        ("col=3", 0, 0, 0, 0),
        ("line=x,col=3", 0, 0, 0, 0),
        ("line= +5 ", 5, 0, 0, 0),
        ("line=-5", 0, 0, 0, 0),
        ("line=99999999999", 0, 0, 0, 0),
    ],
)
def test_places_fit_together(given: str, line: int, col: int, end_line: int, end_col: int) -> None:
    commands = fresh()
    commands.take(f"::error {given},file=a::m")
    assert commands.notes.kept == [Note("error", "m", "a", line, col, end_line, end_col)]


def test_ten_annotations_of_each_level_are_kept_and_long_messages_cut() -> None:
    commands = fresh()
    for number in range(12):
        assert commands.take(f"::error::{number}") == [f"##[error]{number}"]
    assert commands.take("::notice::" + "x" * 5000) == ["##[notice]" + "x" * 4096]
    assert [note.message for note in commands.notes.kept[:10]] == [str(n) for n in range(10)]
    assert len(commands.notes.kept) == 11


def test_annotations_are_masked_before_they_are_cut() -> None:
    commands = Commands(Masks(["s3cret"]), Matchers())
    commands.take("::error file=s3cret.py,title=a s3cret::" + "x" * 4093 + "s3cret")
    (note,) = commands.notes.kept
    assert note.message == "x" * 4093 + "***"
    assert (note.file, note.title) == ("***.py", "a ***")


def test_groups_and_debugging() -> None:
    assert fresh().take("::group::A title") == ["##[group]A title"]
    assert fresh().take("##[endgroup]x") == ["##[endgroup]"]
    assert fresh().take("::debug::x") == []
    assert fresh(Options(debug=True)).take("::debug::x") == ["##[debug]x"]


def test_outputs_and_state_still_work() -> None:
    commands = fresh()
    shown = commands.take("::set-output name=a::1%0A2") or []
    assert commands.take("::save-state name=a::3")
    assert (commands.outputs, commands.state) == ({"a": "1\n2"}, {"a": "3"})
    assert shown[0].startswith("##[warning]The `set-output` command is deprecated and will be ")
    assert [note.level for note in commands.notes.kept] == ["warning", "warning"]
    assert not commands.failed


@pytest.mark.parametrize("command", ["set-output", "save-state"])
def test_a_name_is_required(command: str) -> None:
    commands = fresh()
    shown = commands.take(f"::{command}::x") or []
    assert shown[1:] == [
        f"##[error]Unable to process command '::{command}::x' successfully.",
        f"##[error]Required field 'name' is missing in ##[{command}] command.",
    ]
    assert commands.failed == f"Required field 'name' is missing in ##[{command}] command."


@pytest.mark.parametrize("line", ["::set-env name=A::1", "::add-path::/x"])
def test_disabled_commands_fail_the_step(line: str) -> None:
    commands = fresh()
    shown = commands.take(line) or []
    assert shown[0] == f"##[error]Unable to process command '{line}' successfully."
    assert " command is disabled. Please upgrade to using Environment Files" in commands.failed
    assert not commands.env and not commands.path
    assert len(commands.notes.kept) == 2


def test_disabled_commands_can_be_allowed() -> None:
    commands = fresh(UNSECURE)
    lines = ["::set-env name=A::1", "::add-path::/x", "::add-path::/y", "::add-path::/x"]
    assert [commands.take(line) for line in lines] == [[], [], [], []]
    assert (commands.env, commands.path, commands.failed) == ({"A": "1"}, ["/y", "/x"], "")
    assert commands.take("::set-env name=node_options::1") == [
        "##[error]Can't update NODE_OPTIONS environment variable using ::set-env:: command."
    ]
    assert not commands.failed
    assert commands.take("::add-path::") and commands.failed


def test_masks() -> None:
    commands = fresh()
    assert commands.take("::add-mask::one%0Atwo") == []
    assert commands.masks.mask("one, two, three") == "***, ***, three"
    assert commands.take("::add-mask::%0A ") == [
        "##[warning]Can't add secret mask for empty string in ##[add-mask] command."
    ]
    commands.take("::echo::on")
    assert commands.take("::add-mask::three") == ["::add-mask::***"]


def test_echo() -> None:
    commands = fresh()
    assert commands.take("::echo:: ON ") == []
    line = "::save-state name=a::b"
    assert (commands.take(line) or [])[0] == line
    assert commands.take("::debug::x") == []
    assert commands.take("::group::x") == ["::group::x", "##[group]x"]
    assert commands.take("::echo::off") == ["::echo::off"]
    assert commands.take("::group::x") == ["##[group]x"]
    assert commands.take("::echo::maybe") == snapshot(
        [
            "##[error]Unable to process command '::echo::maybe' successfully.",
            (
                "##[error]Invalid echo command value. Possible values can be: 'on', 'off'. Current "
                "value is: 'maybe'."
            ),
        ]
    )
    assert fresh(Options(debug=True)).take("::echo::off") == [
        "::echo::off",
        "##[debug]Setting echo command value to 'off'",
    ]


def test_commands_can_be_stopped() -> None:
    commands = fresh()
    assert commands.take("::stop-commands::Tok-123") == ["::stop-commands::Tok-123"]
    for line in ("::error::x", "::stop-commands::y", "::tok-12::", "##[group]x"):
        assert commands.take(line) is None
    assert commands.masks.mask("a Tok-123") == "a ***"
    assert commands.take("  ::TOK-123::x") == ["  ::TOK-123::x"]
    assert commands.take("::error::x") == ["##[error]x"]
    assert commands.take("::Tok-123::") is None
    commands.take("::stop-commands::short")
    assert commands.masks.mask("short") == "short"
    assert commands.take("a ##[short]") == ["a ##[short]"]


@pytest.mark.parametrize("token", ["", "pause-logging", "Pause-Logging", "debug", "stop-commands"])
def test_a_token_must_be_no_command(token: str) -> None:
    commands = fresh()
    assert (commands.take(f"::stop-commands::{token}") or [""])[0].startswith(
        "##[error]You cannot use a endToken that is an empty string, the string 'pause-logging'"
    )
    assert commands.failed
    assert commands.take("::error::x") == ["##[error]x"]
    allowed = fresh(Options(env={"ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS": "true"}))
    assert allowed.take(f"::stop-commands::{token}") and not allowed.failed
    assert allowed.take("::error::x") is None
    assert (allowed.take(f"::{token}::") is None) is (token == "")


def test_matchers_are_added_and_removed() -> None:
    files = {"m.json": MATCHERS, "none.json": "{}", "bad.json": "{"}

    def read(path: str) -> str:
        if path not in files:
            raise Problem(f"Could not find file '{path}'.")
        return files[path]

    commands = fresh(Options(read=read, debug=True))
    commands.take("::echo::off")
    assert commands.take("##[add-matcher]m.json") == snapshot(
        [
            (
                "##[debug]Added matchers: 'm'. Problem matchers scan action output for known "
                "warning or error strings and report these inline."
            )
        ]
    )
    assert commands.matchers.match("E1")
    assert commands.take("::remove-matcher owner=M::") == ["##[debug]Removed matchers: 'M'"]
    assert not commands.matchers
    assert commands.take("::add-matcher::none.json") == []
    commands.take("::add-matcher::m.json")
    assert commands.take("::remove-matcher::m.json") == ["##[debug]Removed matchers: 'm'"]
    assert commands.take("::add-matcher::") == ["##[warning]File path must be specified."]
    assert commands.take("::remove-matcher::") == [
        "##[warning]Either an owner name or a file path must be specified."
    ]
    assert (commands.take("::remove-matcher owner=a::b") or [""])[0].startswith(
        "##[warning]Either specify an owner name or a file path in ##[remove-matcher] command."
    )
    assert commands.failed == ""
    assert commands.take("::add-matcher::no.json") == [
        "##[error]Unable to process command '::add-matcher::no.json' successfully.",
        "##[error]Could not find file 'no.json'.",
    ]
    assert fresh(Options(read=read)).take("::add-matcher::bad.json")
    assert commands.failed == "Could not find file 'no.json'."
    assert fresh().take("::add-matcher::m.json") == [
        "##[error]Unable to process command '::add-matcher::m.json' successfully.",
        "##[error]Could not find file 'm.json'.",
    ]


def test_a_command_for_the_runner_alone() -> None:
    assert fresh().take("::internal-set-repo-path repoFullName=a/b::/w") == []
