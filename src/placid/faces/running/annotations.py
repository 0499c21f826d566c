"""Errors, warnings and notices of steps: with the line of source they are about, underlined.

A source line is shown only after `mask` had it: what a step wrote into a file may hold a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from placid.core.pipeline.facts import Annotation
from placid.faces.running.style import Style, tame

_LARGEST = 1_000_000
_COLOURS = {"error": "red", "warning": "yellow", "notice": "blue"}


def _as_is(text: str) -> str:
    return text


class Excerpts:
    """Source lines of files below `root`; none without a root."""

    def __init__(self, root: Path | None = None, mask: Callable[[str], str] = _as_is) -> None:
        self._root = root.resolve() if root is not None else None
        self._mask = mask
        self._texts: dict[str, str] = {}

    def of(self, annotation: Annotation) -> str:
        """The line with what is meant underlined; "" when it cannot be shown."""
        from placid.base.yamltext.excerpt import Lines, underline
        from placid.base.yamltext.nodes import Span

        text = self._text(annotation.file) if annotation.line > 0 else ""
        if not text:
            return ""
        lines = Lines(text)
        if annotation.line > len(lines):
            return ""
        whole = lines.span(annotation.line)
        start, end = whole
        if annotation.col > 0:
            start = min(whole.start + annotation.col - 1, whole.end)
            end = start + 1
            if annotation.end_col > annotation.col and annotation.end_line in (0, annotation.line):
                end = whole.start + annotation.end_col
        else:
            start += len(text[start:end]) - len(text[start:end].lstrip())
        return underline(text, Span(start, min(end, max(whole.end, start))))

    def _text(self, name: str) -> str:
        """A file's text, masked; "" for none, or for one outside of the root."""
        if self._root is None or not name:
            return ""
        if name not in self._texts:
            self._texts[name] = self._mask(_read(self._root, name))
        return self._texts[name]


def _read(root: Path, name: str) -> str:
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or path.stat().st_size > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""


def place_of(annotation: Annotation) -> str:
    """Where it points: "src/a.py:3:7"."""
    numbers = (annotation.line, annotation.col if annotation.line else 0)
    return ":".join([annotation.file, *(str(number) for number in numbers if number)])


def annotation_text(annotation: Annotation, style: Style, excerpts: Excerpts) -> str:
    """For people: level, title and message, then the place with its line underlined."""
    level = style.paint(f"{annotation.level}:", _COLOURS[annotation.level])
    title = f"{annotation.title}: " if annotation.title else ""
    message = "\n".join(f"  {tame(line)}" for line in annotation.message.splitlines())
    lines = [f"{level} {tame(title)}{message.strip()}"]
    if annotation.file:
        lines.append(f"{style.paint('  -->', 'blue')} {tame(place_of(annotation))}")
    excerpt = excerpts.of(annotation)
    return "\n".join([*lines, *([excerpt] if excerpt else [])])


def command_of(annotation: Annotation) -> str:
    """As a workflow command, for a run inside of a job at GitHub."""
    given = {
        "file": annotation.file,
        "line": annotation.line,
        "endLine": annotation.end_line,
        "col": annotation.col,
        "endColumn": annotation.end_col,
        "title": annotation.title,
    }
    pairs = ",".join(f"{key}={property_text(str(value))}" for key, value in given.items() if value)
    command = f"{annotation.level} {pairs}" if pairs else annotation.level
    return f"::{command}::{data_text(annotation.message)}"


def data_text(text: str) -> str:
    """Text as the data of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_text(text: str) -> str:
    """Text as a property of a workflow command."""
    return data_text(text).replace(":", "%3A").replace(",", "%2C")
