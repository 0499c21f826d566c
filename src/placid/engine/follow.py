"""Following a branch: one cheap look at its tip every few seconds, or at once when nudged."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from placid.base.errors import Problem
from placid.core.rollout.environment import HeadSeen
from placid.engine.loop import Nudge
from placid.ports import Repository


class Follower:
    """Knows where the branch stands. `moved` is called when it moved; `trouble` hears why not."""

    def __init__(
        self,
        repository: Repository,
        poll: float,
        moved: Callable[[], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._repository, self._poll = repository, poll
        self._moved, self._trouble = moved, trouble
        self._said = ""
        self.head = HeadSeen()
        self.nudge = Nudge()

    async def now(self) -> HeadSeen:
        """The last known head."""
        return self.head

    async def follow(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
                self._said = ""
            except Problem as problem:
                self._say(problem.what)
            with anyio.move_on_after(self._poll):
                await self.nudge.wait()

    async def look(self) -> None:
        """One look; fetches and describes the new head when the tip has moved."""
        tip = await self._repository.tip()
        if not tip:
            return self._say("the branch is gone, or has no commit yet; what serves stays")
        if tip == self.head.commit:
            return None
        head = await self._repository.head(tip)
        forced, skipped = False, tuple[str, ...]()
        if self.head.commit:
            between = await self._repository.between(self.head.commit, tip)
            forced, skipped = between.forced, between.skipped
        self.head = HeadSeen(tip, head.tree, head.subject, skipped, forced)
        self._moved()

    def _say(self, what: str) -> None:
        if what != self._said:
            self._said = what
            self._trouble(what)
