"""Texts as they may be shown: a secret is never shown whole, whichever rule points at its line.

The text keeps its length and its lines, so that places stay right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from placid.base.yamltext import Span
from placid.core.audit.model import Repository
from placid.core.audit.rule import Finding

_KEPT = 4
_LONG = 16
_INSIDE = re.compile(r"[^\r\n]")


def shown(secret: str) -> str:
    """What a message may say of a secret: the first four characters of a long one."""
    return f"{secret[:_KEPT]}…" if len(secret) >= _LONG else "…"


def masked(text: str, spans: Iterable[Span]) -> str:
    """The text with stars in place of the secrets in these spans."""
    for start, end in spans:
        kept = start + (_KEPT if end - start >= _LONG else 0)
        text = text[:kept] + _INSIDE.sub("*", text[kept:end]) + text[max(kept, end) :]
    return text


def showable(repository: Repository, path: str, findings: Iterable[Finding]) -> str | None:
    """The text of a file without the secrets that any of the findings is about."""
    text = repository.text(path)
    if text is None:
        return None
    places = (place for each in findings if each.hidden for place in each.at)
    return masked(text, (place.span for place in places if place.path == path))


def secrets_of(repository: Repository, findings: Iterable[Finding]) -> list[str]:
    """The secrets that the findings are about, each once, the longest first."""
    places = {place for each in findings if each.hidden for place in each.at}
    texts = {(repository.text(path) or "")[span.start : span.end] for path, span in places}
    return sorted(filter(None, texts), key=len, reverse=True)
