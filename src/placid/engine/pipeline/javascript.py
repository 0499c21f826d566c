"""JavaScript actions: `pre`, `main` and `post` by the node of the place.

GitHub brings a node of its own for each `using`; here it is the one that is installed, and the run
says so when that is another major version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from placid.base.errors import Problem
from placid.engine.pipeline.call import Call, Post
from placid.engine.pipeline.effects import Effects
from placid.engine.pipeline.finding import Found, as_variables
from placid.formats.workflows.model import Runs


def run_javascript(call: Call, found: Found, runs: Runs, inputs: Mapping[str, str]) -> Effects:
    """Run `main`; `post` is kept for the end of the job, with what `main` saved as its state."""
    variables = {**call.own, **as_variables(inputs)}
    script = _named(runs.post)
    if script:
        condition = runs.post_if.text if runs.post_if is not None else "always()"

        def after(late: Call) -> Effects:
            return _script(late, found, script, {**variables, **late.own, **call.saved})

        call.posts.append(Post(condition, after))
    return _script(call, found, _named(runs.main), {**variables, **call.saved})


def run_before(call: Call, found: Found, runs: Runs, inputs: Mapping[str, str]) -> Effects:
    """Run `pre`; what it saves is there for `main` and `post`."""
    return _script(call, found, _named(runs.pre), {**call.own, **as_variables(inputs)})


def _named(script: object) -> str:
    return str(getattr(script, "text", "") or "")


def _script(call: Call, found: Found, script: str, variables: Mapping[str, str]) -> Effects:
    path = found.folder / script
    if not path.is_file():
        raise Problem(f"{script} of the action is not there", where=str(found.folder))
    node = call.place.which("node", call.frame.search(call.env, call.place.environment))
    if not node:
        raise Problem(
            "this action is JavaScript and node is not installed here",
            fix="apt-get install nodejs, or run the job in an image that has node",
        )
    return call.run((node, call.text(path)), call.text(call.layout.workspace), variables)


def major(using: str) -> int | None:
    """The version of node that an action wants."""
    wanted = re.fullmatch(r"node(\d+)", using)
    return int(wanted[1]) if wanted else None
