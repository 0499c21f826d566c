r"""The files a step writes to: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE, GITHUB_PATH and
GITHUB_STEP_SUMMARY.

    NAME=value                      # up to the first =; nothing is trimmed
    NAME<<DELIMITER                 # when << comes before any =; lines up to the delimiter alone,
    ...                             # which the last of them must be separated from
    DELIMITER

As on a Linux runner only "\n" ends a line there, so that "\r" stays part of a value; blank lines
are left out; a byte order mark is accepted. GITHUB_PATH is read by lines with any ending. What
stands before a mistake has been applied when GitHub's runner meets it: `CommandFileError.values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

SUMMARY_LIMIT = 1024 * 1024
_BLOCKED = {"node_options": "NODE_OPTIONS"}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

Level = Literal["error", "warning"]


class Issue(NamedTuple):
    """An annotation that reading a file leads to; the step does not fail by it."""

    level: Level
    message: str


class CommandFileError(Exception):
    """The step must fail. `values` and `issues` come of what stands before the mistake."""

    def __init__(
        self, message: str, values: Mapping[str, str], issues: tuple[Issue, ...] = ()
    ) -> None:
        super().__init__(message)
        self.values, self.issues = dict(values), issues


class Values(NamedTuple):
    """Names and values in the order of the file; of a name that comes twice the last value."""

    values: dict[str, str]
    issues: tuple[Issue, ...] = ()


class Summary(NamedTuple):
    """The text of a job summary; empty when there is none, or when it is too large."""

    text: str
    issues: tuple[Issue, ...] = ()


def decoded(content: bytes) -> str:
    """The text of a command file as .NET reads it: by its byte order mark, else as UTF-8."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return content.decode("utf-8", "replace")


def read_env(text: str) -> Values:
    """GITHUB_ENV. CommandFileError when the step must fail."""
    pairs: list[tuple[str, str]] = []
    try:
        _read(text, pairs)
    except _Mistake as mistake:
        raise CommandFileError(str(mistake), *_allowed(pairs)) from None
    return Values(*_allowed(pairs))


def read_output(text: str) -> Values:
    """GITHUB_OUTPUT. CommandFileError when the step must fail."""
    return Values(read_pairs(text))


def read_state(text: str) -> Values:
    """GITHUB_STATE. CommandFileError when the step must fail."""
    return Values(read_pairs(text))


def read_path(text: str) -> list[str]:
    """GITHUB_PATH: folders in the order in which they are put before PATH, the last one foremost.

    A folder that comes again counts where it comes last.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    last = dict.fromkeys(reversed([line for line in lines if line]))
    return list(reversed(last))


def read_summary(text: str, size: int | None = None) -> Summary:
    """GITHUB_STEP_SUMMARY: `size` is that of the file in bytes, where the caller knows it."""
    length = len(text.encode("utf-8", "surrogatepass")) if size is None else size
    if length <= SUMMARY_LIMIT:
        return Summary(text.removeprefix("\ufeff"))
    message = (
        "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of "
        f"{SUMMARY_LIMIT // 1024}k, got {length // 1024}k. For more information see: "
        "https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions"
        "#adding-a-markdown-summary"
    )
    return Summary("", (Issue("error", message),))


def read_pairs(text: str) -> dict[str, str]:
    """The pairs of a file that takes `NAME=value` and `NAME<<DELIMITER`."""
    pairs: list[tuple[str, str]] = []
    try:
        _read(text, pairs)
    except _Mistake as mistake:
        raise CommandFileError(str(mistake), dict(pairs)) from None
    return dict(pairs)


class _Mistake(Exception):
    pass


def _read(text: str, pairs: list[tuple[str, str]]) -> None:
    lines = text.removeprefix("\ufeff").split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        name, equals, value = line.partition("=")
        before, heredoc, delimiter = line.partition("<<")
        if heredoc and len(before) < len(name):
            if not before or not delimiter:
                said = "Name must not be empty and delimiter must not be empty"
                raise _Mistake(f"Invalid format '{line}'. {said}")
            end = _end(lines, at, delimiter)
            name, value = before, "\n".join(lines[at:end])
            at = end + 1
        elif not equals:
            raise _Mistake(f"Invalid format '{line}'")
        elif not name:
            raise _Mistake(f"Invalid format '{line}'. Name must not be empty")
        pairs.append((name, value))


def _end(lines: list[str], start: int, delimiter: str) -> int:
    try:
        return lines.index(delimiter, start)
    except ValueError:
        pass
    if start == len(lines) or not lines[-1]:  # the last one has no line end
        raise _Mistake(f"Invalid value. Matching delimiter not found '{delimiter}'")
    raise _Mistake("Invalid value. EOF marker missing new line.")


def _allowed(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], tuple[Issue, ...]]:
    refused = [_BLOCKED[name.lower()] for name, _ in pairs if name.lower() in _BLOCKED]
    said = "Can't store {} output parameter using '$GITHUB_ENV' command."
    issues = tuple(Issue("error", said.format(name)) for name in refused)
    return {name: value for name, value in pairs if name.lower() not in _BLOCKED}, issues
