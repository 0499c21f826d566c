"""Runs single steps of a leg: opens the log, tells what happens, does what the step says."""

from __future__ import annotations

import itertools
import time

import msgspec

from placid.core.pipeline.facts import StepDone, StepStarted
from placid.core.pipeline.listener import Phase
from placid.core.pipeline.steps import condition_of, merged
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.call import Call, Post
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.frame import Frame
from placid.engine.pipeline.naming import action_id, shown
from placid.engine.pipeline.preparing import Prepared
from placid.engine.pipeline.scripts import run_script
from placid.engine.pipeline.steplog import Logs, StepLog
from placid.engine.pipeline.stepping import Stepped, count, stepped
from placid.engine.pipeline.stopping import Stopper
from placid.engine.pipeline.uses import run_uses
from placid.engine.pipeline.workplace import Workplace
from placid.formats.workflows.model import Runs, Step


class Numbered(msgspec.Struct, frozen=True):
    """A step and where it stands in the job; `id` is `github.action`."""

    step: Step
    index: int
    id: str
    phase: Phase = "main"

    @property
    def own_id(self) -> str:
        """The id it was given."""
        return self.step.id.text if self.step.id is not None else ""


class StepWork(msgspec.Struct):
    """The steps of one leg. Several threads may perform at once."""

    workplace: Workplace
    leg: str
    ready: Prepared
    logs: Logs
    _numbers: itertools.count[int] = msgspec.field(default_factory=itertools.count)

    def perform(
        self, numbered: Numbered, frame: Frame, job: Stopper, post: Post | None = None
    ) -> tuple[Stepped, list[Post]]:
        """Run a step (or what its action does afterwards) and tell of it; with what it leaves to be
        done after the job."""
        began = time.monotonic()
        opened: list[StepLog] = []
        posts: list[Post] = []

        def work(scope: Scope, own: dict[str, str], stop: Stopper) -> Effects:
            log = self._open(numbered, scope)
            opened.append(log)
            call = self._call(numbered.step, frame, scope, own, (log, stop, numbered.id, posts))
            return post.run(call) if post is not None else self._do(call)

        condition = condition_of(numbered.step) if post is None else post.condition
        ended = stepped(numbered.step, condition, frame, job, work)
        self.done(numbered, frame, ended, began, opened[0] if opened else None)
        return ended, posts

    def done(
        self, numbered: Numbered, frame: Frame, ended: Stepped, began: float, log: StepLog | None
    ) -> None:
        """Close the log and tell how the step ended."""
        effects = ended.effects
        if log is not None:
            said = {each.message for each in log.annotations}
            if effects.why and effects.result != "skipped" and effects.why not in said:
                log.error(effects.why)
            log.close(effects.summary)
        self.workplace.report(
            StepDone(
                leg=self.leg,
                index=numbered.index,
                name=self.name(numbered, frame.scope()),
                outcome=ended.outcome,
                conclusion=ended.conclusion,
                at=self.workplace.now(),
                id=numbered.own_id,
                phase=numbered.phase,
                seconds=round(time.monotonic() - began, 3),
                why=self.logs.masks.mask(effects.why),
                log=log.path if log is not None else "",
                lines=log.lines if log is not None else 0,
                annotations=tuple(log.annotations) if log is not None else (),
            )
        )

    def name(self, numbered: Numbered, scope: Scope) -> str:
        """What GitHub calls it."""
        prefix = "Post " if numbered.phase == "post" else ""
        return self.logs.masks.mask(prefix + shown(numbered.step, scope))

    def _open(self, numbered: Numbered, scope: Scope) -> StepLog:
        name, now = self.name(numbered, scope), self.workplace.now()
        phase, index = numbered.phase, numbered.index
        self.workplace.report(StepStarted(self.leg, index, name, now, numbered.own_id, phase))
        return self.logs.open(index, phase)

    def _call(
        self,
        step: Step,
        frame: Frame,
        scope: Scope,
        own: dict[str, str],
        rest: tuple[StepLog, Stopper, str, list[Post]],
    ) -> Call:
        log, stop, id, posts = rest
        github = {**frame.github, "action": id}
        ours = {**self.ready.own, "GITHUB_ACTION": id}
        seen = Scope({**scope.contexts, "github": github}, scope.functions)
        name = f"{next(self._numbers)}"
        place = self.ready.place
        return Call(name, step, frame, seen, own, log, stop, place, self.workplace, ours, posts)

    def _do(self, call: Call) -> Effects:
        step = call.step
        if step.run is not None:
            return run_script(call, self.ready.shell, self.ready.folder)
        if step.uses is not None:
            return run_uses(call, call.scope.text(step.uses), self._nested)
        return Effects("failure", "the step has neither `run` nor `uses`")

    def _nested(self, call: Call, frame: Frame, runs: Runs) -> Effects:
        """The steps of a composite action."""
        whole, taken = Effects(), dict[str, int]()
        for step in runs.steps:
            if call.stop.over:
                frame.status = "cancelled"
            id = action_id(step, taken)

            def work(scope: Scope, own: dict[str, str], stop: Stopper) -> Effects:
                inner = call.log.within()
                made = self._call(step, frame, scope, own, (inner, stop, id, call.posts))  # noqa: B023
                made.own = {**call.own, **made.own}
                return self._do(made)

            ended = stepped(step, condition_of(step), frame, call.stop, work)
            count(frame, step.id.text if step.id is not None else "", ended)
            frame.status = merged(frame.status, ended.conclusion)
            whole.absorb(ended.effects)
            if ended.conclusion == "failure" and not whole.why:
                whole.why = ended.effects.why
        whole.result = frame.status
        return whole
