"""What an action that placid does itself is: one function, and its inputs with their defaults.

    @natives.add("actions/checkout")     in natives/actions_checkout.py, found by that name

As GitHub's runner does, inputs that are not given get the default of the action's own file, and
those it does not have are warned of. `Settings` are the wishes of the person who started the run.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeGuard

from msgspec.structs import replace

from placid.base.errors import Problem
from placid.base.registry import Registry
from placid.edge.pipeline.actions.programs import Cancelled, Outside
from placid.edge.pipeline.processes import MARK
from placid.ports.pipeline import Done, Native, Use

FOLDER = "placid.edge.pipeline.actions.natives"
_SAFE = r"[a-z0-9-]+(?:/[a-z0-9-]+)+"
GITHUB = "https://github.com"


class Settings(NamedTuple):
    """How actions are done.

    offline  nothing is fetched
    strict   a version that is not installed fails the step; otherwise the nearest one is used
    update   resolve refs anew, whatever the lock file says
    server   where owner/name lies, for those that do not say it themselves
    skip     actions (owner/name) that are passed over as if they had succeeded
    room     bytes that kept caches may take
    cache    a folder of this user for what can be made again, None for the repository's own
    """

    offline: bool = False
    strict: bool = False
    update: bool = False
    server: str = GITHUB
    skip: frozenset[str] = frozenset()
    room: int = 10 << 30
    cache: Path | None = None


Doing = Callable[[Use, Settings], Done]


class NativeAction(NamedTuple):
    """An action: what it does, and every input it has with its default."""

    do: Doing
    inputs: Mapping[str, str]


natives: Registry[NativeAction] = Registry("native action")


def find(name: str, settings: Settings) -> Native | None:
    """The native action `owner/name` or `owner/name/path`; only its own module is imported."""
    name = name.lower()
    if not re.fullmatch(_SAFE, name):
        return None
    module = f"{FOLDER}.{name.replace('/', '_').replace('-', '_')}"
    if importlib.util.find_spec(module) is None:
        return None
    importlib.import_module(module)
    return partial(_perform, natives.get(name), settings)


def names() -> frozenset[str]:
    """Every native action; imports them all."""
    natives.load(importlib.import_module(FOLDER))
    return frozenset(natives.names())


def outside(use: Use) -> Outside:
    """Programs of this machine, at work for this use."""
    return Outside(use.stop, use.place.environment.get(MARK, ""))


def again(use: Use, after: Callable[[Use], Done]) -> Native:
    """What a native action does after the job: with the inputs it had, and as safely."""

    def post(late: Use) -> Done:
        return _caught(lambda one, _: after(one), replace(late, inputs=use.inputs), Settings())

    return post


def _perform(action: NativeAction, settings: Settings, use: Use) -> Done:
    known = action.inputs
    unknown = [name for name in use.inputs if name not in known]
    if unknown:
        listed, valid = (", ".join(f"'{name}'" for name in names) for names in (unknown, known))
        use.say(f"::warning::Unexpected input(s) {listed}, valid inputs are [{valid}]")
    inputs = {**known, **use.inputs}
    return _caught(action.do, replace(use, inputs=inputs), settings)


def _caught(do: Doing, use: Use, settings: Settings) -> Done:
    try:
        return do(use, settings)
    except Cancelled:
        return Done(failed="The operation was canceled.")
    except Problem as problem:
        return Done(failed=problem.what + (f" ({problem.fix})" if problem.fix else ""))
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return Done(failed=f"{error.strerror}{where}")


def boolean(text: str) -> bool:
    """GitHub's actions take any spelling of "true", and nothing else, for yes."""
    return text.strip().upper() == "TRUE"


def context(use: Use, *path: str) -> str:
    """A text of the github context, "" when it is absent."""
    value: object = use.github
    for name in path:
        value = value.get(name) if _is_mapping(value) else None
    return "" if value is None or _is_mapping(value) else str(value)


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)
