"""Which webhook deliveries were received before, for ever: facts in the stream `webhook/<app>`.

A push has several keys (its delivery id, the digest of its body); one that is known makes the whole
push a replay. Two agents that receive it at once race on the append, and one of them wins.
"""

from __future__ import annotations

import msgspec

from placid.base.errors import Conflict
from placid.ports import Store


class Delivered(msgspec.Struct, frozen=True, tag="delivered", tag_field="fact"):
    """A push was received: the keys that it is known by, and what it was about."""

    keys: tuple[str, ...]
    provider: str = ""
    repository: str = ""
    branch: str = ""
    commit: str = ""


class Deliveries:
    """The deliveries of one app, remembered in the ledger."""

    def __init__(self, store: Store, app: str) -> None:
        self.store, self.stream = store, f"webhook/{app}"
        self._seen: set[str] = set()
        self._end = 0

    async def first(self, delivered: Delivered) -> bool:
        """Remember a delivery; False when one of its keys was seen before."""
        while True:
            await self._read()
            if self._seen.intersection(delivered.keys):
                return False
            try:
                await self.store.append(self.stream, self._end, [msgspec.json.encode(delivered)])
            except Conflict:
                continue
            return True

    async def _read(self) -> None:
        for row in await self.store.read(self.stream, self._end):
            self._seen.update(msgspec.json.decode(row.data, type=Delivered).keys)
            self._end = row.seq
