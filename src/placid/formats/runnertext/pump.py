r"""The output of a step, from bytes as they come to a log: masked, its commands carried out.

    pump = Pump(commands, log.write)
    pump.feed(piece); ...; pump.close()

`out` gets whole lines, each with its "\n", many at once; what came in bytes stays bytes. As in
GitHub's runner "\n", "\r\n" and a lone "\r" end a line. A run of lines without `::` at the front of
one and without `##[` goes through in one go, unless there are problem matchers to ask. An added
mask holds from the next line on. A line of more than LONGEST bytes is text, and leaves in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from placid.formats.runnertext.commands import Commands
from placid.formats.runnertext.matchers import uncoloured

LONGEST = 1 << 20
_BLANKS = rb"[\t\x0b\x0c ]*"
_OTHER_BLANKS = (
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
)
_COLONS = rb"\n%b(?:(?:%b)%b)*::" % (_BLANKS, _OTHER_BLANKS, _BLANKS)
_HEAD = 1 << 16


class Pump:
    """One step's output. `out` takes masked lines."""

    def __init__(self, commands: Commands, out: Callable[[bytes], None]) -> None:
        self._commands, self._out = commands, out
        self._masks = commands.masks
        self._held: list[bytes] = []  # the beginning of a line
        self._size = 0
        self._returned = False  # the last byte was a "\r"
        self._long = False  # the line is being given away in pieces
        self._stream = commands.masks.stream()

    def feed(self, data: bytes) -> None:
        """Take a piece of output."""
        if self._returned and data:
            self._returned = False
            data = data.removeprefix(b"\n")
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if end:
            self._returned = data[end - 1] == 0x0D and end == len(data)
            self._ended(data[:end])
            data = data[end:]
        if data:
            self._hold(data)

    def close(self) -> None:
        """Take the end of the output; a last line without an end is one, too."""
        if self._held or self._long:
            self._ended(b"\n")

    def say(self, line: str) -> None:
        """A line that is no output, as if the step had written it."""
        self.feed(line.encode("utf-8", "replace") + b"\n")

    def _hold(self, data: bytes) -> None:
        if self._long:
            self._give(self._stream.feed(data))
            return
        self._held.append(data)
        self._size += len(data)
        if self._size > LONGEST and not self._may_be_command():
            self._long = True
            self._give(self._stream.feed(b"".join(self._held)))
            self._held, self._size = [], 0

    def _may_be_command(self) -> bool:
        # What a command is to hide must not leave before it is known whether it is one.
        head = b"".join(self._held)[:_HEAD]
        self._held = [b"".join(self._held)]
        return b"##[" in head or re.match(_COLONS, b"\n" + head) is not None

    def _ended(self, data: bytes) -> None:
        """Take text that ends with the end of a line."""
        if self._held:
            data = b"".join((*self._held, data))
            self._held, self._size = [], 0
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if self._long:
            line, _, data = data.partition(b"\n")
            self._long = False
            self._give(self._stream.feed(line) + self._stream.close() + b"\n")
        if data:
            self._lines(data)

    def _lines(self, data: bytes) -> None:
        at = 0
        for start in _starts(data):
            if self._commands.matchers:
                break
            # What stands before is masked before a command may add a mask.
            self._text(data[at:start])
            end = data.find(b"\n", start)
            lines = self._commands.take(data[start:end].decode("utf-8", "replace"))
            at = start if lines is None else end + 1
            self._said(lines or [])
        if self._commands.matchers:
            self._matched(data[at:])
        else:
            self._text(data[at:])

    def _matched(self, data: bytes) -> None:
        """Line by line, since every one may be a problem."""
        commands, starts, at, end = self._commands, set(_starts(data)), 0, 0
        while end < len(data):
            start, end = end, data.find(b"\n", end) + 1
            line = data[start : end - 1].decode("utf-8", "replace")
            lines: list[str] | None = None
            if start in starts:
                self._text(data[at:start])
                at = start
                lines = commands.take(line)
            lines = self._problem(line) if lines is None else lines
            if lines is not None:
                self._text(data[at:start])
                self._said(lines)
                at = end
        self._text(data[at:])

    def _problem(self, line: str) -> list[str] | None:
        note = self._commands.matchers.note(line, self._commands.options.file_of)
        return self._commands.annotate(note, uncoloured(line)) if note else None

    def _text(self, data: bytes) -> None:
        if data:
            self._out(self._masks.lines(data))

    def _said(self, lines: list[str]) -> None:
        if lines:
            text = "\n".join(lines) + "\n"
            self._text(text.encode("utf-8", "replace"))

    def _give(self, data: bytes) -> None:
        if data:
            self._out(data)


def _starts(data: bytes) -> list[int]:
    """Where the lines begin that may be commands."""
    starts = set[int]()
    if b"::" in data:
        starts.update(found.start() for found in re.finditer(_COLONS, b"\n" + data))
    at = data.find(b"##[")
    while at >= 0:
        starts.add(data.rfind(b"\n", 0, at) + 1)
        at = data.find(b"##[", data.find(b"\n", at))
    return sorted(starts)
