"""`placid conform`: the pure core behind JSON lines, so that it can be measured from outside.

One line in, one line out, in order. Nothing is kept between lines, and no clock and no network is
touched. A line that is no JSON, has a wrong shape, or makes the core fail answers {"error": "..."}
and the next one is read. An op is one function from the line to a value; `ops` names them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Annotated, Literal, TextIO

import msgspec

from placid.base import units
from placid.core.analysis.case import Case, Counts, Event, Kind
from placid.core.analysis.verdict import judge
from placid.faces import conform_graph

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Alpha = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[float, msgspec.Meta(ge=0, le=1e15)]


class _Asked(msgspec.Struct):
    op: str = ""


class _Event(msgspec.Struct):
    t: float
    release: Literal["canary", "stable"]
    kind: Kind = "error"
    client: str | int | None = None


class _Weight(msgspec.Struct):
    t: float
    canary: Share


class _Totals(msgspec.Struct):
    canary: Count = 0
    stable: Count | None = 0


class _Objectives(msgspec.Struct):
    errors: float | str | None = None
    p95: float | str | None = None


class _JudgeLine(msgspec.Struct):
    """The op `judge`. An event's weight is that of the last entry of `weights` at or before it.

    `sticky` and `window` (seconds, default 10, or 1 where every request is assigned anew) say how
    incidents are told apart; who does not know leaves them out.
    """

    events: list[_Event] = []
    weights: list[_Weight] = []
    totals: _Totals = msgspec.field(default_factory=_Totals)
    objectives: _Objectives | None = None
    alpha: Alpha = 0.05
    tolerance: Positive = 1.0
    window: Count | None = None
    sticky: bool = True


class _Verdict(msgspec.Struct):
    """The answer of `judge`: `at` is the time of the event that convicted."""

    outcome: str
    at: float | None
    evidence: float
    reasons: tuple[str, ...]


_asked = msgspec.json.Decoder(_Asked)
_judge_line = msgspec.json.Decoder(_JudgeLine)


def _judge(line: str) -> _Verdict:
    asked = _judge_line.decode(line)
    case = _case(asked)
    verdict = judge(case)
    at = None
    if verdict.outcome == "bad":
        last = max((event.at for event in case.events if event.on_canary), default=None)
        at = verdict.numbers.get("at", last)
    return _Verdict(verdict.outcome, at, verdict.evidence, verdict.reasons)


def _case(asked: _JudgeLine) -> Case:
    steps = sorted(asked.weights, key=lambda step: step.t)
    times, weights = [step.t for step in steps], [0.0, *(step.canary for step in steps)]
    events = tuple(
        Event(
            event.t,
            event.release == "canary",
            event.kind,
            weights[bisect_right(times, event.t)],
            "" if event.client is None else str(event.client),
        )
        for event in asked.events
    )
    objectives = asked.objectives or _Objectives()
    stable = asked.totals.stable
    window = (10.0 if asked.sticky else 1.0) if asked.window is None else asked.window
    return Case(
        events=events,
        canary=_counts(events, asked.totals.canary, True),
        stable=None if stable is None else _counts(events, stable, False),
        errors=_limit(objectives.errors),
        p95=_seconds(objectives.p95),
        alpha=asked.alpha,
        tolerance=asked.tolerance,
        window=window,
        sticky=asked.sticky,
        histogram=False,
    )


def _counts(events: tuple[Event, ...], requests: float, on_canary: bool) -> Counts:
    errors = sum(1 for e in events if e.kind == "error" and e.on_canary is on_canary)
    return Counts(int(requests), errors)


def _limit(given: float | str | None) -> float | None:
    if given is None:
        return None
    share = units.percent(given) / 100 if isinstance(given, str) else given
    if not 0 <= share <= 1:
        raise ValueError(f"objectives.errors: {given} is no share between 0 and 1")
    return share


def _seconds(given: float | str | None) -> float | None:
    return units.seconds(given) if isinstance(given, str) else given


class _ExprLine(msgspec.Struct):
    """The op `expr`: only the contexts that are given are known by name."""

    text: str
    contexts: dict[str, object] = {}


_expr_line = msgspec.json.Decoder(_ExprLine)


def _expr(line: str) -> object:
    from placid.formats import expressions

    asked = _expr_line.decode(line)
    known = expressions.known(frozenset(asked.contexts), frozenset[str]())
    tree = expressions.parse(asked.text, known=known)
    return {"value": _plain(expressions.evaluate(tree, asked.contexts))}


def _plain(value: object) -> object:
    """A value as JSON has it: whole numbers without a fraction, text for those JSON lacks."""
    from placid.formats.expressions import values

    if values.is_object(value):
        return {key: _plain(item) for key, item in value.items()}
    if values.is_array(value):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return values.number_text(value)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


class _ValidateLine(msgspec.Struct):
    """The op `validate`: `files` are the repository's other workflows and actions, by path."""

    text: str
    kind: Literal["workflow", "action"] = "workflow"
    path: str = ""
    files: dict[str, str] | None = None


_validate_line = msgspec.json.Decoder(_ValidateLine)


def _validate(line: str) -> object:
    from placid.base.yamltext.excerpt import Lines
    from placid.formats.workflows import validate

    asked = _validate_line.decode(line)
    lines = Lines(asked.text)
    faults = validate(asked.text, asked.kind, asked.files)
    places = [(fault.message, *lines.at(fault.span.start)) for fault in faults]
    return {"errors": [{"message": what, "line": row, "col": col} for what, row, col in places]}


def _steps(line: str) -> object:
    from placid.faces.conform_steps import steps

    return steps(line)


def _filecmd(line: str) -> object:
    from placid.faces import conform_run

    return conform_run.file_command(line)


def _cmdline(line: str) -> object:
    from placid.faces import conform_run

    return conform_run.command_line(line)


def _mask(line: str) -> object:
    from placid.faces import conform_run

    return conform_run.mask(line)


def _matcher(line: str) -> object:
    from placid.faces import conform_run

    return conform_run.matcher(line)


ops: dict[str, Callable[[str], object]] = {
    "cmdline": _cmdline,
    "expr": _expr,
    "filecmd": _filecmd,
    "hashfiles": conform_graph.hash_files,
    "judge": _judge,
    "mask": _mask,
    "matcher": _matcher,
    "pathfilter": conform_graph.path_filter,
    "steps": _steps,
    "validate": _validate,
}


def answer(line: str) -> str:
    """The one line (without its end) that answers `line`; never raises."""
    try:
        op = ops.get(_asked.decode(line).op)
        value: object = op(line) if op else {"error": "unknown op"}
        return msgspec.json.encode(value).decode()
    except Exception as failure:
        said = str(failure) or type(failure).__name__
        return msgspec.json.encode({"error": said.encode(errors="replace").decode()}).decode()


def converse(lines: Iterable[bytes], out: TextIO) -> None:
    """Answer each line of `lines` (standard input in bytes), at once, until there are no more."""
    for line in lines:
        out.write(answer(line.decode(errors="replace")) + "\n")
        out.flush()
