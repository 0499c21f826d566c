"""Markdown: the jobs in a table, what failed, and the summaries that steps wrote.

A step's GITHUB_STEP_SUMMARY lies beside its log, with the ending `.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from placid.faces.running.annotations import place_of
from placid.faces.running.closing import reason
from placid.faces.running.progress import LegView, Progress, StepView
from placid.faces.running.style import seconds_text, tame
from placid.faces.running.tails import tail_of
from placid.faces.running.wording import short

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#@~])")
_FENCES = re.compile(r"`{3,}")
_SIGNS = {"success": "✅", "failure": "❌", "cancelled": "⏹️", "skipped": "⏭️"}


def summary(progress: Progress, folder: Path) -> str:
    """The whole page; logs are below `folder`."""
    return "\n".join(_lines(progress, folder)).rstrip() + "\n"


def _lines(progress: Progress, folder: Path) -> Iterator[str]:
    run, result = progress.run, progress.result or "cancelled"
    name = f"`{run.path}` for {_plain(run.event)}" if run is not None else "placid run"
    yield f"## {_SIGNS[result]} {name}: {result} in {seconds_text(progress.seconds)}"
    yield ""
    yield "| job | result | time | |"
    yield "| --- | --- | ---: | --- |"
    legs = progress.ordered()
    for leg in legs:
        time = seconds_text(leg.seconds) if leg.seconds else ""
        sign = _SIGNS[leg.result or "cancelled"]
        yield f"| {_plain(leg.name)} | {sign} {leg.result} | {time} | {_plain(reason(leg))} |"
    for leg, step in progress.failed():
        yield from _failed(leg, step, folder)
    for leg in legs:
        yield from _differs(leg)
    for leg in legs:
        yield from _own(leg, folder)


def _failed(leg: LegView, step: StepView, folder: Path) -> Iterator[str]:
    yield ""
    yield f"### {_plain(leg.name)}: {_plain(short(step.name))}"
    for each in step.annotations:
        where = f" (`{place_of(each).replace('`', '')}`)" if each.file else ""
        yield f"- {each.level}: {_plain(each.message)}{where}"
    lines = [tame(line) for line in tail_of(folder / step.log)] if step.log else []
    if lines:
        longest = max((len(found) for found in _FENCES.findall("\n".join(lines))), default=2)
        fence = "`" * (longest + 1)
        yield from ("", f"{fence}text", *lines, fence)


def _differs(leg: LegView) -> Iterator[str]:
    if leg.differs:
        yield ""
        yield f"Not as at GitHub, {_plain(leg.name)}:"
        yield ""
        yield from (f"- {_plain(sentence)}" for sentence in leg.differs)


def _own(leg: LegView, folder: Path) -> Iterator[str]:
    """What the steps themselves summed up."""
    for step in leg.ordered():
        text = _read((folder / step.log).with_suffix(".md")) if step.log else ""
        if text.strip():
            yield from ("", f"### {_plain(leg.name)}: summary", "", text.rstrip())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _plain(text: str) -> str:
    """Text that means itself in Markdown, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(tame(text).split()))
