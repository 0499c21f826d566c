"""What a step sees: the contexts of its expressions and the variables of its commands.

A frame belongs to a job, or to one use of a composite action inside of it. Steps change it only
when they are counted (`apply`): a step in the background is counted where it is waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from placid.core.pipeline.contexts import environment
from placid.core.pipeline.facts import Result
from placid.core.pipeline.steps import Record, status_functions
from placid.core.pipeline.templates import Scope
from placid.formats.expressions.evaluation import Function
from placid.formats.expressions.values import Value, text_of

_NONE: Mapping[str, object] = {}
_NO_ENV: Mapping[str, str] = {}
HashFiles = Callable[[Sequence[str]], str]


class Frame(msgspec.Struct):
    """`known` are the contexts that do not change here: inputs, vars, needs, strategy, matrix,
    runner, secrets. `paths` are in the order they were added; `status` that of the job, or of the
    composite action, whose frame has the one `around` it. `action_root` is the folder that
    `uses: $/...` starts from."""

    known: Mapping[str, object]
    github: dict[str, object]
    job: dict[str, object]
    hash_files: HashFiles
    action_root: Path
    env: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    paths: list[str] = msgspec.field(default_factory=list[str])
    record: Record = msgspec.field(default_factory=Record)
    status: Result = "success"
    depth: int = 0
    around: Frame | None = None

    @property
    def job_status(self) -> Result:
        """The status of the job, also inside of an action."""
        if self.around is None or self.status == "cancelled":
            return self.status
        return self.around.job_status

    def scope(self, env: Mapping[str, str] = _NO_ENV, secrets: bool = True) -> Scope:
        """What expressions see; `env` is a step's own."""
        contexts: dict[str, object] = {
            **self.known,
            "github": self.github,
            "job": {**self.job, "status": self.job_status},
            "steps": self.record.entries,
            "env": environment(self.env, env),
        }
        if not secrets:
            contexts["secrets"] = _NONE
        return Scope(contexts, self._functions())

    def _functions(self) -> dict[str, Function]:
        functions = status_functions(self.status)
        functions["cancelled"] = lambda _: self.job_status == "cancelled"
        functions["hashfiles"] = self._hash
        return functions

    def _hash(self, args: Sequence[Value]) -> str:
        return self.hash_files([text_of(arg) for arg in args])

    def inner(
        self, known: Mapping[str, object], github: dict[str, object], env: Mapping[str, str]
    ) -> Frame:
        """A frame for the steps of a composite action (`env` is that of the step which uses it):
        what they add stays in it until the action is counted."""
        return msgspec.structs.replace(
            self,
            known={**self.known, **known},
            github=github,
            env={**self.env, **env},
            paths=list(self.paths),
            record=Record(),
            status="success",
            depth=self.depth + 1,
            around=self,
        )

    def search(self, env: Mapping[str, str], base: Mapping[str, str]) -> str:
        """The PATH of a step: what was added, newest first, before what there was."""
        path = env.get("PATH") or self.env.get("PATH") or base.get("PATH", "")
        newest = list(dict.fromkeys(reversed(self.paths)))
        return ":".join((*newest, path))
