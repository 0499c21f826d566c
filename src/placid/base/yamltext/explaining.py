"""Why a text is no YAML, said so that a person can mend it.

libyaml speaks of tokens and block ends; each of its complaints that people meet has words here.
"""

from __future__ import annotations

from collections.abc import Callable

import yaml

from placid.base.errors import Problem
from placid.base.yamltext.document import Document

_QUOTE = 'put the text in quotes, like key: "text: more"'
_INDENT = "indent it like its neighbours, with spaces"
_CLOSE = "close the bracket, and put a comma between values"

_WORDS: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", 'this ":" does not belong here', f"{_QUOTE}, or {_INDENT}"),
    ("did not find expected key", "this does not fit the lines above", _INDENT),
    ("did not find expected '-'", "this does not fit the list above", _INDENT),
    ("expected <block end>", "this does not fit the lines above", _INDENT),
    ("block sequence entries are not", 'a list item ("-") does not belong here', _INDENT),
    ("could not find expected ':'", 'no ":" follows this key', "write it as key: value"),
    ("found unexpected end of stream", "a quote is opened and never closed", "close the quote"),
    ("expected ',' or ']'", 'a list is opened with "[" and never closed', _CLOSE),
    ("expected ',' or '}'", 'a mapping is opened with "{" and never closed', _CLOSE),
    ("did not find expected node content", "a value is missing here", _CLOSE),
    ("found unknown escape", "this backslash means nothing in double quotes", "use single quotes"),
    ("cannot start any token", "an unquoted value cannot begin like this", "put it in quotes"),
    ("found undefined tag handle", "an unquoted value cannot begin with !", "put it in quotes"),
    ("did not find expected <document start>", "a second value begins here", _INDENT),
    ("while scanning an alias", "* begins an alias in YAML", 'put it in quotes, like "*"'),
    ("while scanning an anchor", "& begins an anchor in YAML", "put the text in quotes"),
    ("while scanning a directive", "% begins a directive in YAML", "put the text in quotes"),
    ("while scanning a block scalar", "| and > take their text on the lines below", _INDENT),
)


def explain(error: yaml.YAMLError, document: Document, place: Callable[[int], int]) -> Problem:
    """libyaml's error as a Problem that underlines the place."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(f"this is no YAML: {error}", where=document.name or None)
    said = f"{error.context or ''}: {error.problem or ''}"
    words = next((line for line in _WORDS if line[0] in said), None)
    mark = error.problem_mark or error.context_mark
    if words is not None and error.context_mark is not None and _at_its_start(words):
        mark = error.context_mark
    at = min(place(mark.index if mark else 0), len(document.text))
    tab = document.tab(at)
    if tab is not None:
        return document.problem(
            "a tab indents this line, and YAML takes spaces only",
            tab,
            fix="replace the tab by spaces",
        )
    if "mapping values" in said and document.begins_line(at):
        return document.problem(
            "this key cannot follow the line above",
            document.word(document.line_start(at)),
            fix="indent it like its neighbours, or put the missing colon on the line above",
        )
    what, fix = (words[1], words[2]) if words else (f"this is no YAML ({said})", None)
    return document.problem(what, document.word(at), fix=fix)


def _at_its_start(words: tuple[str, str, str]) -> bool:
    """Whether the place to show is where the broken thing begins, not where reading stopped."""
    return "never closed" in words[1] or words[0].startswith(("while scanning", "could not find"))
