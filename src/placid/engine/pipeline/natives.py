"""Actions that placid does itself: no token, no server, no download."""

from __future__ import annotations

from collections.abc import Mapping

from placid.base.errors import Problem
from placid.engine.pipeline.call import Call, Post
from placid.engine.pipeline.effects import Effects
from placid.formats.workflows.reference import Reference
from placid.ports.pipeline import Done, Native, Use


def run_native(call: Call, native: Native, named: Reference, inputs: Mapping[str, str]) -> Effects:
    """Do it, and keep what it does after the job."""
    return _counted(call, native, _use(call, named, inputs))


def _use(call: Call, named: Reference, inputs: Mapping[str, str]) -> Use:
    place = call.workplace
    return Use(
        reference=named,
        inputs={key.lower(): value for key, value in inputs.items()},
        github=call.frame.github,
        env=call.variables(call.own),
        place=call.place,
        origin=place.origin,
        shared=place.logs / "artifacts",
        kept=place.kept,
        say=call.log.write,
        stop=call.stop,
    )


def _counted(call: Call, native: Native, use: Use) -> Effects:
    try:
        done = native(use)
    except Problem as problem:
        done = Done(failed=problem.what + (f" ({problem.fix})" if problem.fix else ""))
    effects = call.log.finished()
    effects.outputs.update(done.outputs)
    effects.env.update(done.env)
    effects.paths += done.path
    effects.differs += done.differs
    if call.stop.asked:
        effects.result = "cancelled"
    elif done.failed:
        effects.fail(done.failed)
    after = done.post
    if after is not None:
        condition = "always()" if done.always else "success()"
        call.posts.append(Post(condition, lambda late: _counted(late, after, _again(late, use))))
    return effects


def _again(late: Call, use: Use) -> Use:
    """The same use at the end of the job, with that moment's log and environment."""
    return Use(
        use.reference,
        use.inputs,
        use.github,
        late.variables(late.own),
        use.place,
        use.origin,
        use.shared,
        use.kept,
        late.log.write,
        late.stop,
    )
