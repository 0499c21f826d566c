"""The log of a step: where its lines go, and what its commands say.

A log is one file, `<leg>/<n>.log` in the run's folder, opened when the first line comes; a listener
hears the same lines. Steps inside of a composite action write into the log of the step that uses it
(`within`), but what they say by commands is theirs. Everything that leaves is masked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from placid.core.pipeline.facts import Annotation
from placid.core.pipeline.listener import Kind, Listener, Phase, tell_lines
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.workplace import Workplace
from placid.formats.runnertext.commandfiles import Issue
from placid.formats.runnertext.commands import Commands
from placid.formats.runnertext.masking import Masks
from placid.formats.runnertext.matchers import Matchers
from placid.formats.runnertext.pump import Pump
from placid.formats.runnertext.said import Options
from placid.ports.pipeline import Place

_KINDS: tuple[tuple[bytes, Kind], ...] = (
    (b"##[group]", "group"),
    (b"##[endgroup]", "endgroup"),
    (b"##[error]", "error"),
    (b"##[warning]", "warning"),
    (b"##[notice]", "notice"),
    (b"##[debug]", "debug"),
    (b"[command]", "command"),
)


class LogFile:
    """One file, and the ear of the listener. `path` is relative to the run's folder."""

    def __init__(
        self, folder: Path, path: str, listener: Listener, at: tuple[str, int, Phase]
    ) -> None:
        self.folder, self.path, self.lines = folder, path, 0
        self._listener, self._at = listener, at
        self._file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        """Whole masked lines."""
        if self._file is None:
            whole = self.folder / self.path
            try:
                self._file = whole.open("wb")
            except FileNotFoundError:
                whole.parent.mkdir(parents=True, exist_ok=True)
                self._file = whole.open("wb")
        self._file.write(data)
        hears, at = self._listener.line, self._at
        if b"##[" not in data and b"[command]" not in data:
            lines = data.removesuffix(b"\n").decode("utf-8", "replace").split("\n")
            self.lines += len(lines)
            tell_lines(self._listener, at, lines)
            return
        for piece in data.removesuffix(b"\n").split(b"\n"):
            self.lines += 1
            text, kind = _kind(piece)
            hears(*at, text.decode("utf-8", "replace"), kind)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _kind(line: bytes) -> tuple[bytes, Kind]:
    if line.startswith((b"##[", b"[c")):
        for mark, kind in _KINDS:
            if line.startswith(mark):
                return line[len(mark) :], kind
    return line, "out"


class StepLog:
    """What one command of a step writes to. `annotations` are those of all that share the file,
    `name` what the step is called."""

    name = ""

    def __init__(self, file: LogFile, masks: Masks, matchers: Matchers, options: Options) -> None:
        self.annotations: list[Annotation] = []
        self._file, self._masks = file, masks
        self._matchers, self._options = matchers, options
        self._commands = Commands(masks, matchers, options)
        self._pump = Pump(self._commands, file.write)
        self._counted = 0
        self._summarised = False

    @property
    def path(self) -> str:
        """The file, "" while nothing is in it and no summary lies beside it."""
        return self._file.path if self._file.lines or self._summarised else ""

    @property
    def lines(self) -> int:
        return self._file.lines

    @property
    def matchers(self) -> Matchers:
        """The problem matchers as they stand now."""
        return self._matchers

    def within(self) -> StepLog:
        """For a step inside of this one."""
        inner = StepLog(self._file, self._masks, self._matchers, self._options)
        inner.annotations = self.annotations
        return inner

    def called(self, env: Mapping[str, str]) -> None:
        """With which environment a command starts now: it may opt into old commands."""
        self._commands.options = self._options._replace(env=env)

    def feed(self, data: bytes) -> None:
        """Output as it comes."""
        self._pump.feed(data)

    def write(self, line: str) -> None:
        """A line as if the step had written it: commands in it work."""
        self._pump.say(line)

    def say(self, line: str, kind: Kind = "out") -> None:
        """A line of our own."""
        mark = next((mark for mark, known in _KINDS if known == kind), b"")
        text = mark.decode() + self._masks.mask(line)
        self._file.write(text.replace("\r", "").encode("utf-8", "replace") + b"\n")

    def group(self, title: str) -> None:
        self.say(title, "group")

    def end_group(self) -> None:
        self.say("", "endgroup")

    def error(self, message: str) -> None:
        """An error of ours, which is an annotation, too."""
        self._shown(self._commands.error(message))

    def warning(self, message: str) -> None:
        self._shown(self._commands.warning(message))

    def issues(self, issues: Iterable[Issue]) -> None:
        """What reading a command file led to."""
        for issue in issues:
            (self.error if issue.level == "error" else self.warning)(issue.message)

    def masked(self, text: str) -> str:
        return self._masks.mask(text)

    def finished(self) -> Effects:
        """What the output has said, once its last piece came."""
        self._pump.close()
        commands = self._commands
        effects = Effects(
            outputs=dict(commands.outputs),
            env=dict(commands.env),
            paths=list(commands.path),
            state=dict(commands.state),
        )
        if commands.failed:
            effects.fail(commands.failed)
        self._note()
        return effects

    def close(self, summary: str = "") -> None:
        """No more lines; what the step wrote to its summary lies beside the log."""
        self._note()
        if summary:
            path = (self._file.folder / self._file.path).with_suffix(".md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(summary, "utf-8", "replace")
            self._summarised = True
        self._file.close()

    def _shown(self, lines: Iterable[str]) -> None:
        for line in lines:
            text = self._masks.mask(line).replace("\r", "").replace("\n", " ")
            self._file.write(text.encode("utf-8", "replace") + b"\n")

    def _note(self) -> None:
        kept = self._commands.notes.kept
        self.annotations += (Annotation(*note) for note in kept[self._counted :])
        self._counted = len(kept)


class Logs:
    """The logs of one leg. Problem matchers that a step adds hold for the steps after it."""

    def __init__(self, workplace: Workplace, leg: str, folder: str, masks: Masks) -> None:
        self.masks = masks
        self._workplace, self._leg, self._folder = workplace, leg, folder
        self._last: StepLog | None = None
        self._options = Options()
        self._setup: LogFile | None = None
        self._closed = False
        self._one = threading.Lock()

    def inside(self, place: Place, debug: bool) -> None:
        """From now on paths are those of a place."""
        workspace = place.layout.workspace

        def read(path: str) -> str:
            inside = os.path.join(place.inside(workspace), path)
            return place.outside(inside).read_text("utf-8", "replace")

        def file_of(file: str, from_path: str) -> str:
            return _in_repository(place, file, from_path)

        self._options = Options(
            workspace=place.inside(workspace), debug=debug, read=read, file_of=file_of
        )

    def open(self, index: int, phase: Phase) -> StepLog:
        """The log of a step."""
        stem = f"{index + 1}" if phase == "main" else f"{phase}-{index + 1}"
        path = f"{self._folder}/{stem}.log"
        file = LogFile(
            self._workplace.logs, path, self._workplace.listener, (self._leg, index, phase)
        )
        with self._one:
            matchers = self._last.matchers.next_step() if self._last is not None else Matchers()
            log = self._last = StepLog(file, self.masks, matchers, self._options)
        return log

    def setup(self, line: str) -> None:
        """A line about what is done before the first step."""
        with self._one:
            if self._setup is None:
                path = f"{self._folder}/setup.log"
                at: tuple[str, int, Phase] = (self._leg, 0, "pre")
                self._setup = LogFile(self._workplace.logs, path, self._workplace.listener, at)
            if not self._closed:
                self._setup.write(self.masks.mask(line).encode("utf-8", "replace") + b"\n")

    def close(self) -> None:
        """The leg is over; what its place still says is not kept."""
        with self._one:
            self._closed = True
            if self._setup is not None:
                self._setup.close()


def _in_repository(place: Place, file: str, from_path: str) -> str:
    """The path in the repository of a file that a matcher found, "" when there is none."""
    root = place.inside(place.layout.workspace)
    beside = os.path.dirname(from_path) if from_path else ""
    inside = os.path.normpath(os.path.join(root, beside, file))
    if not inside.startswith(root + "/") or not place.outside(inside).is_file():
        return ""
    return os.path.relpath(inside, root)
