"""go.mod and go.sum: what a build refuses, since modules are read-only unless told otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.lockfiles.model import Locked, Stale, Wanted

_LINE = re.compile(r"[^\n]*")
_WORDS = re.compile(r"\"[^\"\n]*\"|`[^`\n]*`|=>|[^\s\"`]+")


@dataclass(frozen=True, slots=True)
class GoMod:
    """`go` and `toolchain` with their places; `replaced` maps a path (and version) to another."""

    module: str
    go: Wanted | None
    toolchain: Wanted | None
    wanted: tuple[Wanted, ...]
    replaced: dict[str, tuple[str, str]]


def read_go_mod(text: str) -> GoMod:
    """Read a go.mod; lines that are none of its own are passed over."""
    module, go, toolchain = "", None, None
    wanted: list[Wanted] = []
    replaced: dict[str, tuple[str, str]] = {}
    for verb, words, span, comment in _statements(text):
        if verb == "module" and words:
            module = words[0]
        elif verb == "go" and words:
            go = Wanted("go", words[0], span)
        elif verb == "toolchain" and words:
            toolchain = Wanted("toolchain", words[0], span)
        elif verb == "require" and len(words) >= 2:
            group = "indirect" if "indirect" in comment else ""
            wanted.append(Wanted(words[0], words[1], span, group))
        elif verb == "replace" and "=>" in words:
            arrow = words.index("=>")
            old, new = words[:arrow], words[arrow + 1 :]
            replaced["@".join(old)] = (new[0] if new else "", new[1] if len(new) > 1 else "")
    return GoMod(module, go, toolchain, tuple(wanted), replaced)


def _statements(text: str) -> Iterator[tuple[str, list[str], Span, str]]:
    """Verb, words, span of the words, comment; lines of a block have the verb of the block."""
    block = ""
    for line in _LINE.finditer(text):
        code, _, comment = line[0].partition("//")
        words = [word.strip('"`') for word in _WORDS.findall(code)]
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif len(words) == 2 and words[1] == "(":
            block = words[0]
        else:
            start = line.start() + len(code) - len(code.lstrip())
            skipped = 0 if block else len(words[0]) + 1
            span = Span(start + skipped, line.start() + len(code.rstrip()))
            yield block or words[0], words if block else words[1:], span, comment


def locked_go(lock: str) -> Iterator[Locked]:
    """The modules of a go.sum whose code was fetched."""
    for line in lock.split("\n"):
        words = line.split()
        if len(words) == 3 and not words[1].endswith("/go.mod"):
            yield Locked(words[0], words[1])


def stale_go(manifest: GoMod, sums: str) -> Iterator[Stale]:
    """Modules that go.mod requires and of which go.sum does not even know the go.mod."""
    known = {tuple(line.split()[:2]) for line in sums.split("\n") if line.strip()}
    for wanted in manifest.wanted:
        exact = f"{wanted.name}@{wanted.range}"
        replaced = manifest.replaced.get(exact) or manifest.replaced.get(wanted.name)
        name, version = replaced or (wanted.name, wanted.range)
        if not version:
            continue
        if (name, f"{version}/go.mod") not in known and (name, version) not in known:
            yield Stale(f"{name} {version} is not in it", wanted.span, True)
