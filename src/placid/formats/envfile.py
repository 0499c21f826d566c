r"""`.env` files: the rules that dotenv tools share, read exactly, with nothing expanded.

    # a comment; blank lines are fine
    export NAME=plain text          # a comment needs a space before it; ends are trimmed
    NAME='single quotes'            # taken as they are, \ and $ and new lines too
    NAME="double quotes\n"          # \n \r \t \" \\ \$ mean what they say; may span lines
    NAME=                           # the empty text

Values are data, never shell: `$OTHER` and backquotes stay as they are written. A name begins with a
letter or underscore. When a name comes twice the later line wins. All errors of a file come
at once, each with its line, and none of them shows a value: it may be a secret.
"""

from __future__ import annotations

import re

from placid.base.errors import Problem, Problems

_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*")
_EMPTY = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_PLAIN = re.compile(r"[^\n]*")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$", "\n": ""}
_QUOTED = {"'": _SINGLE, '"': _DOUBLE}


def parse(data: bytes, where: str) -> dict[str, str]:
    """The variables of a file in order; Problems name `where` and the line of each mistake."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Problem(
            "the file is not UTF-8 text", where=f"{where}:{line}", fix="save it as UTF-8"
        ) from None
    variables: dict[str, str] = {}
    wrong: list[Problem] = []
    at = 0
    while at < len(text):
        if empty := _EMPTY.match(text, at):
            at = empty.end()
            continue
        try:
            name, value, at = _line(text, at)
            variables[name] = value
        except _Mistake as mistake:
            line = text.count("\n", 0, at) + 1
            wrong.append(Problem(mistake.what, where=f"{where}:{line}", fix=mistake.fix))
            at = _next(text, at)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else Problems(wrong)
    return variables


class _Mistake(Exception):
    def __init__(self, what: str, fix: str) -> None:
        self.what, self.fix = what, fix


def _line(text: str, at: int) -> tuple[str, str, int]:
    """The name and value that begin at `at`, and where the next line does."""
    found = _NAME.match(text, at)
    if found is None:
        raise _Mistake("this line sets no variable", "write NAME=value, or begin it with #")
    start = found.end()
    quote = text[start : start + 1]
    if quote in _QUOTED:
        value, end = _quoted(text, start, quote)
    else:
        plain = _PLAIN.match(text, start)
        value, end = (
            (_COMMENT.sub("", plain[0]).strip(" \t"), plain.end()) if plain else ("", start)
        )
    if "\0" in value:
        raise _Mistake(f"the value of {found[1]} holds a NUL byte", "remove it")
    return found[1], value, end + 1


def _quoted(text: str, start: int, quote: str) -> tuple[str, int]:
    found = _QUOTED[quote].match(text, start)
    if found is None:
        raise _Mistake(f"the quote {quote} is never closed", f"end the value with {quote}")
    rest = _EMPTY.match(text, found.end())
    if rest is None:
        raise _Mistake(
            f"text follows the closing {quote}",
            "put it inside of the quotes, or a space and a # before it",
        )
    value = found[1] if quote == "'" else _ESCAPE.sub(_unescaped, found[1])
    return value, text.find("\n", found.end()) if "\n" in rest[0] else len(text)


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[0])


def _next(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def write(variables: dict[str, str]) -> bytes:
    """A file that `parse` reads back as `variables`, each value in double quotes."""
    return "".join(f'{name}="{_escaped(value)}"\n' for name, value in variables.items()).encode()


def _escaped(value: str) -> str:
    for plain in ("\\", '"', "$"):
        value = value.replace(plain, "\\" + plain)
    return value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
