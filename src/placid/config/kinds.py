"""The kinds of text in placid.yaml that a type alone does not tell: addresses, files, secrets, ...

`KINDS[unit](text)` gives the value, or raises `Wrong` with what is wrong, a hint for under the
line, and a fix. Pure; whether a file exists is asked by the reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from placid.base import units


class Wrong(Exception):
    """A text that does not fit its kind. `secret`: it must not be shown."""

    def __init__(self, what: str, hint: str = "", fix: str = "", secret: bool = False) -> None:
        super().__init__(what)
        self.what, self.hint, self.fix, self.secret = what, hint, fix, secret


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_REF = re.compile(r"(?!.*(\.\.|//|@\{|\.lock$|/$|\.$))[^\s~^:?*\[\\/.-][^\s~^:?*\[\\]*")
OURS = ("PORT", "PLACID_RELEASE")


_DURATION, _SHARE = "write it like 250ms, 5s, 2m or 1h30m", "write it like 1%, 0.5% or 50%"


def _measured(what: str, why: str, fix: str) -> Wrong:
    """What is wrong with a measure; a reason that only says how to write it is the fix already."""
    return Wrong(what, "" if why.startswith("write") else why, fix)


def _seconds(text: str) -> float:
    try:
        return units.seconds(text)
    except ValueError as error:
        raise _measured(f'"{text}" is no duration', str(error), _DURATION) from None


def _percent(text: str) -> float:
    try:
        return units.percent(text)
    except ValueError as error:
        raise _measured(f'"{text}" is no percentage', str(error), _SHARE) from None


def split_address(text: str) -> tuple[str, int]:
    """Host and port of "host:port"; Wrong when it is none."""
    host, colon, port = text.rpartition(":")
    what, fix = f'"{text}" is no address', "write it as host:port, like 127.0.0.1:8080"
    if text.isdecimal() and int(text) < 65536:
        raise Wrong(
            what, "it has no host", f"write 127.0.0.1:{text}, or 0.0.0.0:{text} for everyone"
        )
    if not colon:
        raise Wrong(what, "it has no port", fix)
    if not (re.fullmatch(r"\d{1,9}", port, re.ASCII) and 0 < int(port) < 65536):
        raise Wrong(what, f'"{port}" is no port: 1 to 65535', fix)
    bare = host.removeprefix("[").removesuffix("]")
    if not host:
        raise Wrong(what, "it has no host", f"write 0.0.0.0:{port} to listen everywhere")
    if "://" in host:
        raise Wrong(what, "it is a URL", fix)
    if not (_ip(bare) if host != bare or re.fullmatch(r"[\d.]+", host) else _HOST.fullmatch(host)):
        raise Wrong(what, f'"{host}" is no host', fix)
    return bare, int(port)


def _ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _address(text: str) -> str:
    split_address(text)
    return text


def _preview(text: str) -> str:
    return _address(text) if text else text


def _file(text: str) -> str:
    if text.startswith(("/", "~")):
        raise Wrong(
            f'"{text}" lies outside the repository',
            "it would not travel with a release",
            "write a path from the folder of placid.yaml",
        )
    return _certificate(text)


def _certificate(text: str) -> str:
    if not text or "\0" in text or text.endswith("/"):
        raise Wrong(f'"{text}" is no file', fix="write the path of a file")
    if ".." in text.split("/"):
        raise Wrong(
            f'"{text}" leads out of the repository',
            "it would not travel with a release",
            "write a path from the folder of placid.yaml, without ..",
        )
    return text


def _host(text: str) -> str:
    bare = text.removeprefix("*.")
    if text == "*" or _HOST.fullmatch(bare):
        return text
    hint = "no scheme here" if "://" in text else "no port here" if ":" in text else ""
    fix = 'write a name like shop.example.com, *.example.com, or "*" for every name'
    raise Wrong(f'"{text}" is no host name', hint, fix)


def _name(text: str) -> str:
    if _NAME.fullmatch(text):
        return text
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    raise Wrong(
        f'"{text}" is no name',
        f'write "{slug}"' if slug else "",
        "use lower-case letters, digits and single dashes inside, at most 40",
    )


def _secret(text: str) -> str:
    if not text or (text.startswith("$") and _VARIABLE.fullmatch(text[1:])):
        return text
    if text.startswith("${") and _VARIABLE.fullmatch(text[2:-1]):
        raise Wrong(f'"{text}" is no variable', f"write ${text[2:-1]}", "leave out the braces")
    raise Wrong(
        "a secret is written in clear",
        "write the name of a variable, like $WEBHOOK_SECRET",
        "put the secret in that variable, and replace it: everyone who reads the repository has it",
        secret=True,
    )


def _path(text: str) -> str:
    if re.fullmatch(r"/[^\s#]*", text):
        return text
    url = urlsplit(text) if re.match(r"https?://[^\s\[\]]+$", text) else None
    path = (url.path or "/") if url else "/" + text.lstrip("/")
    hint = f'write "{path}"' if re.fullmatch(r"/[^\s#]*", path) else ""
    raise Wrong(f'"{text}" is no path', hint, "begin it with /, without host, spaces or #")


def _store(text: str) -> str:
    if not text or (text.startswith("$") and _VARIABLE.fullmatch(text[1:])):
        return text
    kind, colon, _ = text.partition("://")
    if not colon or kind != "postgresql":
        hint = {
            "postgres": 'did you mean "postgresql"?',
            "sqlite": 'SQLite is the default: leave the key out, or write ""',
        }.get(kind if colon else text, "only SQLite (the default) and PostgreSQL are known")
        shown = f"{kind}://" if colon else "this"
        fix = "write postgresql://user@host/database, or a $VARIABLE that holds it"
        raise Wrong(f"{shown} is no store that placid knows", hint, fix, secret=_has_password(text))
    return _no_password(text, "the store's URL", "$DATABASE_URL")


def _repository(text: str) -> str:
    if not text:
        raise Wrong("the repository is empty", fix='write "." for this one')
    return _no_password(text, "the repository's URL", "")


def _has_password(text: str) -> bool:
    return bool(re.match(r"[^/@]*://[^/@]*:[^/]*@", text))


def _no_password(text: str, what: str, variable: str) -> str:
    if not _has_password(text):
        return text
    write = f"write {variable} and keep the URL in that variable" if variable else ""
    raise Wrong(
        f"a password is written in clear in {what}",
        write,
        "take it out, and change it: everyone who reads the repository has it"
        + ("" if variable else "; git's credential helper or an SSH key can hold it"),
        secret=True,
    )


def _variable(text: str) -> str:
    if text in OURS:
        raise Wrong(f"{text} is set by placid", fix="remove it: each copy gets its own")
    if not _VARIABLE.fullmatch(text):
        fix = "use letters, digits and _, not a digit first"
        raise Wrong(f'"{text}" is no name of a variable', fix=fix)
    return text


def _header(text: str) -> str:
    if text and not _TOKEN.fullmatch(text):
        raise Wrong(f'"{text}" is no name here', fix="use letters, digits and dashes: x-canary")
    return text


def _branch(text: str) -> str:
    short = text.removeprefix("refs/heads/")
    if short != text and _REF.fullmatch(short):
        raise Wrong(f'"{text}" is no branch name', f'write "{short}"', "leave out refs/heads/")
    if not _REF.fullmatch(text):
        raise Wrong(f'"{text}" is no branch name', fix="write one branch, like main")
    return text


KINDS: dict[str, Callable[[str], str | float]] = {
    "seconds": _seconds,
    "percent": _percent,
    "address": _address,
    "preview": _preview,
    "file": _file,
    "certificate": _certificate,
    "host": _host,
    "name": _name,
    "secret": _secret,
    "path": _path,
    "store": _store,
    "repository": _repository,
    "variable": _variable,
    "header": _header,
    "branch": _branch,
}
FILES = frozenset(("file", "certificate"))
SECRETS = frozenset(("secret", "store", "repository"))
