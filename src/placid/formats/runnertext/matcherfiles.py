"""Problem matcher files: read, and validated by the rules (and in the words) of GitHub's runner.

    {"problemMatcher": [{"owner": "tsc", "severity": "warning", "fromPath": "a/b.csproj",
        "pattern": [{"regexp": "^(.+):(\\\\d+)", "file": 1, "line": 2, "message": 0}]}]}

The last of several patterns may have `"loop": true`. Keys ignore case, unknown ones do not matter,
numbers may be text. Comments and trailing commas are let through, as the runner's JSON reader does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeGuard

from placid.formats.runnertext.regexes import Expression, RegexError

PROPERTIES = ("file", "line", "column", "severity", "code", "message", "fromPath")
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])', re.DOTALL)
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_SEVERITIES = frozenset(("", "error", "warning", "notice"))


class MatcherError(Exception):
    """A file that adds no matcher."""


class Pattern(NamedTuple):
    """One line's pattern: which of its groups fills which of PROPERTIES."""

    expression: Expression
    groups: dict[str, int]
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Matcher:
    """A matcher as it is registered. One without patterns takes its owner's away."""

    owner: str
    patterns: tuple[Pattern, ...] = ()
    severity: str = ""
    from_path: str = ""


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """The matchers of a file. MatcherError when it has a mistake."""
    text = text.removeprefix("\ufeff")
    try:
        data: object = json.loads(_strict(text), strict=False) if text.strip() else None
    except (ValueError, RecursionError) as error:
        raise MatcherError(f"The file is no JSON: {error}") from None
    return matchers_of(data)


def matchers_of(data: object) -> tuple[Matcher, ...]:
    """The matchers of a file that is parsed already. MatcherError when it has a mistake."""
    if data is None:
        return ()
    given = _get(_object(data, "file"), "problemMatcher")
    matchers = tuple(_matcher(each) for each in _array(given, "problemMatcher"))
    owners = set[str]()
    for matcher in matchers:
        if matcher.owner.upper() in owners:
            raise MatcherError(f"Duplicate owner name '{matcher.owner}'")
        owners.add(matcher.owner.upper())
    return matchers


def _matcher(data: object) -> Matcher:
    fields = _object(data, "problemMatcher")
    owner, severity = _text(fields, "owner"), _text(fields, "severity")
    listed = _array(_get(fields, "pattern"), "pattern")
    drafts = [_draft(each) for each in listed]
    if not owner:
        raise MatcherError("Owner must not be empty")
    if severity.lower() not in _SEVERITIES:
        raise MatcherError(f"Matcher '{owner}' contains unexpected default severity '{severity}'")
    if not drafts:
        raise MatcherError(f"Matcher '{owner}' does not contain any patterns")
    seen = set[str]()
    last = len(drafts) - 1
    patterns = tuple(_pattern(draft, 0 < at == last, seen) for at, draft in enumerate(drafts))
    if "message" not in seen:
        raise MatcherError("At least one pattern must set 'message'")
    return Matcher(owner, patterns, severity, _text(fields, "fromPath"))


@dataclass(frozen=True, slots=True)
class _Draft:
    regexp: str
    loop: bool
    groups: dict[str, int] = field(default_factory=dict[str, int])


def _draft(data: object) -> _Draft:
    fields = _object(data, "pattern")
    groups = {name: _number(fields, name) for name in PROPERTIES}
    set_ones = {name: index for name, index in groups.items() if index is not None}
    return _Draft(_text(fields, "regexp"), _flag(fields, "loop"), set_ones)


def _pattern(draft: _Draft, may_loop: bool, seen: set[str]) -> Pattern:
    if draft.loop and not may_loop:
        raise MatcherError("Only the last pattern in a multiline matcher may set 'loop'")
    if draft.loop and "message" not in draft.groups:
        raise MatcherError("The loop pattern must set 'message'")
    try:
        expression = Expression(draft.regexp)
    except RegexError as error:
        raise MatcherError(str(error)) from None
    for name, index in draft.groups.items():
        if name in seen:
            raise MatcherError(f"The property '{name}' is set twice")
        if not 0 <= index < expression.count:
            raise MatcherError(f"The property '{name}' is set to {index} which is out of range")
        seen.add(name)
    return Pattern(expression, draft.groups, draft.loop)


def _get(fields: dict[str, object], name: str) -> object:
    if name in fields:
        return fields[name]
    return next((value for key, value in fields.items() if key.lower() == name.lower()), None)


def _object(data: object, what: str) -> dict[str, object]:
    if _is_object(data):
        return data
    raise MatcherError(f"'{what}' must be an object with names and values")


def _is_object(data: object) -> TypeGuard[dict[str, object]]:
    return isinstance(data, dict)


def _array(data: object, what: str) -> list[object]:
    if data is None:
        return []
    if isinstance(data, list):
        return [*data]
    raise MatcherError(f"'{what}' must be a list")


def _text(fields: dict[str, object], name: str) -> str:
    match _get(fields, name):
        case None:
            return ""
        case str() as text:
            return text
        case bool() as flag:
            return str(flag)
        case int() | float() as number:
            return str(number)
        case _:
            raise MatcherError(f"'{name}' must be text")


def _number(fields: dict[str, object], name: str) -> int | None:
    value = _get(fields, name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    raise MatcherError(f"'{name}' must be the number of a group")


def _flag(fields: dict[str, object], name: str) -> bool:
    match _get(fields, name):
        case None:
            return False
        case bool() | int() as flag:
            return bool(flag)
        case str() as text if text.strip().lower() in ("true", "false"):
            return text.strip().lower() == "true"
        case _:
            raise MatcherError(f"'{name}' must be true or false")


def _strict(text: str) -> str:
    for loose in (_COMMENT, _COMMA):
        text = loose.sub(lambda found: found[1] or "", text)
    return text
