r"""Hiding secrets: each one in every form, however they overlap, as one `***`.

    masks = Masks(["s3cret"])
    masks.mask("token=s3cret")              # token=***
    masks.lines(b"token=s3cret\n")          # whole lines of output
    stream = masks.stream()                 # pieces that may end anywhere

Every line of a secret of many lines is a secret, too. `add` is `::add-mask::`; `add_secret` takes a
job's own secrets, without the blanks around them. The empty text hides nothing, and a secret of one
letter hides that letter everywhere: so does GitHub. Masks only ever grow; several threads may use
and add to the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from placid.formats.runnertext.encodings import forms
from placid.formats.runnertext.lines import BLANKS
from placid.formats.runnertext.scanning import Scanner

HIDDEN = b"***"

_NOTHING = Scanner(())


class Masks:
    """The secrets of a job."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: dict[str, None] = {}
        self._forms: dict[bytes, None] = {}
        self._all: tuple[int, Scanner] = (0, _NOTHING)
        self._within: tuple[int, Scanner] = (0, _NOTHING)
        for secret in secrets:
            self.add(secret)

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def add(self, secret: str) -> None:
        """Hide a text, and each of its lines, from now on."""
        for each in (secret, *_lines_of(secret)):
            if each and each not in self._secrets:
                for form in forms(each):
                    self._forms.setdefault(form.encode("utf-8", "surrogatepass"))
                self._secrets.setdefault(each)

    def add_secret(self, secret: str) -> None:
        """Hide a secret of the job, which may have blanks and line ends around it."""
        secret = secret.strip(BLANKS)
        self.add(secret)
        for line in _lines_of(secret):
            self.add(line.strip(BLANKS))

    def mask(self, text: str) -> str:
        """Any text, masked."""
        if not text or not self._forms:
            return text
        data = text.encode("utf-8", "surrogatepass")
        masked = _hidden(data, self._scanner().spans(data))
        return text if masked is data else masked.decode("utf-8", "surrogatepass")

    def lines(self, data: bytes) -> bytes:
        """Whole lines, masked one by one: their number stays. The ends may be "\\n" or "\\r"."""
        return _hidden(data, self._line_scanner().spans(data)) if self._forms else data

    def stream(self) -> Stream:
        """Masks pieces of one line that may be long."""
        return Stream(self)

    def held(self) -> int:
        """How many bytes at the end of a piece may be the beginning of a secret."""
        return max(self._line_scanner().longest - 1, 0) if self._forms else 0

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """What `lines` would hide, from and to."""
        return self._line_scanner().spans(data) if self._forms else []

    def _scanner(self) -> Scanner:
        count, scanner = self._all
        if count != len(self._forms):
            known = tuple(self._forms)
            scanner = Scanner(known)
            self._all = len(known), scanner
        return scanner

    def _line_scanner(self) -> Scanner:
        count, scanner = self._within
        if count != len(self._forms):
            known = tuple(self._forms)
            scanner = Scanner([form for form in known if b"\n" not in form and b"\r" not in form])
            self._within = len(known), scanner
        return scanner


class Stream:
    """One text in pieces: no secret shows, wherever the pieces end."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._tail = b""
        self._hidden = -1  # how much of the tail the last *** hides; -1 when text came after it

    def feed(self, piece: bytes) -> bytes:
        """What is certain by now, masked."""
        data = self._tail + piece
        return self._given(data, len(data) - self._masks.held())

    def close(self) -> bytes:
        """The rest, masked; what comes then is another text."""
        rest = self._given(self._tail, len(self._tail))
        self._tail, self._hidden = b"", -1
        return rest

    def _given(self, data: bytes, cut: int) -> bytes:
        if cut <= 0:
            self._tail = data
            return b""
        out: list[bytes] = []
        joined, at = self._hidden >= 0, max(self._hidden, 0)
        for start, end in self._masks.spans(data):
            if start >= cut:
                break
            if not joined or start > at:
                out += (data[at:start], HIDDEN)
                joined, at = True, end
            at = max(at, end)
        out.append(data[at:cut])
        self._tail = data[cut:]
        self._hidden = at - cut if joined and at >= cut else -1
        return b"".join(out)


def _lines_of(secret: str) -> list[str]:
    return secret.replace("\r", "\n").split("\n")


def _hidden(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    if not spans:
        return data
    out: list[bytes] = []
    at = 0
    for start, end in spans:
        out += (data[at:start], HIDDEN)
        at = end
    out.append(data[at:])
    return b"".join(out)
