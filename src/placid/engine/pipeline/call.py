"""One execution of a step: what it is called with, and its command files.

The variables of a command, from weakest to strongest: those of the place, of the workflow and job
(with what GITHUB_ENV added), of the step, and then GitHub's own, which nothing overrides; CI alone
is the weakest of all.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.frame import Frame
from placid.engine.pipeline.steplog import StepLog
from placid.engine.pipeline.stopping import Stopper
from placid.engine.pipeline.workplace import Workplace
from placid.formats.runnertext.commandfiles import (
    CommandFileError,
    decoded,
    read_env,
    read_output,
    read_path,
    read_state,
    read_summary,
)
from placid.formats.workflows.model import Step
from placid.ports.pipeline import Command, Ended, Layout, Place

_FILES = {
    "GITHUB_ENV": "set_env",
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}
_READ = {"GITHUB_ENV": read_env, "GITHUB_OUTPUT": read_output, "GITHUB_STATE": read_state}
_SAID = {
    "GITHUB_ENV": "env",
    "GITHUB_OUTPUT": "output",
    "GITHUB_PATH": "path",
    "GITHUB_STATE": "state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}


class Post(msgspec.Struct):
    """What an action does after the job's steps (`condition` is its `post-if`), or before them."""

    condition: str
    run: Callable[[Call], Effects]


class Call(msgspec.Struct):
    """A step that runs now.

    name   for what is unique to it: files, scripts ("3", "3_1" for one inside of an action)
    scope  what its expressions see; env: its own variables, evaluated
    own    GitHub's variables for it (GITHUB_..., RUNNER_...)
    posts  takes what is to be done after the job
    state  what the step's action saves for its own later parts, by GITHUB_STATE
    """

    name: str
    step: Step
    frame: Frame
    scope: Scope
    env: Mapping[str, str]
    log: StepLog
    stop: Stopper
    place: Place
    workplace: Workplace
    own: Mapping[str, str]
    posts: list[Post]
    state: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    @property
    def saved(self) -> dict[str, str]:
        """The variables that tell an action what it saved."""
        return {f"STATE_{name}": value for name, value in self.state.items()}

    @property
    def layout(self) -> Layout:
        return self.place.layout

    def text(self, path: Path) -> str:
        """A path as the step sees it."""
        return self.place.inside(path)

    def folder(self, named: str) -> str:
        """A working directory: relative to the workspace, inside."""
        return posixpath.normpath(posixpath.join(self.text(self.layout.workspace), named))

    def variables(self, added: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of a command; `added` are GitHub's own."""
        base = self.place.environment
        merged = {"CI": "true", **base, **self.frame.env, **self.env, **added}
        merged["PATH"] = self.frame.search(self.env, base)
        return merged

    def run(self, argv: tuple[str, ...], folder: str, env: Mapping[str, str]) -> Effects:
        """Run a command in the place, see `supervised`."""

        def work(given: Mapping[str, str]) -> Ended:
            return self.place.run(Command(argv, folder, given), self.log.feed, self.stop)

        return self.supervised(work, env)

    def supervised(
        self, work: Callable[[Mapping[str, str]], Ended], env: Mapping[str, str]
    ) -> Effects:
        """Do something with new command files, and read what it wrote into them. `work` gets the
        whole environment; `env` is what GitHub adds to it."""
        files = {name: self.layout.files / f"{stem}_{self.name}" for name, stem in _FILES.items()}
        for path in files.values():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))
        paths = {name: self.text(path) for name, path in files.items()}
        whole = self.variables({**env, **paths})
        self.log.called(whole)
        ended = work(whole)
        effects = self.log.finished()
        if ended.stopped:
            effects.result = "cancelled"
        elif ended.code:
            effects.fail(f"Process completed with exit code {ended.code}.")
        read_files(files, effects, self.log)
        self.state.update(effects.state)
        return effects


def read_files(files: Mapping[str, Path], effects: Effects, log: StepLog) -> None:
    """What a command wrote into its files; they are gone afterwards. What stands before a mistake
    counts, and a mistake fails the step."""
    for name, path in files.items():
        with contextlib.suppress(FileNotFoundError):
            data = path.read_bytes()
            path.unlink()
            if data:
                _count(name, data, effects, log)


def _count(name: str, data: bytes, effects: Effects, log: StepLog) -> None:
    text = decoded(data)
    try:
        if name == "GITHUB_PATH":
            effects.paths += read_path(text)
        elif name == "GITHUB_STEP_SUMMARY":
            summary = read_summary(text, len(data))
            effects.summary += log.masked(summary.text)
            log.issues(summary.issues)
        else:
            found = _READ[name](text)
            _put(name, found.values, effects)
            log.issues(found.issues)
    except CommandFileError as wrong:
        _put(name, wrong.values, effects)
        log.issues(wrong.issues)
        said = f"Unable to process file command '{_SAID[name]}' successfully."
        log.error(said)
        effects.fail(str(wrong))


def _put(name: str, values: Mapping[str, str], effects: Effects) -> None:
    into = {"GITHUB_ENV": effects.env, "GITHUB_OUTPUT": effects.outputs}
    into.get(name, effects.state).update(values)
