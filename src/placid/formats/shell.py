"""The commands of a shell script, read for what they call: no evaluation, exact places.

    for command in commands("set -e; apt-get update && apt-get install -y curl | tee log"):
        command.program, command.arguments, command.before, command.after

Redirections, assignments before a command and words like `if` and `then` are left out. Commands in
`$(...)` and in quotes stay part of their word. What cannot be read ends the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<gap>(?:[ \t\r]|\\\r?\n)+|#[^\n]*)"
    r"|(?P<copy>[0-9]*[<>]&(?:[0-9]+-?|-))"
    r"|(?P<redirect>[0-9]*(?:&>>?|>>|>\||<>|<<<|<<-?|[<>]&?))"
    r"|(?P<operator>&&|\|\||;;&?|;&|\|&|[;|()\n&])"
)
_PLAIN = re.compile(r"[^\s'\"\\$`();&|<>]+")
_SINGLE = re.compile(r"'[^']*'")
_IN_DOUBLE = re.compile(r'[^"\\$`]+|\\.', re.DOTALL)
_VARIABLE = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!$-])")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\+?=")
_KEYWORDS = frozenset(
    ("if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "esac")
)
_WRAPPERS = frozenset(
    ("sudo", "exec", "time", "nice", "nohup", "command", "env", "builtin", "eatmydata")
)
_DEPTH = 20


class Word(NamedTuple):
    """One word: `text` without quotes; `known` is off when it holds an expansion."""

    text: str
    known: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command. `before` and `after` are the operators around it, "" at the ends.

    `words` begin with the program; `wrapped` are the sudo and env before it; `assigned` the
    `NAME=value` words.
    """

    words: tuple[Word, ...]
    wrapped: tuple[Word, ...]
    assigned: tuple[Word, ...]
    before: str
    after: str
    start: int
    end: int

    @property
    def program(self) -> str:
        """The name of what is called, without its folder; "" when it is an expansion."""
        return self.words[0].text.rpartition("/")[2] if self.words[0].known else ""

    @property
    def arguments(self) -> tuple[Word, ...]:
        """The words behind the program."""
        return self.words[1:]

    def texts(self) -> tuple[str, ...]:
        """The arguments as texts."""
        return tuple(word.text for word in self.words[1:])

    def verb(self) -> str:
        """The first argument that is no option: `install` of `apt-get -y install`."""
        return next((word.text for word in self.words[1:] if not word.text.startswith("-")), "")


def commands(text: str) -> tuple[Command, ...]:
    """The simple commands of a script in order."""
    found: list[Command] = []
    words: list[Word] = []
    before = ""
    for token in _tokens(text):
        if isinstance(token, Word):
            words.append(token)
            continue
        command = _command(words, before, token)
        if command:
            found.append(command)
        words, before = [], token if command or token not in {"\n"} else before
    command = _command(words, before, "")
    return (*found, command) if command else tuple(found)


def _command(words: list[Word], before: str, after: str) -> Command | None:
    at = 0
    while at < len(words) and words[at].text in _KEYWORDS and words[at].known:
        at += 1
    assigned, at = _taken(words, at, lambda word: bool(_ASSIGNMENT.match(word.text)))
    start = at
    while at < len(words) and words[at].text in _WRAPPERS and at + 1 < len(words):
        at += 1
        _, at = _taken(words, at, _is_wrappers)
    if at >= len(words):
        return None
    wrapped = tuple(words[start:at])
    first = (*assigned, *wrapped, words[at])[0].start
    return Command(tuple(words[at:]), wrapped, assigned, before, after, first, words[-1].end)


def _is_wrappers(word: Word) -> bool:
    """Whether a word behind sudo or env belongs to that."""
    return word.text.startswith("-") or bool(_ASSIGNMENT.match(word.text))


def _taken(
    words: list[Word], at: int, wanted: Callable[[Word], bool]
) -> tuple[tuple[Word, ...], int]:
    start = at
    while at < len(words) and wanted(words[at]):
        at += 1
    return tuple(words[start:at]), at


def _tokens(text: str) -> Iterator[Word | str]:
    """Words and operators; a redirection and its target are neither."""
    at, redirect, heredocs = 0, "", list[str]()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            word = _word(text, at)
            if word is None:
                return
            at = word.end
            if redirect in {"<<", "<<-"}:
                heredocs.append(word.text)
            if not redirect:
                yield word
            redirect = ""
            continue
        at = token.end()
        redirect = token["redirect"] or redirect
        if token["operator"]:
            yield token["operator"]
            redirect = ""
        if token["operator"] == "\n" and heredocs:
            at = _after(text, at, heredocs)


def _after(text: str, at: int, names: list[str]) -> int:
    """Where the text goes on behind the heredocs of these names."""
    for name in names:
        end = re.compile(rf"^\t*{re.escape(name)}\r?$", re.MULTILINE).search(text, at)
        at = end.end() if end else len(text)
    names.clear()
    return at


def _word(text: str, start: int) -> Word | None:
    """The word at `start`; None when a quote or a bracket in it is never closed."""
    at, parts, known = start, list[str](), True
    while at < len(text):
        if plain := _PLAIN.match(text, at):
            parts.append(plain[0])
            at = plain.end()
            continue
        piece = _piece(text, at)
        if piece is None:
            return None
        end, part, sure = piece
        if end == at:
            break
        parts.append(part)
        known = known and sure
        at = end
    return Word("".join(parts), known, start, at) if at > start else None


def _piece(text: str, at: int) -> tuple[int, str, bool] | None:
    """A quoted, escaped or expanded part of a word: its end, its text, whether that is known."""
    mark = text[at]
    if mark == "'":
        single = _SINGLE.match(text, at)
        return (single.end(), single[0][1:-1], True) if single else None
    if mark == '"':
        return _double(text, at)
    if mark == "\\":
        return min(at + 2, len(text)), text[at + 1 : at + 2].strip("\n"), True
    if mark in "$`":
        end = _expansion(text, at, 0)
        return None if end is None else (end, text[at:end], end - at == 1)
    return at, "", True


def _double(text: str, start: int, depth: int = 0) -> tuple[int, str, bool] | None:
    at, parts, known = start + 1, list[str](), True
    while at < len(text) and text[at] != '"':
        if plain := _IN_DOUBLE.match(text, at):
            parts.append(plain[0][1:] if plain[0][:2] in {'\\"', "\\\\", "\\$"} else plain[0])
            at = plain.end()
            continue
        end = _expansion(text, at, depth + 1)
        if end is None:
            return None
        parts.append(text[at:end])
        known = known and end - at == 1
        at = end
    return (at + 1, "".join(parts), known) if at < len(text) else None


def _expansion(text: str, at: int, depth: int) -> int | None:
    """The end of the `$name`, `${...}`, `$(...)` or backquotes at `at`."""
    if variable := _VARIABLE.match(text, at):
        return variable.end()
    if text[at] == "`":
        end = text.find("`", at + 1)
        return end + 1 if end > 0 else None
    closing = {"(": ")", "{": "}"}.get(text[at + 1 : at + 2])
    if closing is None:
        return at + 1
    return _balanced(text, at + 2, closing, depth + 1)


def _balanced(text: str, at: int, closing: str, depth: int) -> int | None:
    """The end of a bracket whose inside begins at `at`; quotes and brackets in it are skipped."""
    opening = {")": "(", "}": "{"}[closing]
    marks = re.compile(rf"\\.|'[^']*'|[{re.escape(opening + closing)}\"]", re.DOTALL)
    level = 1
    while match := marks.search(text, at):
        at = match.end()
        if match[0] == '"':
            end = _double(text, match.start(), depth + 1) if depth < _DEPTH else None
            if end is None:
                return None
            at = end[0]
        elif match[0] in {opening, closing}:
            level += 1 if match[0] == opening else -1
            if not level:
                return at
    return None
