"""The few moves every rollout is made of, and the registry of strategies that compose them.

Steps are stored in the first fact of a rollout, so that a change of the configuration in the middle
of one does not change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from placid.base.registry import Registry


class Scale(msgspec.Struct, frozen=True, tag="scale", tag_field="step"):
    """Run `copies` of one side and wait until that many are ready (or, going down, are gone)."""

    copies: int
    which: Literal["new", "old"] = "new"


class Shift(msgspec.Struct, frozen=True, tag="shift", tag_field="step"):
    """Send `percent` (0 to 100) of the traffic to the new release."""

    percent: float


class Judge(msgspec.Struct, frozen=True, tag="judge", tag_field="step"):
    """Watch for `seconds`; go on only if the new release is not found worse."""

    seconds: float


class Approve(msgspec.Struct, frozen=True, tag="approve", tag_field="step"):
    """Wait until a person says go."""

    reason: str = "a person must approve"


class Preview(msgspec.Struct, frozen=True, tag="preview", tag_field="step"):
    """Serve the new release on the preview port."""


Step = Scale | Shift | Judge | Approve | Preview


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every strategy's own `Spec` extends: its section in placid.yaml."""


class Strategy(msgspec.Struct, frozen=True):
    """A strategy: its `Spec` (the section in placid.yaml), and the steps it lists.

    `plan(spec, copies)` yields the steps for `copies` copies, and ends with all traffic judged.
    """

    spec: type[Spec]
    plan: Callable[[Spec, int], Iterator[Step]]


strategies: Registry[Strategy] = Registry("strategy")
