"""`placid log --run N`: the kept logs of a run's steps, and a search in them.

Logs lie at `.placid/runs/<number>/<leg>/<n>.log`, masked when they were written. They are searched
as bytes in a file mapped into memory, so 100 MB take a fraction of a second. What they are called
and how they ended comes from the run's facts; without those the files alone are shown.
"""

from __future__ import annotations

import mmap
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem
from placid.base.registry import nearest
from placid.core.pipeline.facts import Fact
from placid.faces.running.progress import Progress
from placid.faces.running.style import Style, seconds_text, tame
from placid.faces.running.wording import stored_text

_PIECE = 1 << 20


class Search(NamedTuple):
    """What is looked for.

    run     a number or "last"; job: an id or a name; step: an id, a name or a number from 1
    text    lines that hold this text, or match `regex`; upper and lower case differ
    failed  only steps that failed
    last    only the last lines of each step, 0 for all
    """

    run: str = "last"
    job: str = ""
    step: str = ""
    text: str = ""
    regex: str = ""
    failed: bool = False
    last: int = 0


class StepLog(NamedTuple):
    """A step with its log; `result` is "" when it is not known."""

    file: Path
    job: str
    leg: str
    name: str
    id: str = ""
    number: int = 0
    result: str = ""
    seconds: float = 0.0
    why: str = ""


def run_folder(runs: Path, run: str) -> tuple[int, Path]:
    """The number and folder of a run; Problem with those there are."""
    there = runs.iterdir() if runs.is_dir() else ()
    numbers = sorted(int(each.name) for each in there if each.name.isdigit())
    if not numbers:
        raise Problem("no run is kept here", where=str(runs), fix="run `placid run` first")
    if run == "last":
        return numbers[-1], runs / str(numbers[-1])
    if not run.isdigit() or int(run) not in numbers:
        shown = ", ".join(map(str, numbers[-5:]))
        raise Problem(f"no run has the number {run}", fix=f"use last, or one of: {shown}")
    return int(run), runs / str(int(run))


def step_logs(folder: Path, facts: Iterable[Fact]) -> list[StepLog]:
    """The steps with a log as they began; by the facts, or by the files when there are none."""
    progress = Progress()
    for fact in facts:
        progress.happened(fact)
    found = [
        StepLog(
            folder / step.log,
            leg.job,
            leg.name,
            step.name or f"step {step.index + 1}",
            step.id,
            step.index + 1 if step.phase == "main" else 0,
            step.conclusion,
            step.seconds,
            step.why,
        )
        for leg in progress.legs.values()
        for step in leg.steps.values()
        if step.log
    ]
    return found or _files(folder)


def _files(folder: Path) -> list[StepLog]:
    files = [each for each in folder.glob("*/*.log") if each.is_file()]
    files.sort(key=lambda each: (each.stat().st_mtime_ns, each.parent.name, each.name))
    return [StepLog(each, each.parent.name, each.parent.name, each.stem) for each in files]


def chosen(steps: Sequence[StepLog], search: Search) -> list[StepLog]:
    """The steps that are meant; Problem for a job or step that there is not."""
    kept = list(steps)
    if search.job:
        kept = [each for each in kept if search.job.lower() in (each.job.lower(), each.leg.lower())]
        if not kept:
            raise _none(
                "job", search.job, [name for each in steps for name in (each.job, each.leg)]
            )
    if search.step:
        among = kept
        kept = [each for each in among if _is(each, search.step)]
        if not kept:
            raise _none("step", search.step, [each.id or each.name for each in among])
    return [each for each in kept if each.result == "failure" or not search.failed]


def _is(step: StepLog, wanted: str) -> bool:
    names = (step.id.lower(), step.name.lower(), str(step.number or ""))
    return wanted.lower() in names


def _none(kind: str, name: str, known: Sequence[str]) -> Problem:
    names = list(dict.fromkeys(known))
    guess = nearest(name, names)
    hint = f"did you mean {guess!r}? " if guess else ""
    return Problem(f"no {kind} with a log is called {name!r}", fix=f"{hint}{', '.join(names)}")


def search_logs(steps: Sequence[StepLog], search: Search, style: Style) -> Iterator[str]:
    """The lines to print: each step's heading with its lines, or only those that were looked for,
    with their numbers."""
    pattern = _pattern(search)
    for step in chosen(steps, search):
        lines = _matches(step.file, pattern, style) if pattern else _whole(step.file, style)
        shown = _last(lines, search.last) if search.last else lines
        first = next(shown, None)
        if first is None and pattern:
            continue
        yield _heading(step, style)
        if first is not None:
            yield first
        yield from shown


def _heading(step: StepLog, style: Style) -> str:
    sign = style.glyph(step.result) + " " if step.result else ""
    time = f"  {seconds_text(step.seconds)}" if step.result else ""
    why = f"  {tame(step.why)}" if step.why else ""
    return f"{sign}{style.paint(f'{step.leg} > {tame(step.name)}', 'bold')}{time}{why}"


def _pattern(search: Search) -> re.Pattern[bytes] | None:
    if search.regex:
        try:
            return re.compile(search.regex.encode("utf-8", "surrogateescape"), re.MULTILINE)
        except re.error as error:
            raise Problem(
                f"--regex {search.regex!r} is no regular expression: {error}",
                fix="use --grep for plain text",
            ) from None
    if search.text:
        return re.compile(re.escape(search.text.encode("utf-8", "surrogateescape")))
    return None


def _matches(file: Path, pattern: re.Pattern[bytes], style: Style) -> Iterator[str]:
    """The lines in which it is found, with their numbers, each line once."""
    with _mapped(file) as data:
        at, number = 0, 1
        while at < len(data) and (found := pattern.search(data, at)) is not None:
            start = data.rfind(b"\n", at, found.start()) + 1 or at
            if start >= len(data):
                return
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            number += _newlines(data, at, start)
            raw = _text(data[start:end])
            yield f"{number}: {stored_text(raw, style) or raw}"
            at, number = end + 1, number + 1


def _newlines(data: mmap.mmap | bytes, start: int, end: int) -> int:
    parts = range(start, end, _PIECE)
    return sum(data[part : min(part + _PIECE, end)].count(b"\n") for part in parts)


def _whole(file: Path, style: Style) -> Iterator[str]:
    try:
        with file.open("rb") as lines:
            for line in lines:
                shown = stored_text(_text(line.rstrip(b"\n")), style)
                if shown is not None:
                    yield shown
    except OSError:
        yield "(its log is gone)"


def _last(lines: Iterator[str], count: int) -> Iterator[str]:
    return iter(deque(lines, maxlen=count))


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")


@contextmanager
def _mapped(file: Path) -> Generator[mmap.mmap | bytes]:
    """A file's bytes without reading all of it; b"" for one that is empty or gone."""
    try:
        with file.open("rb") as opened:
            data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        yield b""
        return
    with data:
        yield data
