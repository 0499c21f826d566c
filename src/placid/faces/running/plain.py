"""A run as plain lines, for pipes, files and CI.

    ▶ test (3.11) > Run pytest          a step begins
    ...                                 its own lines, nothing in front of them
    ✗ 3.1 s  Process completed ...      and ends
    ✓ lint > Run ruff check  0.4 s      a step of a job that ran beside it, told afterwards
    ...

Inside of a job at GitHub the lines of a step are a group that folds, annotations are passed on, and
what a step prints can give no commands to the job outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from placid.core.pipeline.asked import Log
from placid.core.pipeline.facts import (
    Fact,
    LegEnded,
    LegStarted,
    RunEnded,
    RunStarted,
    StepDone,
    StepStarted,
)
from placid.core.pipeline.listener import Kind, Phase
from placid.faces.running.annotations import (
    Excerpts,
    annotation_text,
    command_of,
    data_text,
    property_text,
)
from placid.faces.running.blocks import Block, Blocks, Key
from placid.faces.running.closing import closing
from placid.faces.running.progress import LegView, Progress, StepView
from placid.faces.running.style import Style
from placid.faces.running.wording import (
    Prologue,
    aside,
    ending,
    heading,
    leg_ending,
    line_text,
    step_name,
)

_KEPT = 5_000


class Plain:
    """Writes a run as lines.

    write     takes whole lines, each with its end
    log       full: every line as it comes; failed: those of steps that failed; none: no line
    token     inside of a job at GitHub: a word nobody can guess; "" elsewhere
    excerpts  shows the source line of an annotation
    close     whether the table of jobs and the verdict come at the end
    """

    def __init__(
        self,
        write: Callable[[str], None],
        style: Style,
        *,
        log: Log = "full",
        token: str = "",
        excerpts: Excerpts | None = None,
        close: bool = True,
    ) -> None:
        self._write, self._style, self._log, self._token = write, style, log, token
        self._excerpts, self._close = excerpts or Excerpts(), close
        self._progress = Progress()
        self._blocks = Blocks(log == "full", None if log == "full" else _KEPT)
        self._tails: dict[Key, list[str]] = {}
        self._out: list[str] = []
        self._asides: list[str] = []
        self._prologue = Prologue()
        self._lock = Lock()
        self._closed = False

    def happened(self, fact: Fact) -> None:
        """Take in a fact, and write what may come out now."""
        with self._lock:
            self._progress.happened(fact)
            self._hear(fact)
            self._pump()

    def line(self, leg: str, index: int, phase: Phase, text: str, kind: Kind) -> None:
        """Take in a line."""
        said = line_text(text, kind, self._style)
        key = (leg, phase, index)
        with self._lock:
            prologue = self._prologue.holds(key, kind)
            if said is not None:
                self._blocks.at(key).add(said, last=not prologue)
            if self._log == "full":
                self._pump()

    def plain_lines(self, leg: str, index: int, phase: Phase, texts: Sequence[str]) -> None:
        """Take in many plain lines."""
        key = (leg, phase, index)
        with self._lock:
            prologue = self._prologue.holds(key, "out")
            self._blocks.at(key).extend(texts, last=not prologue)
            if self._log == "full":
                self._pump()

    def close(self) -> None:
        """Write what is left, also of a run that has no end."""
        with self._lock:
            self._finish()

    def _hear(self, fact: Fact) -> None:
        match fact:
            case RunStarted():
                self._say(heading(fact, self._style))
            case LegStarted():
                self._blocks.begin(fact.leg)
            case StepStarted():
                key = (fact.leg, fact.phase, fact.index)
                self._prologue.forget(key)
                self._blocks.at(key).began = True
            case StepDone():
                self._blocks.at((fact.leg, fact.phase, fact.index)).over = True
            case LegEnded():
                self._blocks.end(fact.leg)
            case RunEnded():
                self._finish()
            case _:
                told = aside(fact, self._progress, self._style)
                self._asides += [told] if told else []

    def _finish(self) -> None:
        """Let out all that is in; the verdict, once."""
        self._blocks.end_all()
        self._pump()
        if self._close and not self._closed:
            for text in closing(self._progress, self._tails, self._style):
                self._say(text)
        self._closed = True
        self._pump()

    def _pump(self) -> None:
        """Write what may come out."""
        while (found := self._blocks.next()) is not None:
            if isinstance(found, str):
                self._leg_over(self._progress.leg(found))
            elif not self._let_out(found):
                break
        else:
            self._tell()
        if self._out:
            self._write("".join(self._out))
            self._out.clear()

    def _say(self, text: str) -> None:
        self._out.append(text + "\n")

    def _tell(self) -> None:
        for text in self._asides:
            self._say(text)
        self._asides.clear()

    def _leg_over(self, leg: LegView) -> None:
        if leg.result:
            self._say(leg_ending(leg, self._style))

    def _let_out(self, block: Block) -> bool:
        """Let out what there is of a block; whether that was all."""
        leg = self._progress.leg(block.key[0])
        step = leg.step(block.key[1], block.key[2])
        if not block.opened:
            self._tell()
            self._open(block, leg, step)
        if not block.over:
            self._lines(block)
            return False
        self._end(block, leg, step)
        self._blocks.done(block)
        return True

    def _open(self, block: Block, leg: LegView, step: StepView) -> None:
        """The heading: with the result when that is known, and a group that folds at GitHub."""
        state = step.conclusion or ("cancelled" if block.over else "running")
        name = self._style.paint(step_name(leg, step), "bold")
        text = f"{self._style.glyph(state)} {name}"
        block.opened = "told" if block.over else "open"
        if block.over:
            text += f"  {ending(step)}"
        elif self._token:
            block.opened, text = "folding", f"::group::{text}"
        self._say(text)

    def _lines(self, block: Block) -> None:
        if block.dropped:
            self._say(f"({block.dropped} lines before these are in the log)")
            block.dropped = 0
        if self._token:
            for line in block.lines:
                self._say(self._quoted(line))
        elif block.lines:
            self._say("\n".join(block.lines))
        block.lines.clear()

    def _quoted(self, text: str) -> str:
        """A line that the job outside must not take for a command of its own."""
        if self._token and (text.lstrip().startswith("::") or "##[" in text):
            return f"::stop-commands::{self._token}\n{text}\n::{self._token}::"
        return text

    def _end(self, block: Block, leg: LegView, step: StepView) -> None:
        failed = step.conclusion == "failure"
        if self._log == "full" or (failed and self._log == "failed"):
            self._lines(block)
        if block.opened == "folding":
            self._say("::endgroup::")
        if block.opened != "told":
            sign = self._style.glyph(step.conclusion or "cancelled")
            self._say(f"{sign} {ending(step)}")
        if failed and self._log != "none":
            quoted = "\n".join(map(self._quoted, block.tail))
            self._tails[block.key] = quoted.split("\n") if quoted else []
        self._annotations(leg, step)

    def _annotations(self, leg: LegView, step: StepView) -> None:
        for each in step.annotations:
            if self._token:
                self._say(command_of(each))
            elif each.file or (self._log != "full" and each.message != step.why):
                self._say(annotation_text(each, self._style, self._excerpts))
        if self._token and step.conclusion == "failure" and not step.annotations:
            title = property_text(f"{leg.name}: {step.name}")
            self._say(f"::error title={title}::{data_text(step.why or 'it failed')}")
