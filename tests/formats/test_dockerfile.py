"""Dockerfiles: every part stands where it says, and no text is too strange."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from placid.formats.dockerfile import Instruction, chain, expand, find, parse, stages
from placid.formats.images import image

PIECES = st.sampled_from(
    (
        *("FROM ", "RUN ", "COPY ", "ENV ", "ARG ", "ONBUILD ", "HEALTHCHECK CMD ", "a", "=", " "),
        *('"', "'", "\\", "`", "\n", "\r\n", "#", "<<", "EOF", "$", "{", "}", ":-", "[", "]", ","),
        *("--from=x ", "AS b", "# escape=`\n", "\ufeff", "\0", "é", "\t", "(", ")", "&&", "|", "-"),
    )
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def said(text: str) -> list[tuple[str, list[str]]]:
    return [
        (each.keyword, [text[word.span.start : word.span.end] for word in each.words])
        for each in parse(text).instructions
    ]


def spans(each: Instruction) -> list[tuple[int, int]]:
    found = [each.span, each.keyword_span, each.arguments.whole()]
    found += [word.span for word in each.words] + [flag.span for flag in each.flags]
    found += [pair.span for pair in each.pairs]
    return [*found, *(spans(each.inner) if each.inner else [])]


@given(TEXTS)
def test_any_text_is_read_and_every_span_lies_in_it(text: str) -> None:
    dockerfile = parse(text)
    for each in dockerfile.instructions:
        for start, end in spans(each):
            assert 0 <= start <= end <= len(text)
        assert text[slice(*each.keyword_span)].upper() == each.keyword
        for word in each.words:
            if "\n" not in text[slice(*word.span)]:
                assert text[slice(*word.span)] == word.raw
    for stage in stages(dockerfile):
        list(stage.scopes())
        assert chain(stages(dockerfile), stage)[-1] == stage


@given(TEXTS)
def test_variables_of_any_text_fill_in(text: str) -> None:
    assert expand(text, {"a": "1"}, missing="") is not None or "$" in text
    image(text)


def test_continued_lines_are_joined_without_their_comments() -> None:
    text = "FROM x\nRUN a \\\n  # note\n\n  b \\  \n\tc\nRUN d \\\\\n"
    instructions = parse(text).instructions
    assert [each.arguments.text.split() for each in instructions] == [
        ["x"],
        ["a", "b", "c"],
        ["d", "\\\\"],
    ]
    assert said(text)[1] == ("RUN", ["a", "b", "c"])


def test_the_escape_directive_changes_what_continues_a_line() -> None:
    text = "# escape=`\nFROM x\nRUN dir C:\\ `\n  && y\n"
    assert parse(text).escape == "`"
    assert said(text)[1] == ("RUN", ["dir", "C:\\", "&&", "y"])
    assert parse("# comment\n# escape=`\nFROM x").escape == "\\"


def test_a_byte_order_mark_and_carriage_returns_are_no_part_of_it() -> None:
    text = '\ufeffFROM x\r\nCMD ["a", \\\r\n "b"]\r\n'
    assert said(text) == [("FROM", ["x"]), ("CMD", ['"a"', '"b"'])]
    assert not parse(text).faults


def test_heredocs_take_lines_as_they_are() -> None:
    text = "FROM x\nRUN <<A <<-'B' cat\n# no comment\nA\n\tFROM y\n\tB\nRUN z\n"
    first, second = parse(text).instructions[1].heredocs
    assert (first.name, first.body.text, first.expand) == ("A", "# no comment\n", True)
    assert (second.name, second.body.text, second.expand) == ("B", "\tFROM y\n", False)
    assert [each.keyword for each in parse(text).instructions] == ["FROM", "RUN", "RUN"]
    assert text[slice(*parse(text).instructions[1].span)].endswith("\tB")


def test_what_looks_like_a_heredoc_and_is_none() -> None:
    text = 'FROM x\nRUN echo "<<A" $((1<<2)) <<<word\nENV a=<<B\nCMD c\n'
    assert [len(each.heredocs) for each in parse(text).instructions] == [0, 0, 0, 0]


def test_stages_see_their_own_arguments_and_the_variables_of_their_parents() -> None:
    text = (
        "ARG V=1\nARG IMAGE=x:$V\nFROM $IMAGE AS Base\nARG V\nENV A=$V B=${C:-d}\n"
        "FROM base\nENV E=$A$V\n"
    )
    base, last = stages(parse(text))
    assert (base.name, base.image, base.parent) == ("base", "x:1", None)
    assert (last.image, last.parent) == ("base", 0)
    assert last.given == {"A": "1", "B": None}
    assert find((base, last), "BASE") == base
    assert find((base, last), "1") == last


def test_operators_of_variables() -> None:
    scope = {"a": "1", "empty": "", "unknown": None}
    cases = {
        "$a-${a}": "1-1",
        "${none:-x${a}}": "x1",
        "${empty:-x}${empty-y}": "x",
        "${a:+set}${none:+set}": "set",
        "\\$a": "\\$a",
        "${unknown}": None,
        "${a#x}": None,
        "$": "$",
        "${a": "${a",
    }
    assert {text: expand(text, scope) for text in cases} == cases


def test_images_are_taken_apart() -> None:
    digest = "sha256:" + "0" * 64
    assert image("python") == ("python", "docker.io", "library/python", "", "")
    assert image(f"localhost:5000/a/b:1@{digest}") == (
        "localhost:5000/a/b",
        "localhost:5000",
        "a/b",
        "1",
        digest,
    )
    assert [image(text) for text in ("A", "a:", "a:b:c", "a@sha256:1", "", "a//b", "-a")] == [
        None
    ] * 7
