"""Files that pin a runtime: .nvmrc, .python-version, .tool-versions, mise.toml, rust-toolchain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from placid.base.yamltext import Span
from placid.formats.runtimes.said import Said, is_other, pinned
from placid.formats.tomltext import array, read_toml, table

_PLAIN = {
    ".nvmrc": "node",
    ".node-version": "node",
    ".python-version": "python",
    ".ruby-version": "ruby",
    ".go-version": "go",
    ".java-version": "java",
    ".php-version": "php",
}
_TOOLS = {
    "nodejs": "node",
    "node": "node",
    "python": "python",
    "ruby": "ruby",
    "golang": "go",
    "go": "go",
    "java": "java",
    "php": "php",
    "rust": "rust",
}
_WORDS = re.compile(r"\S+")


def _plain(runtime: str, text: str) -> Iterator[Said]:
    """The first line that says something; .python-version may have several lines."""
    for line in re.finditer(r"[^\n]+", text[:4000]):
        word = _WORDS.search(line[0].partition("#")[0])
        if word and not is_other(word[0]):
            span = Span(line.start() + word.start(), line.start() + word.end())
            yield Said(runtime, word[0], span, pinned(runtime, word[0]))
            if runtime != "python":
                return


def _tool_versions(text: str) -> Iterator[Said]:
    for line in re.finditer(r"[^\n]+", text):
        words = list(_WORDS.finditer(line[0].partition("#")[0]))
        runtime = _TOOLS.get(words[0][0]) if words else None
        for word in words[1:]:
            if runtime and not is_other(word[0]):
                span = Span(line.start() + word.start(), line.start() + word.end())
                yield Said(runtime, word[0], span, pinned(runtime, word[0]))


def _mise(text: str) -> Iterator[Said]:
    toml = read_toml(text)
    for name, value in toml.table("tools").items() if toml else ():
        runtime = _TOOLS.get(name)
        span = toml.value("tools", name) if toml else None
        for each in array(value) or [table(value).get("version", value)]:
            if runtime and isinstance(each, str) and not is_other(each):
                yield Said(runtime, each, span or Span(0, 0), pinned(runtime, each))


def _rust(text: str) -> Iterator[Said]:
    found = re.search(r"^[ \t]*channel[ \t]*=[ \t]*[\"']([^\"'\n]+)[\"']", text, re.MULTILINE)
    found = found or re.match(r"\s*([\w.\-]+)\s*\Z", text)
    if found:
        yield Said("rust", found[1], Span(*found.span(1)), pinned("rust", found[1]))


def _runtime_txt(text: str) -> Iterator[Said]:
    found = re.match(r"\s*python-(\d[\d.]*)", text)
    if found:
        yield Said("python", found[1], Span(*found.span(1)), pinned("python", found[1]))


def _sdkman(text: str) -> Iterator[Said]:
    found = re.search(r"^java=(\S+)", text, re.MULTILINE)
    if found:
        yield Said("java", found[1], Span(*found.span(1)), pinned("java", found[1]))


_READERS: dict[str, Callable[[str], Iterator[Said]]] = {
    ".tool-versions": _tool_versions,
    "mise.toml": _mise,
    ".mise.toml": _mise,
    "rust-toolchain": _rust,
    "rust-toolchain.toml": _rust,
    "runtime.txt": _runtime_txt,
    ".sdkmanrc": _sdkman,
}
VERSION_FILES = frozenset((*_PLAIN, *_READERS))


def version_file_said(name: str, text: str) -> tuple[Said, ...]:
    """What the version file with this base name says; () when it is none."""
    if name in _PLAIN:
        return tuple(_plain(_PLAIN[name], text))
    return tuple(_READERS[name](text)) if name in _READERS else ()
