"""Steps with `uses:`: placid's own doing of well-known actions, else what the action.yml says."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from placid.base.errors import Problem
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.call import Call, Post
from placid.engine.pipeline.composite import Nested, run_composite
from placid.engine.pipeline.docker import run_docker
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.finding import (
    Found,
    fetched,
    find,
    given,
    inputs_of,
    referred,
    unexpected,
)
from placid.engine.pipeline.javascript import run_before, run_javascript
from placid.engine.pipeline.natives import run_native
from placid.engine.pipeline.workplace import Workplace
from placid.formats.workflows.model import Runs
from placid.formats.workflows.reference import reference
from placid.ports.pipeline import Layout


def run_uses(call: Call, uses: str, nested: Nested) -> Effects:
    """Run the action of a step; a Problem fails it."""
    call.log.group(f"Run {uses}")
    values = given(call)
    for heading, shown in (("with:", values), ("env:", call.env)):
        if shown:
            call.log.say(heading)
            for name, value in shown.items():
                call.log.say(f"  {name}: {value}")
    call.log.end_group()
    named = referred(uses)
    native = call.workplace.actions.native(named) if named.kind == "remote" else None
    if native is not None:
        return run_native(call, native, named, values)
    return _run(call, find(call, uses, named), values, nested)


def before(
    workplace: Workplace, layout: Layout, uses: str, say: Callable[[str], None]
) -> Post | None:
    """What the remote action of a step does before all steps of the job, None for nothing."""
    named = reference(uses)
    if named is None or named.kind != "remote" or workplace.actions.native(named) is not None:
        return None
    found = fetched(workplace, layout, uses, named, say)
    action, runs = found.action, found.action.runs if found.action is not None else None
    if action is None or runs is None or runs.pre is None or runs.using is None:
        return None

    def run(early: Call) -> Effects:
        inputs = inputs_of(action, given(early), _plain(early))
        own = {**early.own, **_about(early, found)}
        return run_before(replace(early, own=own), found, runs, inputs)

    return Post(runs.pre_if.text if runs.pre_if is not None else "always()", run)


def _run(call: Call, found: Found, values: dict[str, str], nested: Nested) -> Effects:
    action = found.action
    if action is None or action.runs is None:
        return run_docker(call, found, None, values)
    odd = unexpected(action, values)
    if odd:
        call.log.warning(odd)
    inputs = inputs_of(action, values, _plain(call))
    runs = action.runs
    if found.reference.kind == "local" and runs.pre is not None:
        where = found.reference.path
        call.log.warning(f"`pre` execution is not supported for local action from './{where}'")
    using = runs.using.text.lower() if runs.using is not None else ""
    inner = replace(call, own={**call.own, **_about(call, found)})
    if using == "composite":
        return run_composite(inner, found, action, inputs, nested)
    if using == "docker":
        return run_docker(inner, found, runs, inputs)
    if using.startswith("node"):
        return run_javascript(inner, found, runs, inputs)
    raise Problem(f"'using: {using}' is not supported", fix="use composite, docker or node24")


def _plain(call: Call) -> Scope:
    """What the defaults of an action's inputs see."""
    kept = ("github", "strategy", "matrix", "job", "runner")
    contexts = {name: call.scope.contexts[name] for name in kept if name in call.scope.contexts}
    return Scope(contexts, call.scope.functions)


def _about(call: Call, found: Found) -> dict[str, str]:
    named = found.reference
    about = {"GITHUB_ACTION_REPOSITORY": named.repository, "GITHUB_ACTION_REF": named.ref}
    if _is_composite(found.action.runs if found.action is not None else None):
        about["GITHUB_ACTION_PATH"] = call.text(found.folder)
    return about


def _is_composite(runs: Runs | None) -> bool:
    return runs is not None and runs.using is not None and runs.using.text.lower() == "composite"
