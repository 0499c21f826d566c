"""The forms in which a secret may show up in output, beside its own.

`official` are the encodings that GitHub's runner masks, in its order: base64 from the first, second
and third byte on, command line, expression, JSON, URI and XML escapes, the text inside of double
quotes, and the two parts PowerShell splits at an ampersand. `others` go further: base64 without the
end that depends on what follows, in its URL alphabet and in wrapped lines; the quoting of shells;
what JSON, URL and XML encoders other than .NET's write. Each form holds all of the secret, or at
least six characters of it, so that it does not hide what has nothing to do with it.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from functools import cache

_LEAST = 6
_QUOTED_AT_LEAST = 9
_WIDTHS = (76, 64)  # base64, openssl
_LONG = 1 << 16
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_JSON_PLAIN = {
    **{code: f"\\u{code:04x}" for code in range(0x20)},
    **str.maketrans({"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}),
    **str.maketrans({'"': '\\"', "\\": "\\\\"}),
}
_JSON = {**_JSON_PLAIN, **{code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}}
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_XML_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_HTML = {**_XML, **str.maketrans({"'": "&#39;"})}
_PYTHON_HTML = {**_XML, **str.maketrans({"'": "&#x27;"})}
_BACKSLASHED = str.maketrans({c: "\\" + c for c in " \t'\"\\|&;()<>!{}*[]?^$`,#~"})
_BACKSLASHED_LESS = str.maketrans({c: "\\" + c for c in " \t'\"\\|&;()<>!{}*[]?^$`,"})
_DOUBLE = str.maketrans({c: "\\" + c for c in '"\\$`'})
_SINGLE = str.maketrans({c: "\\" + c for c in "\\'"})
_ANSI_C = {
    **{code: f"\\{code:03o}" for code in (*range(0x20), 0x7F)},
    **str.maketrans({"\a": "\\a", "\b": "\\b", "\x1b": "\\E", "\f": "\\f", "\n": "\\n"}),
    **str.maketrans({"\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", "'": "\\'"}),
}
_URL_ALPHABET = str.maketrans("+/", "-_")


def forms(secret: str) -> dict[str, None]:
    """The secret and all its forms, each once."""
    more = others(secret) if len(secret) <= _LONG else ()
    found = dict.fromkeys((secret, *official(secret), *more))
    found.pop("", None)
    return found


def official(secret: str) -> Iterator[str]:
    """What the runner masks beside the secret itself; some may be empty."""
    data = _bytes(secret)
    for shift in range(3):
        yield _base64(data[shift:] or data)
    yield secret.replace('"', '\\"')
    yield secret.replace("'", "''")
    yield secret.translate(_JSON)
    yield _percent(data, _UNRESERVED)
    yield secret.translate(_XML)
    if len(secret) >= _QUOTED_AT_LEAST and secret[0] == '"' == secret[-1]:
        yield secret[1:-1]
    yield from _around_ampersand(secret)


def _around_ampersand(secret: str) -> Iterator[str]:
    # PowerShell prints a command that failed in parts, with colours between them: up to the first
    # "&+" (and the letter after it apart), else up to the last "&".
    start = secret.find("&+")
    before, after = (start + 2, start + 3) if start >= 0 else (secret.rfind("&") + 1,) * 2
    if before:
        yield from (part for part in (secret[:before], secret[after:]) if len(part) >= _LEAST)


def others(secret: str) -> Iterator[str]:
    """Forms that the runner does not know; some may be the same as others."""
    data = _bytes(secret)
    yield from _base64_others(data)
    yield from _percent_others(data)
    yield secret.translate(_XML_TEXT)
    yield secret.translate(_HTML)
    yield secret.translate(_PYTHON_HTML)
    plain = secret.translate(_JSON_PLAIN)
    yield plain
    yield plain.replace("/", "\\/")
    yield _ascii(plain)
    yield from _shell(secret)


def _shell(secret: str) -> Iterator[str]:
    yield secret.replace("'", "'\"'\"'")
    yield secret.replace("'", "'\\''")
    yield secret.translate(_BACKSLASHED)
    yield secret.translate(_BACKSLASHED_LESS)
    if secret[:1] in ("#", "~"):
        yield "\\" + secret.translate(_BACKSLASHED_LESS)
    yield secret.translate(_DOUBLE)
    yield secret.translate(_SINGLE)
    yield secret.translate(_ANSI_C)


def _base64_others(data: bytes) -> Iterator[str]:
    for shift in range(3):
        whole = _base64(data[shift:])
        # The last character before "=" changes with the text that follows the secret.
        known = whole.rstrip("=")[:-1] if whole.endswith("=") else whole
        if len(known) < _LEAST:
            continue
        yield known
        yield known.translate(_URL_ALPHABET)
        if shift == 0:
            yield from _wrapped(known)


def _wrapped(text: str) -> Iterator[str]:
    for width in _WIDTHS:
        if len(text) > width:
            lines = [text[at : at + width] for at in range(0, len(text), width)]
            yield from (line for line in lines if len(line) >= _LEAST)


def _percent_others(data: bytes) -> Iterator[str]:
    for more in (b"", b"/", b"!*'()"):
        known = _UNRESERVED.union(more)
        escaped = _percent(data, known)
        yield escaped
        yield escaped.replace("%20", "+")
        yield _percent(data, known, "%{:02x}")
    # Form encoding as browsers do it.
    yield _percent(data, _UNRESERVED.union(b"*") - {0x7E}).replace("%20", "+")


def _percent(data: bytes, kept: frozenset[int], escape: str = "%{:02X}") -> str:
    return "".join(map(_percents(kept, escape).__getitem__, data))


@cache
def _percents(kept: frozenset[int], escape: str) -> list[str]:
    return [chr(byte) if byte in kept else escape.format(byte) for byte in range(256)]


def _ascii(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [units[at] << 8 | units[at + 1] for at in range(0, len(units), 2)]
    return "".join([chr(code) if code < 0x7F else f"\\u{code:04x}" for code in codes])


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
