"""What a step did: how it ended, and what it changes for the steps after it once it is counted."""

from __future__ import annotations

import msgspec

from placid.core.pipeline.facts import Annotation, Result


class Effects(msgspec.Struct):
    """How a step ended. `env` and `paths` in the order they were written."""

    result: Result = "success"
    why: str = ""
    outputs: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    env: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    paths: list[str] = msgspec.field(default_factory=list[str])
    state: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    differs: list[str] = msgspec.field(default_factory=list[str])
    annotations: list[Annotation] = msgspec.field(default_factory=list[Annotation])
    summary: str = ""

    def fail(self, why: str) -> Effects:
        """The same as a failure; the first reason stays."""
        if self.result == "success":
            self.result, self.why = "failure", why
        return self

    def absorb(self, inner: Effects) -> None:
        """Take in what a step inside of this one changes outside of it."""
        self.env.update(inner.env)
        self.paths += inner.paths
        self.differs += inner.differs
        self.annotations += inner.annotations
        self.summary += inner.summary
