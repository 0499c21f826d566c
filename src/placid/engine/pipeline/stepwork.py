"""Runs single steps of a leg: opens the log, tells what happens, does what the step says."""

from __future__ import annotations

import itertools
import time
from typing import NamedTuple

import msgspec

from placid.base.errors import Problem
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
from placid.engine.pipeline.uses import before, run_uses
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


class Around(NamedTuple):
    """What a call of a step writes to, heeds, is called, leaves for later and has saved."""

    log: StepLog
    stop: Stopper
    id: str
    posts: list[Post]
    saved: dict[str, str] | None = None


class Later(NamedTuple):
    """A step inside of a composite action; `post` is what its action does after the job."""

    step: Step
    id: str
    saved: dict[str, str]
    post: Post | None


class StepWork(msgspec.Struct):
    """The steps of one leg. Several threads may perform at once."""

    workplace: Workplace
    leg: str
    ready: Prepared
    logs: Logs
    _numbers: itertools.count[int] = msgspec.field(default_factory=itertools.count)
    _saved: dict[int, dict[str, str]] = msgspec.field(default_factory=dict[int, dict[str, str]])

    def before(self, step: Step) -> Post | None:
        """What a step's action does before all steps. Problem when the action cannot be had."""
        if step.uses is None:
            return None
        return before(self.workplace, self.ready.place.layout, step.uses.text, self.logs.setup)

    def perform(
        self, numbered: Numbered, frame: Frame, job: Stopper, post: Post | None = None
    ) -> tuple[Stepped, list[Post]]:
        """Run a step (or what its action does before or after) and tell of it; with what it leaves
        to be done after the job."""
        began = time.monotonic()
        opened: list[StepLog] = []
        posts: list[Post] = []

        def work(scope: Scope, own: dict[str, str], stop: Stopper) -> Effects:
            log = self._open(numbered, scope)
            opened.append(log)
            saved = self._saved.setdefault(numbered.index, {})
            around = Around(log, stop, numbered.id, posts, saved)
            return self._do(self._call(numbered.step, frame, scope, own, around), post)

        condition = condition_of(numbered.step) if post is None else post.condition
        ended = stepped(numbered.step, condition, frame, job, work)
        self.done(numbered, frame, ended, began, opened[0] if opened else None)
        return ended, posts

    def done(
        self, numbered: Numbered, frame: Frame, ended: Stepped, began: float, log: StepLog | None
    ) -> None:
        """Close the log and tell how the step ended."""
        effects = ended.effects
        name = log.name if log is not None else self.name(numbered, frame.scope())
        if log is not None:
            said = {each.message for each in log.annotations}
            if effects.why and effects.result != "skipped" and effects.why not in said:
                log.error(effects.why)
            log.close(effects.summary)
        self.workplace.report(
            StepDone(
                leg=self.leg,
                index=numbered.index,
                name=self.logs.masks.mask(name),
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
        prefix = {"pre": "Pre ", "post": "Post "}.get(numbered.phase, "")
        return self.logs.masks.mask(prefix + shown(numbered.step, scope))

    def _open(self, numbered: Numbered, scope: Scope) -> StepLog:
        name, now = self.name(numbered, scope), self.workplace.now()
        phase, index = numbered.phase, numbered.index
        self.workplace.report(StepStarted(self.leg, index, name, now, numbered.own_id, phase))
        log = self.logs.open(index, phase)
        log.name = name
        return log

    def _call(
        self, step: Step, frame: Frame, scope: Scope, own: dict[str, str], around: Around
    ) -> Call:
        github = {**frame.github, "action": around.id}
        seen = Scope({**scope.contexts, "github": github}, scope.functions)
        return Call(
            name=f"{next(self._numbers)}",
            step=step,
            frame=frame,
            scope=seen,
            env=own,
            log=around.log,
            stop=around.stop,
            place=self.ready.place,
            workplace=self.workplace,
            own={**self.ready.own, "GITHUB_ACTION": around.id},
            posts=around.posts,
            state=around.saved if around.saved is not None else {},
        )

    def _do(self, call: Call, post: Post | None = None) -> Effects:
        step = call.step
        try:
            if post is not None:
                return post.run(call)
            if step.run is not None:
                job = (self.ready.shell, self.ready.folder)
                return run_script(call, *(job if not call.frame.depth else ("", "")))
            if step.uses is not None:
                return run_uses(call, call.scope.text(step.uses), self._nested)
        except Problem as problem:
            said = problem.what + (f" ({problem.fix})" if problem.fix else "")
            return call.log.finished().fail(said)
        return Effects("failure", "the step has neither `run` nor `uses`")

    def _nested(self, call: Call, frame: Frame, runs: Runs) -> Effects:
        """The steps of a composite action."""
        whole, taken, later = Effects(), dict[str, int](), list[Later]()
        for step in runs.steps:
            inner = Later(step, action_id(step, taken), {}, None)
            ended, posts = self._inside(call, frame, inner, whole)
            count(frame, step.id.text if step.id is not None else "", ended)
            later += (inner._replace(post=post) for post in posts)
        whole.result = frame.status
        if later:
            call.posts.append(Post("always()", lambda late: self._late(late, frame, later)))
        return whole

    def _late(self, call: Call, frame: Frame, later: list[Later]) -> Effects:
        """What the actions inside of a composite one do after the job."""
        whole, job = Effects(), call.frame
        env, paths = {**job.env, **call.env}, list(job.paths)
        frame = msgspec.structs.replace(frame, env=env, paths=paths, status=job.status, around=None)
        for each in reversed(later):
            ended, _ = self._inside(call, frame, each, whole)
            whole.result = merged(whole.result, ended.conclusion)
        return whole

    def _inside(
        self, call: Call, frame: Frame, inner: Later, whole: Effects
    ) -> tuple[Stepped, list[Post]]:
        """One step of a composite action, or what its action does afterwards; adds what it changes
        outside to `whole`, and its conclusion to the frame's status."""
        if call.stop.over:
            frame.status = "cancelled"
        posts: list[Post] = []

        def work(scope: Scope, own: dict[str, str], stop: Stopper) -> Effects:
            around = Around(call.log.within(), stop, inner.id, posts, inner.saved)
            made = self._call(inner.step, frame, scope, own, around)
            made.own = {**call.own, **made.own}
            return self._do(made, inner.post)

        condition = condition_of(inner.step) if inner.post is None else inner.post.condition
        ended = stepped(inner.step, condition, frame, call.stop, work)
        frame.status = merged(frame.status, ended.conclusion)
        whole.absorb(ended.effects)
        if ended.conclusion == "failure" and not whole.why:
            whole.why = ended.effects.why
        return ended, posts
