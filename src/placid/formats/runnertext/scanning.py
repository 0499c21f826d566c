"""Finding many needles in a lot of text fast: every occurrence of each, however they overlap.

Every needle gets an anchor: one of few bytes that are rare in logs, chosen so that together they
meet all needles, and the two bytes after it. One `bytes.translate` marks the anchors in the text
(a regular expression of them is ten times slower), `split` at the marks gives their places, and a
table says which needles have such an anchor, and at what offset. So a needle that is not there
costs next to nothing, and none is ever missed, since none is without its anchor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate

_GRAM = 3
_FAR = 200
# From common to rare in a mix of logs, listings and code; what is not here is rarer.
_COMMON = (
    b" etoarsnild-c.p210u/\nmb4g:f3h_\"A5yw6,98()k+v7x=ICEjSBRzPDNqMT>[]L}{FU@*O\rG<H;K|JW`V'\t"
    b"\\Y&Q!%Z#?X~$^"
)
_COST = [0.2] * 256
for _rank, _byte in enumerate(_COMMON):
    _COST[_byte] += 100 * 0.931**_rank  # about so many of a thousand bytes
_MARK = b"\1"


class Scanner:
    """Finds needles, none of them empty."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        known = list(dict.fromkeys(needles))
        self.longest = max(map(len, known), default=0)
        self._places: dict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
        anchors = _anchors(known)
        for needle in known:
            at = _anchor_of(needle, anchors)
            self._places[needle[at : at + _GRAM]].append((needle, at))
        self._sizes = sorted({len(gram) for gram in self._places})
        self._marks = bytes(b"x\n"[byte in anchors] for byte in range(256))

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Where needles are, from and to, in order; those that touch or overlap are one."""
        cover: bytearray | None = None  # a mark for each byte of a needle
        places = self._places
        for size in self._sizes:
            for at in self._candidates(data, size):
                for needle, offset in places[data[at : at + size]]:
                    start = at - offset
                    if start >= 0 and data.startswith(needle, start):
                        if cover is None:
                            cover = bytearray(len(data))
                        cover[start : start + len(needle)] = _MARK * len(needle)
        return _runs(cover) if cover else []

    def _candidates(self, data: bytes, size: int) -> list[int]:
        places, size = self._places, size - 1
        pieces = data.translate(self._marks).splitlines(keepends=True)
        ends = accumulate(map(len, pieces))  # behind each anchor; the last may be none
        return [end - 1 for end in ends if data[end - 1 : end + size] in places]


def _runs(cover: bytearray) -> list[tuple[int, int]]:
    found = list[tuple[int, int]]()
    start = cover.find(_MARK)
    while start >= 0:
        end = cover.find(b"\0", start)
        end = len(cover) if end < 0 else end
        found.append((start, end))
        start = cover.find(_MARK, end)
    return found


def _room(needle: bytes) -> int:
    """Before where the anchor of a needle may be."""
    return min(max(len(needle) - _GRAM + 1, 1), _FAR)


def _anchors(needles: list[bytes]) -> dict[int, int]:
    """Bytes that meet all needles, each with its turn: rare ones that meet many come first."""
    meets: dict[int, int] = defaultdict(int)  # by byte, a bit for each needle
    for index, needle in enumerate(needles):
        bit = 1 << index
        for byte in set(needle[: _room(needle)]):
            meets[byte] |= bit
    missed = (1 << len(needles)) - 1
    chosen: dict[int, int] = {}
    while missed:
        best = max(meets, key=lambda byte: (meets[byte] & missed).bit_count() / _COST[byte])
        chosen[best] = len(chosen)
        missed &= ~meets.pop(best)
    return chosen


def _anchor_of(needle: bytes, anchors: dict[int, int]) -> int:
    """The offset of a needle's anchor; of several places the one with the rarest bytes after it."""
    room = _room(needle)
    first = min(anchors.keys() & set(needle[:room]), key=anchors.__getitem__)
    places = [at for at in range(room) if needle[at] == first]
    return min(places, key=lambda at: sum(_COST[byte] for byte in needle[at + 1 : at + _GRAM]))
