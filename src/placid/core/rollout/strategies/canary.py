"""A growing share of the traffic goes to the new release, and each share is judged.

Why: a fault meets few users, and the share it met is the evidence that takes it back.
Bad: without traffic there is nothing to judge; the report then says "unproven".
Good: `strategy: {canary: {steps: [1%, 10%, 50%], bake: 2m}}`
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from placid.base.units import Percent, Seconds
from placid.core.rollout.steps import Approve, Judge, Scale, Shift, Step, Strategy, strategies
from placid.core.rollout.steps import Spec as AnySpec


class Spec(AnySpec, frozen=True, forbid_unknown_fields=True):
    """steps: shares of the traffic; bake: watched at each; approve: ask after the first."""

    steps: tuple[Percent, ...] = (1.0, 10.0, 50.0)
    bake: Seconds = 120.0
    approve: bool = False


def plan(spec: AnySpec, copies: int) -> Iterator[Step]:
    """Each share in turn, then everything; copies grow with the share."""
    assert isinstance(spec, Spec)
    for number, share in enumerate(spec.steps):
        yield Scale(max(1, math.ceil(copies * share / 100)))
        yield Shift(share)
        yield Judge(spec.bake)
        if spec.approve and number == 0:
            yield Approve(f"the canary has served {share:g} % of the traffic")
    yield Scale(copies)
    yield Shift(100.0)
    yield Judge(spec.bake)


strategies.add("canary")(Strategy(Spec, plan))
