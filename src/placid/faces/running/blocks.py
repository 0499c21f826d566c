"""Keeps the lines of jobs that run at once apart, and lets them out in an order one can read.

The leg that began first comes out as it goes, step by step; of steps that run at once (background
steps) the one that began first, the others when they are over. The other legs wait until they have
ended, and then come out whole, as soon as the step that is coming out now is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

Key = tuple[str, str, int]
"""Of a step: leg, phase, index."""


class Block:
    """A step's lines that are not out yet.

    began, over  whether it started and ended; opened: how its heading came out, "" when not yet
    tail         its last lines; dropped: how many of `lines` are lost
    """

    __slots__ = ("began", "dropped", "key", "lines", "opened", "over", "tail")

    def __init__(self, key: Key, most: int | None, tail: int) -> None:
        self.key = key
        self.began = self.over = False
        self.opened = ""
        self.lines: deque[str] = deque(maxlen=most)
        self.tail: deque[str] = deque(maxlen=tail)
        self.dropped = 0

    def add(self, line: str, *, last: bool = True) -> None:
        """One more line; `last`: it counts among the last ones that are kept."""
        if len(self.lines) == self.lines.maxlen:
            self.dropped += 1
        self.lines.append(line)
        if last:
            self.tail.append(line)

    def extend(self, lines: Sequence[str], *, last: bool = True) -> None:
        """Many more lines."""
        if self.lines.maxlen is not None:
            self.dropped += max(0, len(self.lines) + len(lines) - self.lines.maxlen)
        self.lines.extend(lines)
        if last:
            self.tail.extend(lines)


class Blocks:
    """The blocks of all legs.

    streaming  whether a block may come out before it is over
    most       how many lines of a block are kept, None for all
    """

    def __init__(self, streaming: bool = True, most: int | None = None, tail: int = 15) -> None:
        self._streaming, self._most, self._tail = streaming, most, tail
        self._legs: dict[str, dict[Key, Block]] = {}
        self._ended: dict[str, None] = {}
        self._held: Block | None = None

    def begin(self, leg: str) -> None:
        """A leg began: the first that did comes out first."""
        self._legs.setdefault(leg, {})

    def at(self, key: Key) -> Block:
        """A step's block; a new one when what there was is out already."""
        blocks = self._legs.setdefault(key[0], {})
        if key not in blocks:
            blocks[key] = Block(key, self._most, self._tail)
        return blocks[key]

    def end(self, leg: str) -> None:
        """A leg is over: it may come out as a whole."""
        for block in self._legs.setdefault(leg, {}).values():
            block.over = True
        self._ended[leg] = None

    def end_all(self) -> None:
        """The run is over."""
        for leg in list(self._legs):
            self.end(leg)

    def next(self) -> Block | str | None:
        """What comes out now: a block, or the name of a leg of which all is out; None to wait.

        A block that is not over comes again, and nothing else, until it is `done`.
        """
        if self._held is not None:
            return self._held
        for leg in self._ended:
            for block in self._legs[leg].values():
                return block
            del self._ended[leg], self._legs[leg]
            return leg
        for blocks in self._legs.values():
            self._held = self._of_running(blocks)
            return self._held
        return None

    def _of_running(self, blocks: dict[Key, Block]) -> Block | None:
        """Of the first leg: what is over, else what began first."""
        over = (block for block in blocks.values() if block.over)
        begun = (block for block in blocks.values() if block.began and self._streaming)
        return next(over, None) or next(begun, None)

    def done(self, block: Block) -> None:
        """A block is out."""
        if self._held is block:
            self._held = None
        self._legs[block.key[0]].pop(block.key, None)
