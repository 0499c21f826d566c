"""The end of a run in words: the jobs in a table, why they failed, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from placid.core.pipeline.facts import Result
from placid.faces.running.progress import LegView, Progress
from placid.faces.running.style import Style, seconds_text, tame
from placid.faces.running.wording import short

Tails = Mapping[tuple[str, str, int], Sequence[str]]
"""The last lines of failed steps by leg, phase and index."""


def closing(progress: Progress, tails: Tails, style: Style) -> Iterator[str]:
    """The lines after the last step."""
    yield ""
    yield from table(progress.ordered(), style)
    for leg, step in progress.failed():
        last = tails.get((leg.id, step.phase, step.index), ())
        if last:
            yield ""
            yield f"{leg.name} > {short(step.name)}, its last lines:"
            yield from (f"    {line}" for line in last)
    yield from differs(progress, style)
    yield ""
    yield verdict(progress, style)


def table(legs: Sequence[LegView], style: Style) -> Iterator[str]:
    """One line for each job: name, result, time, and why."""
    names = max((len(leg.name) for leg in legs), default=0)
    words = max((len(leg.state) for leg in legs), default=0)
    times = [seconds_text(leg.seconds) if leg.seconds else "" for leg in legs]
    widest = max(map(len, times), default=0)
    for leg, time in zip(legs, times, strict=True):
        state = style.word(leg.state) + " " * (words - len(leg.state))
        line = f"{style.glyph(leg.state)} {leg.name:{names}}  {state}  {time:>{widest}}"
        yield f"{line}  {reason(leg)}".rstrip()


def reason(leg: LegView) -> str:
    """Why a job ended as it did, "" for a plain success."""
    if leg.reused:
        return f"taken from run {leg.reused}"
    failing = leg.failing()
    if failing:
        step = failing[0]
        return f"{short(step.name)}: {tame(step.why)}" if step.why else short(step.name)
    return tame(leg.why or leg.waits)


def differs(progress: Progress, style: Style) -> Iterator[str]:
    """What was otherwise than at GitHub, each sentence once with the jobs it is true of."""
    found: dict[str, list[str]] = {}
    for leg in progress.ordered():
        for sentence in leg.differs:
            found.setdefault(sentence, []).append(leg.name)
    if found:
        yield ""
        yield "not as at GitHub:"
    for sentence, names in found.items():
        yield style.text(f"  {', '.join(names)}: {tame(sentence)}")


def verdict(progress: Progress, style: Style) -> str:
    """The run in one line, with what to do next."""
    result: Result = progress.ended.result if progress.ended is not None else "cancelled"
    run = progress.run
    number = f"run {run.number} " if run is not None else ""
    counted = ", ".join(
        f"{count} {past}"
        for each, past in _PAST.items()
        if (count := sum(leg.result == each for leg in progress.legs.values()))
    )
    time = seconds_text(progress.seconds)
    said = f"{style.glyph(result)} {number}{_ENDED[result]} in {time}"
    why = progress.ended.why if progress.ended is not None else "it was interrupted"
    told = f"{said} ({counted})" if counted else said
    told += f": {tame(why)}" if why else ""
    if result == "failure" and run is not None and any(progress.failed()):
        told += f"\n  placid log --run {run.number} --failed   placid run --failed"
    return told


_ENDED: dict[Result, str] = {
    "success": "succeeded",
    "failure": "failed",
    "cancelled": "was cancelled",
    "skipped": "had nothing to do",
}
_PAST: dict[Result, str] = {
    "success": "passed",
    "failure": "failed",
    "cancelled": "cancelled",
    "skipped": "skipped",
}
