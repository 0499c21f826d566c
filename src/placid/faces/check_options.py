"""The options of `placid check`, read without click, whose import takes as long as a small audit.

Only what is plainly right is read here: for help, and for what is wrong, `plain` gives None, and
click says it. A test holds the two to the same options.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

FORMATS = ("text", "json", "sarif", "github", "junit", "markdown")
SEVERITIES = ("note", "low", "medium", "high", "never")


class Given(NamedTuple):
    """The options, each with what it is when it is not given."""

    style: str = "text"
    fail_on: str | None = None
    since: str = ""
    only: tuple[str, ...] = ()
    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    explain: str = ""
    write_baseline: bool = False
    no_baseline: bool = False
    no_secrets: bool = False
    history: bool = False
    network: bool = False
    everything: bool = False


FLAGS = {
    "--fix": "fix",
    "--unsafe": "unsafe",
    "--diff": "diff",
    "--write-baseline": "write_baseline",
    "--no-baseline": "no_baseline",
    "--no-secrets": "no_secrets",
    "--history": "history",
    "--network": "network",
    "--all": "everything",
}
VALUES: dict[str, tuple[str, tuple[str, ...]]] = {
    "--format": ("style", FORMATS),
    "--fail-on": ("fail_on", SEVERITIES),
    "--since": ("since", ()),
    "--rule": ("only", ()),
    "--explain": ("explain", ()),
}
"""Options with a value: their field, and what may be given (anything, when empty)."""


def plain(words: Sequence[str]) -> tuple[tuple[Path, ...], Given] | None:
    """The files and options that `words` give; None when it takes click to tell."""
    files: list[Path] = []
    given: dict[str, str | bool | tuple[str, ...]] = {}
    only: list[str] = []
    left = iter(words)
    for word in left:
        name, value = _option(word, left)
        if name is None:
            files.append(Path(word))
        elif value is None:
            return None
        elif name == "only":
            only.append(str(value))
        else:
            given[name] = value
    filled = given | {"only": tuple(only)}
    fields = zip(Given._fields, Given(), strict=True)
    return tuple(files), Given._make(filled.get(name, default) for name, default in fields)


def _option(word: str, left: Iterator[str]) -> tuple[str | None, str | bool | None]:
    """The field of an option and its value (None when it is wrong); no field for a file."""
    if not word.startswith("-"):
        return None, None
    if word in FLAGS:
        return FLAGS[word], True
    option, equals, value = word.partition("=")
    name, choices = VALUES.get(option, ("", ()))
    text = value if equals else next(left, None)
    if not name or text is None or text.startswith("-") or (choices and text not in choices):
        return "", None
    return name, text
