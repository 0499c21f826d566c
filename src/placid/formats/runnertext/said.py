"""What a step has said by commands so far, and what its commands depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from placid.base.errors import Problem
from placid.formats.runnertext.lines import BLANKS
from placid.formats.runnertext.masking import Masks
from placid.formats.runnertext.matchers import FileOf, Matchers
from placid.formats.runnertext.notes import LONGEST_MESSAGE, Note, Notes


def no_files(path: str) -> str:
    """Reads no file at all."""
    raise Problem(f"Could not find file '{path}'.")


def no_file(file: str, from_path: str) -> str:
    """Takes no file for one of the repository's."""
    return ""


class Options(NamedTuple):
    """What commands depend on.

    env        the step's environment: ACTIONS_ALLOW_UNSECURE_... lets old commands work
    workspace  the workspace as the step sees it; paths in it are shown relative to it
    debug      whether ACTIONS_STEP_DEBUG is on
    read       gives the text of a matcher file, by the path a step names it; may raise Problem
    file_of    where in the repository the file of a matched problem is
    """

    env: Mapping[str, str] = MappingProxyType({})
    workspace: str = ""
    debug: bool = False
    read: Callable[[str], str] = no_files
    file_of: FileOf = no_file

    def allows(self, variable: str) -> bool:
        """Whether a variable of the step opts into what is off by default."""
        return self.env.get(variable, "").strip(BLANKS).lower() == "true"


class Refused(Exception):
    """A command that cannot be carried out. `shown` are lines for the log from before."""

    def __init__(self, why: str, shown: list[str] | None = None) -> None:
        super().__init__(why)
        self.shown = shown or []


class Said:
    """What the commands of one step have led to.

    outputs, state  of set-output and save-state; env, path: of set-env and add-path, where allowed
    notes           its annotations, masked
    failed          the first error of a command that could not be carried out, "" for none
    """

    def __init__(self, masks: Masks, matchers: Matchers, options: Options | None = None) -> None:
        self.outputs: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.env: dict[str, str] = {}
        self.path: list[str] = []
        self.notes = Notes()
        self.failed = ""
        self.masks, self.matchers, self.options = masks, matchers, options or Options()
        self.echo = self.options.debug

    def annotate(self, note: Note, shown: str | None = None) -> list[str]:
        """Keep an annotation; the line for the log shows it, or `shown`."""
        message = self.masks.mask(note.message)[:LONGEST_MESSAGE]
        file, title = self.masks.mask(note.file), self.masks.mask(note.title)
        self.notes.add(note._replace(message=message, file=file, title=title))
        return [f"##[{note.level}]{message if shown is None else shown}"]

    def error(self, message: str) -> list[str]:
        """An error of the runner's own."""
        return self.annotate(Note("error", message))

    def warning(self, message: str) -> list[str]:
        """A warning of the runner's own."""
        return self.annotate(Note("warning", message))

    def debug(self, message: str) -> list[str]:
        """A line that only step debugging shows."""
        return [f"##[debug]{message}"] if self.options.debug else []

    def fail(self, why: str) -> None:
        """The step has failed, whatever its exit code; the first reason stays."""
        self.failed = self.failed or self.masks.mask(why)
