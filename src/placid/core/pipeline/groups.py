"""A concurrency group: who runs in it, who waits, and who gave way to a newer one.

One member runs and at most one waits. Whoever joins takes the place of the one that waits; when it
cancels what is in progress, the one that runs is told to stop and it waits for that to end. A
member whose process is gone has left. The stream of a group is `group/<app>/<name>`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec


class GroupFact(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What every fact of a group extends. `member` is "<run>/<leg>", or "<run>" for a whole run."""


class Joined(GroupFact, frozen=True, tag="joined"):
    """Somebody wants to run; `holder` names its process."""

    member: str
    holder: str
    at: datetime
    cancels: bool = False


class Left(GroupFact, frozen=True, tag="left"):
    """Somebody is done, or no longer wants to run."""

    member: str
    at: datetime


GroupEvent = Joined | Left


class Group(msgspec.Struct):
    """Where a group stands; members in the order they came."""

    members: list[Joined] = msgspec.field(default_factory=list[Joined])

    def add(self, facts: Iterable[GroupEvent]) -> None:
        """Take more facts in."""
        for fact in facts:
            self.members = [each for each in self.members if each.member != fact.member]
            if isinstance(fact, Joined):
                self.members.append(fact)

    def standing(self, member: str, alive: Callable[[str], bool]) -> str:
        """ "held" when it may run, "" while it waits, else why it must not run (any longer)."""
        present = [each for each in self.members if each.member == member or alive(each.holder)]
        place = next((n for n, each in enumerate(present) if each.member == member), None)
        if place is None:
            return "it is no longer in its concurrency group"
        newer = present[place + 1 :]
        if place == 0:
            first = next((each for each in newer if each.cancels), None)
            return "held" if first is None else f"{_said(first)} cancels what is in progress"
        if newer:
            return f"{_said(newer[-1])} took its place in the concurrency group"
        return ""


def _said(member: Joined) -> str:
    return f"the newer run {member.member.partition('/')[0]}"
