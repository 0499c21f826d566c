"""The steps of one leg in order, and those in the background beside them.

A step in the background works on a copy of what the steps see; what it did counts where it is
waited for, at the latest before the post steps. At most ten run at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

import msgspec

from placid.base.errors import Problem
from placid.core.pipeline.steps import Record, condition_of, merged
from placid.engine.pipeline.call import Post
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.frame import Frame
from placid.engine.pipeline.naming import action_id, shown
from placid.engine.pipeline.stepping import Stepped, count, stepped
from placid.engine.pipeline.stepwork import Numbered, StepWork
from placid.engine.pipeline.stopping import Stopper
from placid.formats.workflows.model import Job, Step

MOST = 10
"""How many steps may run in the background at once."""


class Behind(msgspec.Struct):
    """A step in the background. `asked`: a step of the job cancelled it, which fails nothing."""

    numbered: Numbered
    stop: Stopper
    thread: threading.Thread | None = None
    ended: Stepped | None = None
    posts: list[Post] = msgspec.field(default_factory=list[Post])
    error: BaseException | None = None
    asked: bool = False


class Walk(msgspec.Struct):
    """The way through a leg's steps. `begin_at` is the step of `--from`, "" for the first."""

    work: StepWork
    job: Job
    stop: Stopper
    begin_at: str = ""
    posts: list[tuple[Numbered, Post]] = msgspec.field(default_factory=list[tuple[Numbered, Post]])
    differs: list[str] = msgspec.field(default_factory=list[str])
    behind: dict[str, Behind] = msgspec.field(default_factory=dict[str, Behind])
    _numbered: dict[int, Numbered] = msgspec.field(default_factory=dict[int, Numbered])

    @property
    def frame(self) -> Frame:
        return self.work.ready.frame

    def go(self) -> None:
        """Every step, and then what their actions do afterwards."""
        self.begin_at = self.begin_at if self._has(self.begin_at) else ""
        taken = dict[str, int]()
        for index, step in enumerate(self.job.every_step()):
            self._numbered[id(step)] = Numbered(step, index, action_id(step, taken))
        for numbered, before in self._early_parts():
            self._beside(msgspec.structs.replace(numbered, phase="pre"), before)
        for step in self.job.steps:
            self._heed()
            self._step(self._number(step))
        self._wait(list(self.behind))
        for numbered, post in reversed(self.posts):
            self._beside(msgspec.structs.replace(numbered, phase="post"), post)
        self._heed()

    def _early_parts(self) -> list[tuple[Numbered, Post]]:
        """What the actions of all steps do before the first one."""
        found: list[tuple[Numbered, Post]] = []
        for numbered in self._numbered.values():
            try:
                before = self.work.before(numbered.step)
            except Problem:  # it is said where the step uses it: one that is skipped may do without
                break
            if before is not None:
                found.append((numbered, before))
        return found

    def _beside(self, numbered: Numbered, post: Post) -> None:
        """A part of an action that runs before or after the job's steps."""
        self._heed()
        ended, _ = self.work.perform(numbered, self.frame, self.stop, post)
        count(self.frame, "", ended)
        self.frame.status = merged(self.frame.status, ended.conclusion)

    def _heed(self) -> None:
        """Let the steps see that the job was cancelled, or is over its time."""
        if self.stop.over:
            self.frame.status = "cancelled"

    def _number(self, step: Step) -> Numbered:
        return self._numbered[id(step)]

    def _step(self, numbered: Numbered) -> None:
        step = numbered.step
        if self._early(step):
            self._skip(numbered)
        elif step.parallel:
            self._parallel(numbered)
        elif step.wait or step.wait_all or step.cancel is not None:
            self._control(numbered)
        elif step.background is not None and self.frame.scope().flag(step.background):
            self._start(numbered)
        else:
            self._count(numbered, *self.work.perform(numbered, self.frame, self.stop))

    def _has(self, wanted: str) -> bool:
        return any(wanted in self._names(step) for step in self.job.every_step())

    def _names(self, step: Step) -> set[str]:
        named = {each.text for each in (step.id, step.name) if each is not None}
        return named | {shown(step, self.frame.scope())}

    def _early(self, step: Step) -> bool:
        """Whether `--from` names a later step."""
        if self.begin_at and self.begin_at in self._names(step):
            self.begin_at = ""
        return bool(self.begin_at)

    def _skip(self, numbered: Numbered) -> None:
        ended = Stepped(Effects("skipped", f"it is before {self.begin_at}"), "skipped", "skipped")
        self.work.done(numbered, self.frame, ended, time.monotonic(), None)

    def _count(self, numbered: Numbered, ended: Stepped, posts: Iterable[Post] = ()) -> None:
        count(self.frame, numbered.own_id, ended)
        self.frame.status = merged(self.frame.status, ended.conclusion)
        self.posts += ((numbered, post) for post in posts)
        self.differs += ended.effects.differs

    def _start(self, numbered: Numbered) -> None:
        if len(self.behind) >= MOST:
            self._wait([next(iter(self.behind))])
        frame = self.frame
        copy = msgspec.structs.replace(
            frame,
            env=dict(frame.env),
            paths=list(frame.paths),
            record=Record(dict(frame.record.entries)),
        )
        behind = Behind(numbered, Stopper(parent=self.stop))

        def run() -> None:
            try:
                behind.ended, behind.posts = self.work.perform(numbered, copy, behind.stop)
            except BaseException as error:  # told where it is waited for
                behind.error = error

        behind.thread = threading.Thread(target=run, name=f"{self.work.leg}: {numbered.id}")
        self.behind[numbered.id.lower()] = behind
        behind.thread.start()

    def _wait(self, ids: list[str]) -> bool:
        """Count these when they have ended; whether all ended well."""
        good = True
        for id in ids:
            behind = self.behind.pop(id.lower(), None)
            if behind is None or behind.thread is None:
                continue
            behind.thread.join()
            behind.stop.close()
            if behind.error is not None or behind.ended is None:
                raise behind.error or RuntimeError(f"{id} ended without a result")
            ended = behind.ended
            if behind.asked and ended.conclusion == "cancelled":
                count(self.frame, behind.numbered.own_id, ended)
                continue
            self._count(behind.numbered, ended, behind.posts)
            good = good and ended.conclusion != "failure"
        return good

    def _parallel(self, numbered: Numbered) -> None:
        """Its steps all at once; it ends when they all have."""

        def work(*_: object) -> Effects:
            inner = [self._number(step) for step in numbered.step.parallel]
            for each in inner:
                self._start(each)
            self._wait([each.id for each in inner])
            return Effects()

        began = time.monotonic()
        ended = stepped(numbered.step, condition_of(numbered.step), self.frame, self.stop, work)
        self.work.done(numbered, self.frame, ended, began, None)
        self._count(numbered, ended)

    def _control(self, numbered: Numbered) -> None:
        """`wait`, `wait-all` and `cancel`."""
        step = numbered.step

        def work(*_: object) -> Effects:
            if step.cancel is not None:
                behind = self.behind.get(step.cancel.text.lower())
                if behind is not None:
                    behind.asked = True
                    behind.stop.ask()
                    self._wait([step.cancel.text])
                return Effects()
            self._wait(list(self.behind) if step.wait_all else [each.text for each in step.wait])
            return Effects()

        began = time.monotonic()
        ended = stepped(step, condition_of(step), self.frame, self.stop, work)
        self.work.done(numbered, self.frame, ended, began, None)
        self._count(numbered, ended)
