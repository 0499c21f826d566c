"""Copies of the new release take the place of the old ones, a few at a time.

Why: needs no more room than one extra copy; every request sees one of two releases.
Bad: for a change that must be all or nothing, use blue-green; to judge on little traffic, canary.
Good: `strategy: {rolling: {surge: 1, unavailable: 0, bake: 10s}}`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from placid.base.units import Seconds
from placid.core.rollout.steps import Judge, Scale, Shift, Step, Strategy, strategies
from placid.core.rollout.steps import Spec as AnySpec


class Spec(AnySpec, frozen=True, forbid_unknown_fields=True):
    """surge: copies above the wanted number; unavailable: below it; bake: watched after each."""

    surge: Annotated[int, msgspec.Meta(ge=0)] = 1
    unavailable: Annotated[int, msgspec.Meta(ge=0)] = 0
    bake: Seconds = 10.0


def plan(spec: AnySpec, copies: int) -> Iterator[Step]:
    """Steps that keep copies - unavailable <= serving <= copies + surge."""
    assert isinstance(spec, Spec)
    surge, unavailable = spec.surge, min(spec.unavailable, copies)
    if surge + unavailable < 1:
        surge = 1
    new, old = 0, copies
    while new < copies:
        leave = max(0, copies - unavailable - new)
        if leave < old:
            old = leave
            yield Scale(old, "old")
        new = min(copies, max(new + 1, copies + surge - old))
        yield Scale(new)
        yield Shift(100.0 * new / copies)
        yield Judge(spec.bake)
    yield Scale(0, "old")


strategies.add("rolling")(Strategy(Spec, plan))
