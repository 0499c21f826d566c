"""The lines of a plain run, one by one."""

from __future__ import annotations

from placid.core.pipeline.facts import CancelAsked, Fact, JobSkipped, LegWaits, RunStarted
from placid.core.pipeline.listener import Kind
from placid.faces.running.progress import LegView, Progress, StepView
from placid.faces.running.style import Style, seconds_text, tame

_WORDS = {"error": "error: ", "warning": "warning: ", "notice": "notice: ", "debug": "debug: "}
_MARKS: tuple[tuple[str, Kind], ...] = (
    ("##[group]", "group"),
    ("##[endgroup]", "endgroup"),
    ("##[error]", "error"),
    ("##[warning]", "warning"),
    ("##[notice]", "notice"),
    ("##[debug]", "debug"),
    ("[command]", "command"),
)
_COLOURS = {"error": "red", "warning": "yellow"}


def line_text(text: str, kind: Kind, style: Style) -> str | None:
    """A line of a log; None for one that is not shown."""
    if kind == "out":
        return text
    if kind == "endgroup":
        return None
    if kind == "group":
        return style.paint(f"{'▸' if style.unicode else '>'} {text}", "bold")
    if kind == "command":
        return style.paint(f"$ {text}", "dim")
    return style.paint(f"{_WORDS[kind]}{text}", _COLOURS.get(kind, "dim"))


class Prologue:
    """Tells a step's own lines from the group before them, in which the runner says what it runs.

    Of all steps at once; `key` is any name of a step.
    """

    def __init__(self) -> None:
        self._within: dict[object, bool] = {}

    def holds(self, key: object, kind: Kind) -> bool:
        """Whether the next line of a step is one of that group."""
        within = self._within.get(key)
        if within is None:
            within = self._within[key] = kind == "group"
        if within and kind == "endgroup":
            self._within[key] = False
        return within

    def forget(self, key: object) -> None:
        """The step begins anew."""
        self._within.pop(key, None)


def stored_text(line: str, style: Style) -> str | None:
    """A line of a log file, where the kinds of lines are marked; None for one not shown."""
    if line.startswith(("##[", "[c")):
        for mark, kind in _MARKS:
            if line.startswith(mark):
                return line_text(line[len(mark) :], kind, style)
    return line


def heading(run: RunStarted, style: Style) -> str:
    """What runs: "run 12  ci.yml  push  main at 1a2b3c4d5e  Fix the price"."""
    origin = run.origin
    ref = origin.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    at = f"{ref} at {origin.commit[:10]}" if ref else origin.commit[:10]
    parts = [
        f"run {run.number}",
        run.path,
        run.event,
        at + (" and changes" if origin.dirty else ""),
    ]
    if run.before:
        parts.append(f"what failed in run {run.before}")
    return style.paint("  ".join(parts), "bold") + (
        f"  {tame(origin.subject)}" if origin.subject else ""
    )


def short(text: str, most: int = 60) -> str:
    """A step's name where there is little room: the first line of a script is long."""
    text = tame(text)
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def step_name(leg: LegView, step: StepView) -> str:
    """Job and step: "test (3.11) > Run pytest"."""
    return f"{leg.name} > " + tame(step.name or f"step {step.index + 1}")


def ending(step: StepView) -> str:
    """How a step ended, in words."""
    why = tame(step.why)
    if step.conclusion == "skipped":
        return f"skipped: {why}" if why else "skipped"
    parts = [seconds_text(step.seconds)] if step.conclusion else ["never ended"]
    if step.outcome == "failure" and step.conclusion == "success":
        parts.append("failed, which is tolerated here")
    return "  ".join([*parts, *([why] if why else [])])


def leg_ending(leg: LegView, style: Style) -> str:
    """How a job ended."""
    name = f"{style.glyph(leg.state)} {style.paint(leg.name, 'bold')}"
    parts = [name, style.word(leg.state)]
    if leg.reused:
        parts.append(f"taken from run {leg.reused}: nothing that it declares has changed")
    elif leg.seconds:
        parts.append(seconds_text(leg.seconds))
    return "  ".join([*parts, *([tame(leg.why)] if leg.why else [])])


def aside(fact: Fact, progress: Progress, style: Style) -> str:
    """What is told between jobs; "" for most facts."""
    match fact:
        case JobSkipped():
            why = f": {tame(fact.why)}" if fact.why else ""
            return f"{style.glyph(fact.result)} {fact.name}  {style.word(fact.result)}{why}"
        case LegWaits():
            name = progress.leg(fact.leg).name if fact.leg else "the run"
            return f"{style.glyph('waiting')} {name}  waits: {tame(fact.why)}"
        case CancelAsked():
            of = f" {progress.leg(fact.leg).name}" if fact.leg else ""
            by = f", asked by {fact.by}" if fact.by else ""
            return f"cancelling{of}{by}" + (f": {tame(fact.why)}" if fact.why else "")
        case _:
            return ""
