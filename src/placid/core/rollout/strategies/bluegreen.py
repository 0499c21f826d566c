"""The new release starts at full size beside the old one, is looked at, then takes all traffic.

Why: one instant switch, and an instant way back while the old one is kept running.
Bad: needs twice the room; a fault that only traffic shows is met by every user at once.
Good: `strategy: {blue-green: {bake: 1m}}` with `preview: 127.0.0.1:8081`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.units import Seconds
from placid.core.rollout.steps import (
    Approve,
    Judge,
    Preview,
    Scale,
    Shift,
    Step,
    Strategy,
    strategies,
)
from placid.core.rollout.steps import Spec as AnySpec


class Spec(AnySpec, frozen=True, forbid_unknown_fields=True):
    """before: watched unseen before the switch; bake: after it; approve: ask before the switch."""

    before: Seconds = 0.0
    bake: Seconds = 60.0
    approve: bool = False


def plan(spec: AnySpec, copies: int) -> Iterator[Step]:
    """Full size, preview, switch, watch."""
    assert isinstance(spec, Spec)
    yield Scale(copies)
    yield Preview()
    if spec.before:
        yield Judge(spec.before)
    if spec.approve:
        yield Approve("the new release waits on the preview port")
    yield Shift(100.0)
    yield Judge(spec.bake)


strategies.add("blue-green")(Strategy(Spec, plan))
