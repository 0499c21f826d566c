"""No secret shows, in no form, wherever the pieces of a text end."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
import subprocess
import urllib.parse
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.formats.runnertext import Masks
from placid.formats.runnertext.encodings import forms
from placid.formats.runnertext.scanning import Scanner

# Long enough that no form is one of those that are too short to be hidden by GitHub.
secrets = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=9, max_size=80
).filter(lambda text: text.strip() == text)
printable = st.characters(min_codepoint=33, max_codepoint=126) | st.sampled_from("é€ß \t")
plain = st.text("abXYZ09 =:\"'\n", max_size=20)


def official(secrets_: list[str], line: str) -> str:
    """What the runner does, said slowly: every place of every form, merged."""
    places = sorted(
        (at, at + len(form))
        for secret in secrets_
        for each in (secret, *re.split("[\r\n]", secret))
        if each
        for form in forms(each)
        for at in range(len(line))
        if line.startswith(form, at)
    )
    out, at, hidden = "", 0, -1
    for start, end in places:
        if start > hidden:
            out += line[at:start] + "***"
        hidden = max(hidden, end)
        at = hidden
    return out + line[at:]


ENCODERS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "json": lambda s: json.dumps(s)[1:-1],
    "json, not ascii": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "uri": lambda s: urllib.parse.quote(s, safe=""),
    "path": urllib.parse.quote,
    "query": urllib.parse.quote_plus,
    "component": lambda s: urllib.parse.quote(s, safe="!*'()"),
    "html": html.escape,
    "xml text": lambda s: html.escape(s, quote=False),
    "base64": lambda s: base64.b64encode(s.encode()).decode().rstrip("="),
    "shlex": lambda s: shlex.quote(s).removeprefix("'").removesuffix("'"),
    "single quoted": lambda s: s.replace("'", "'\\''"),
    "double quoted": lambda s: re.sub(r'(["\\$`])', r"\\\1", s),
    "expression": lambda s: s.replace("'", "''"),
    "argument": lambda s: s.replace('"', '\\"'),
    "python": lambda s: s.replace("\\", "\\\\").replace("'", "\\'"),
}


@pytest.mark.parametrize("form", ENCODERS)
@settings(deadline=None)
@given(secret=secrets, before=plain, after=plain)
def test_every_form_is_hidden(form: str, secret: str, before: str, after: str) -> None:
    text = before + ENCODERS[form](secret) + after
    masked = Masks([secret]).mask(text)
    assert "***" in masked
    assert ENCODERS[form](secret) not in masked.replace("***", "") or masked == "***"


@settings(deadline=None)
@given(secrets, st.binary(max_size=7), st.binary(max_size=7), st.booleans())
def test_base64_is_hidden_wherever_the_secret_stands(
    secret: str, before: bytes, after: bytes, url: bool
) -> None:
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    masked = Masks([secret]).mask(encode(before + secret.encode() + after).decode())
    shown, _, rest = masked.partition("***")
    assert _ == "***"
    # At most the characters that mix the secret with its neighbours are left.
    assert len(shown) <= 4 * (len(before) // 3 + 1)
    assert len(rest) <= 4 * (len(after) // 3 + 1) + 3


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(printable, min_size=9, max_size=20), max_size=3))
def test_what_bash_quotes_is_hidden(given_secrets: list[str]) -> None:
    script = 'for s in "$@"; do printf "%q\\n%s\\n" "$s" "${s@Q}"; done'
    argv = ["bash", "--norc", "-c", script, "bash", *given_secrets]
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    out = subprocess.run(argv, check=True, capture_output=True, env=env).stdout.decode()
    masks = Masks(given_secrets)
    for line in out.splitlines():
        assert masks.mask(line).strip("'$") == "***", line


@settings(deadline=None)
@given(
    st.lists(st.text("ab&+\"'é", max_size=4), max_size=4),
    st.text("ab&+\"'éQ=YW%", max_size=40),
)
def test_masking_is_the_runners(given_secrets: list[str], line: str) -> None:
    assert Masks(given_secrets).mask(line) == official(given_secrets, line)


@pytest.mark.parametrize(
    ("given_secrets", "line", "masked"),
    [
        ([], "a", "a"),
        ([""], "a", "a"),
        (["a"], "", ""),
        (["a"], "banana", "b***n***n***"),
        (["aa"], "aaaa b aa", "*** b ***"),
        (["abc", "bcd"], "xabcdx", "x***x"),
        (["abc", "def"], "abcdefabc", "***"),
        (["abc", "def"], "abc def", "*** ***"),
        (["Abc"], "abc ABC", "abc ABC"),
        (["a b"], "a b\na  b", "***\na  b"),
        (["a\nb"], "a\nb|ab", "***|***"),
        (["one\r\n\ntwo"], "two one", "*** ***"),
        (["***"], "a***b", "a***b"),
        (['"quoted 1"'], "quoted 1", "***"),
        (['"quoted"'], "quoted", "quoted"),
        (["first&second"], "first& x second", "*** x ***"),
        (["a&second"], "a& x second", "a& x ***"),
        (["first&+xsecond"], "first&+ x second", "*** x ***"),
        (["pässword"], "p%C3%A4ssword p\\u00e4ssword", "*** ***"),
        (["Ab1"], "QWIx YjE= MQ==", "*** *** ***"),
        (["Ab1"], "QWI YjE MQ", "QWI YjE MQ"),
        (["\u2028x\x01"], "\\u2028x\\u0001", "***"),
    ],
)
def test_examples(given_secrets: list[str], line: str, masked: str) -> None:
    assert Masks(given_secrets).mask(line) == masked


def test_secrets_of_a_job_lose_the_blanks_around_them() -> None:
    masks = Masks()
    masks.add_secret("  one\n   two  \n\n")
    assert masks.mask("|one| two|  two  ") == "|***| ***|  ***  "
    masks.add_secret(" \n")
    assert masks.mask("a b\n") == "a b\n"


@settings(deadline=None)
@given(st.lists(secrets | st.text("ab\n", max_size=5), max_size=4), st.text("ab\n", max_size=30))
def test_lines_keep_their_ends(given_secrets: list[str], text: str) -> None:
    masks = Masks(given_secrets)
    masked = masks.lines(text.encode()).decode().split("\n")
    assert masked == [official_line(masks, line) for line in text.split("\n")]


def official_line(masks: Masks, line: str) -> str:
    return masks.mask(line)


def pieces(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    at = 0
    for cut in sorted(cut % (len(data) + 1) for cut in cuts):
        yield data[at:cut]
        at = cut
    yield data[at:]


@settings(deadline=None)
@given(
    st.lists(st.text("abc'&", min_size=1, max_size=5), max_size=4),
    st.text("abc'&\"\\", max_size=40),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_pieces_make_no_difference(given_secrets: list[str], line: str, cuts: list[int]) -> None:
    masks = Masks(given_secrets)
    stream = masks.stream()
    for _ in range(2):
        out = b"".join(stream.feed(piece) for piece in pieces(line.encode(), cuts))
        assert (out + stream.close()).decode() == masks.mask(line)


@settings(deadline=None)
@given(secrets, st.sampled_from(sorted(ENCODERS)), plain.map(lambda text: text.replace("\n", "")))
def test_a_planted_secret_shows_at_no_split(secret: str, form: str, around: str) -> None:
    masks = Masks([secret])
    planted = ENCODERS[form](secret).encode()
    data = around.encode() + planted + around.encode()
    for cut in range(0, len(data), max(1, len(data) // 40)):
        stream = masks.stream()
        out = stream.feed(data[:cut]) + stream.feed(data[cut:]) + stream.close()
        assert b"***" in out
        assert out.decode() == masks.mask(data.decode())


@settings(deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=6), max_size=30),
    st.lists(st.binary(max_size=6), max_size=30),
)
def test_the_scanner_finds_all(needles: list[bytes], noise: list[bytes]) -> None:
    data = b"".join((*noise, *needles, *noise))
    hidden = {
        place
        for needle in needles
        for at in range(len(data))
        if data.startswith(needle, at)
        for place in range(at, at + len(needle))
    }
    spans = Scanner(needles).spans(data)
    assert {place for start, end in spans for place in range(start, end)} == hidden
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_masks_grow() -> None:
    masks = Masks()
    assert not masks and masks.held() == 0 and masks.spans(b"a") == []
    assert masks.lines(b"one two\n") == b"one two\n"
    masks.add("one")
    assert masks and masks.lines(b"one two\n") == b"*** two\n"
    masks.add("two")
    masks.add("one")
    assert masks.mask("one two") == "*** ***"


@settings(deadline=None)
@given(st.binary())
def test_bytes_that_are_no_text_stay(data: bytes) -> None:
    assert Masks(["a secret that is not there"]).lines(data) == data
    planted = data + b"s3cret" + data
    assert Masks(["s3cret"]).lines(planted).count(b"***") >= 1
