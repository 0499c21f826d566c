"""Our places in concurrency groups, across all processes that share the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from placid.base.errors import Conflict
from placid.core.pipeline.groups import Group, GroupEvent, Joined, Left
from placid.ports.pipeline import Book

_decoder = msgspec.json.Decoder(GroupEvent)


class _Place(msgspec.Struct):
    group: str
    stands: Group = msgspec.field(default_factory=Group)
    seq: int = 0


class Groups(msgspec.Struct):
    """The groups of one run. `holder` names this process, `alive` tells whether another one is;
    `shown` takes secrets out of names."""

    book: Book
    app: str
    run: int
    holder: str
    alive: Callable[[str], bool]
    now: Callable[[], datetime]
    shown: Callable[[str], str] = str
    _places: dict[str, _Place] = msgspec.field(default_factory=dict[str, _Place])

    def join(self, group: str, leg: str, cancels: bool) -> None:
        """Stand in a group's queue for a leg ("": for the whole run)."""
        place = self._places[leg] = _Place(self.shown(group))
        self._tell(place, Joined(self._member(leg), self.holder, self.now(), cancels))

    def leave(self, leg: str) -> None:
        """Give the place of a leg up, when it has one."""
        place = self._places.pop(leg, None)
        if place is not None:
            self._tell(place, Left(self._member(leg), self.now()))

    def leave_done(self, done: Callable[[str], bool]) -> None:
        """Give the places of all legs up that are over."""
        for leg in [leg for leg in self._places if leg and done(leg)]:
            self.leave(leg)

    def look(self) -> dict[str, str]:
        """How each of our legs stands, see core.pipeline.groups."""
        found: dict[str, str] = {}
        for leg, place in self._places.items():
            self._read(place)
            found[leg] = place.stands.standing(self._member(leg), self.alive)
        return found

    def _member(self, leg: str) -> str:
        return f"{self.run}/{self.shown(leg)}" if leg else str(self.run)

    def _stream(self, place: _Place) -> str:
        return f"group/{self.app}/{place.group.lower()}"

    def _read(self, place: _Place) -> None:
        rows = self.book.read(self._stream(place), place.seq)
        place.stands.add(_decoder.decode(row.data) for row in rows)
        place.seq += len(rows)

    def _tell(self, place: _Place, fact: GroupEvent) -> None:
        while True:
            self._read(place)
            try:
                self.book.append(self._stream(place), place.seq, [msgspec.json.encode(fact)])
            except Conflict:
                continue
            self._read(place)
            return
