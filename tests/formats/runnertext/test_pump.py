"""From bytes to a log: nothing lost, nothing shown, and pieces make no difference."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.formats.runnertext import Commands, Masks, Matchers, Options, Pump
from placid.formats.runnertext.matcherfiles import Matcher, read_matchers
from placid.formats.runnertext.pump import LONGEST

FILE = '{"problemMatcher": [{"owner": "m", "pattern": [{"regexp": "^E (.+)$", "message": 1}]}]}'
MATCHERS = read_matchers(FILE)


def _file(path: str) -> str:
    return FILE


class Log:
    """A pump and what came out of it."""

    def __init__(self, *secrets: str, matchers: tuple[Matcher, ...] = ()) -> None:
        self.out: list[bytes] = []
        options = Options(read=_file)
        self.commands = Commands(Masks(secrets), Matchers(matchers), options)
        self.pump = Pump(self.commands, self.out.append)

    def take(self, *pieces: bytes) -> bytes:
        for piece in pieces:
            self.pump.feed(piece)
        self.pump.close()
        return b"".join(self.out)


ATOMS = [
    b"\n",
    b"\r",
    b"\r\n",
    b"::",
    b"::error::m",
    b"\n::add-mask::abc\n",
    b"\n::add-matcher::x\n",
    b"\n::stop-commands::tok\n",
    b"\n  ::tok::\n",
    b"##[group]g",
    b"\nE problem\n",
    b"abc",
    b"s3cret",
    b" ",
    b"x",
    "\xa0é".encode(),
    b"\xff\x00",
]
outputs = st.lists(st.sampled_from(ATOMS), max_size=25).map(b"".join)


@settings(deadline=None)
@given(outputs, st.lists(st.integers(0, 300), max_size=10), st.booleans())
def test_pieces_make_no_difference(data: bytes, cuts: list[int], matched: bool) -> None:
    matchers = MATCHERS if matched else ()
    whole, by_byte, by_piece = (Log("s3cret", matchers=matchers) for _ in range(3))
    want = whole.take(data)
    places = sorted({0, *(cut % (len(data) + 1) for cut in cuts), len(data)})
    parts = [data[a:b] for a, b in pairwise(places)]
    assert by_piece.take(*parts) == want
    assert by_byte.take(*(bytes([byte]) for byte in data)) == want
    for other in (by_byte, by_piece):
        assert other.commands.notes.kept == whole.commands.notes.kept
        assert other.commands.failed == whole.commands.failed
    assert b"s3cret" not in want
    assert not want or want.endswith(b"\n")


@settings(deadline=None)
@given(outputs)
def test_every_line_arrives(data: bytes) -> None:
    data = data.replace(b"##[", b"").replace(b"::", b"")
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    want = text if text.endswith(b"\n") or not text else text + b"\n"
    assert Log().take(data) == want


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20)))
def test_bytes_stay_bytes(parts: list[bytes]) -> None:
    data = b"".join(parts).replace(b"\r", b"").replace(b"::", b"").replace(b"##[", b"")
    assert Log("never there").take(data).removesuffix(b"\n") == data.removesuffix(b"\n")


@pytest.mark.parametrize(
    ("data", "log"),
    [
        (b"", b""),
        (b"\n", b"\n"),
        (b"a", b"a\n"),
        (b"10%\r20%\r30%", b"10%\n20%\n30%\n"),
        (b"a\r\n\r\nb\r", b"a\n\nb\n"),
        (b"x\r::error::y\rz", b"x\n##[error]y\nz\n"),
        (b"a\n::debug::b\nc\n", b"a\nc\n"),
        (b"\t \xc2\xa0\xe2\x80\x83::error::y\n", b"##[error]y\n"),
        (b"\xff::error::y\n", b"\xff::error::y\n"),
        (b"a::b ##[warning]y\n", b"##[warning]y\n"),
        (b"a.py::test\n::unknown::\n##[section]x\n", b"a.py::test\n::unknown::\n##[section]x\n"),
        (b"::error::\xff", b"##[error]\xef\xbf\xbd\n"),
        (b"::notice::two%0Alines", b"##[notice]two\nlines\n"),
        (b"::group::s3cret\n", b"##[group]***\n"),
        (b"E no matcher\n", b"E no matcher\n"),
        (b"E a\n::add-matcher::x\nE b\n\x1b[1mE c\x1b[m\n", b"E a\n##[error]E b\n##[error]E c\n"),
        (b"s3cret\nabc\n::add-mask::abc\nabc\n", b"***\nabc\n***\n"),
        (b"::add-matcher::x\nabc\n::add-mask::abc\nE abc\n", b"abc\n##[error]E ***\n"),
        (b"::stop-commands::t\n::error::x\n::t::\n", b"::stop-commands::t\n::error::x\n::t::\n"),
    ],
)
def test_logs(data: bytes, log: bytes) -> None:
    assert Log("s3cret").take(data) == log


def test_problems_are_annotations() -> None:
    log = Log("s3cret", matchers=MATCHERS)
    assert log.take(b"fine\nE it is s3cret\n") == b"fine\n##[error]E it is ***\n"
    assert [note.message for note in log.commands.notes.kept] == ["it is ***"]


def test_a_pending_line_waits_for_its_end() -> None:
    log = Log("s3cret")
    log.pump.feed(b"a\nb")
    assert log.out == [b"a\n"]
    log.pump.feed(b"")
    log.pump.feed(b"c\r")
    assert log.out[1:] == [b"bc\n"]
    log.pump.feed(b"\nd\n")
    assert log.out[2:] == [b"d\n"]
    log.pump.close()
    log.pump.close()
    assert len(log.out) == 3


def test_something_said_is_a_line() -> None:
    log = Log("s3cret")
    log.pump.say("::error::s3cret")
    log.pump.say("fine")
    assert log.take() == b"##[error]***\nfine\n"


@pytest.mark.parametrize("secret", ["s3cret", "x", "xx"])
@pytest.mark.parametrize("matched", [False, True])
def test_a_very_long_line_leaves_in_pieces(secret: str, matched: bool) -> None:
    log = Log(secret, matchers=MATCHERS if matched else ())
    line = (b"y" * 99_997 + b"s3cret xxx") * 12
    pieces = [line[at : at + 65536] for at in range(0, len(line), 65536)]
    out = log.take(b"a\n", *pieces, b"s3c", b"ret\nE b ##[error]c\n")
    want = log.commands.masks.mask((line + b"s3cret").decode()).encode()
    assert out == b"a\n" + want + b"\n##[error]c\n"
    assert len(log.out) > 3 or secret != "s3cret"


@pytest.mark.parametrize("command", [b" ::add-mask::", b"x ##[add-mask]"])
def test_a_very_long_command_is_one(command: bytes) -> None:
    log = Log()
    secret = b"0123456789" * (LONGEST // 10 + 1)
    assert log.take(command + secret, b"ab\n", b"a" + secret + b"ab\n") == b"a***\n"
