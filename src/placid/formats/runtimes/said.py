"""One statement about a runtime, and how the words of a pin are read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from placid.base.yamltext import Span
from placid.formats.versions import Versions, npm, prefix

NAMES = {
    "node": "Node.js",
    "python": "Python",
    "go": "Go",
    "ruby": "Ruby",
    "java": "Java",
    "php": "PHP",
    "rust": "Rust",
}
PLACES = {"node": 1, "java": 1}
"""How many numbers of a version matter between two pins; two for the others."""

_CODENAMES = {
    "argon": 4,
    "boron": 6,
    "carbon": 8,
    "dubnium": 10,
    "erbium": 12,
    "fermium": 14,
    "gallium": 16,
    "hydrogen": 18,
    "iron": 20,
    "jod": 22,
    "krypton": 24,
}
_OTHERS = re.compile(
    r"(?:py-?py|graalpy|graal|jruby|truffleruby|rbx|mambaforge|miniconda|anaconda)"
)
_CLEAN = re.compile(
    r"(?:node-|python-|ruby-|go|temurin-|zulu-|corretto-|adopt-|openjdk-|oracle-|microsoft-)?"
    r"v?(\d[\w.]*?)(?:-dev|-jdk|-jre|-tem|-zulu|-amzn|-open|-nightly|t)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one place says of a runtime; `text` as written there."""

    runtime: str
    text: str
    span: Span
    versions: Versions | None


def pinned(runtime: str, text: str) -> Versions | None:
    """What a pin or the version of a setup action means; None when it cannot be known."""
    text = text.strip().strip("\"'")
    code = _CODENAMES.get(text.lower().removeprefix("lts/")) if runtime == "node" else None
    if code is not None:
        return prefix(str(code))
    if _OTHERS.search(text) or not re.search(r"\d", text):
        return None
    found = _CLEAN.fullmatch(text)
    if found is not None:
        plain = re.sub(r"u\d+.*", "", found[1])
        return prefix(plain.removeprefix("1.") if runtime == "java" else plain)
    return npm(text)


def is_other(text: str) -> bool:
    """Whether a version names another implementation (PyPy, JRuby), which proves nothing."""
    return bool(_OTHERS.search(text))
