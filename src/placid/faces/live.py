"""Narration that suits where it goes: a line that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TextIO

from placid.core.rollout.machine import Seen
from placid.core.rollout.state import State
from placid.core.rollout.steps import Judge


def stamped(say: Callable[[str], None]) -> Callable[[str], None]:
    """The same narration with the time in front."""
    return lambda text: say(f"{datetime.now(UTC):%H:%M:%S} {text}")


class Screen:
    """Says lines; on a terminal the last line shows the rollout as it moves."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.moving = out, out.isatty()
        self._line = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wipe()
        self.out.flush()

    def say(self, text: str) -> None:
        """One line of the story."""
        self._wipe()
        print(text, file=self.out, flush=True)
        self._draw()

    def watch(self, state: State, seen: Seen) -> None:
        """One look at a rollout: redraw the moving line."""
        if self.moving:
            self._wipe()
            self._line = moving_line(state, seen, datetime.now(UTC))
            self._draw()

    def _wipe(self) -> None:
        if self._line:
            self.out.write("\r\x1b[2K")

    def _draw(self) -> None:
        if self._line:
            self.out.write(self._line[:118])
            self.out.flush()


def moving_line(state: State, seen: Seen, now: datetime) -> str:
    """Step, weights, requests, errors, e-value and time left, on one line."""
    if state.opened is None or state.ended is not None:
        return ""
    new = state.opened.release.id
    share = seen.world.split.weights.get(new, 0.0)
    steps = state.opened.steps
    left = ""
    if state.index < len(steps) and state.started:
        step = steps[state.index]
        if isinstance(step, Judge):
            rest = step.seconds - (now - state.started).total_seconds()
            left = f"  {max(0, rest):.0f} s left"
    verdict = seen.verdict
    errors = verdict.numbers.get("errors.canary", 0.0)
    word = "going back" if state.going_back else f"step {min(state.index + 1, len(steps))}"
    return (
        f"  [{word}/{len(steps)}] {new}  {share:g} % of traffic  {verdict.requests} requests"
        f"  errors {errors:.2%}  e = {verdict.evidence:.3g}{left}"
    )
