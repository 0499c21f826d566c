"""What a run knows of the repository: the commit, the push that brought it, where it came from.

Nothing here reads anything; `edge.pipeline.gitstate` fills it in. Numbers that only GitHub knows
(the ids of repositories and people) are made of the names, so that they are the same every time.
"""

from __future__ import annotations

import re
from zlib import crc32

import msgspec

NO_COMMIT = "0" * 40
SERVER = "https://github.com"

_NOREPLY = re.compile(r"(?:(\d+)\+)?([^@+]+)@users\.noreply\.[\w.-]+", re.ASCII)
_SCP = re.compile(r"(?:[^@/]+@)?([^:/\s]{2,}):(?!//)(.+)")
_URL = re.compile(r"([\w+.-]+://)(?:([^/]*)@)?([^/:]*)(:\d+)?/(.*)")


def number(name: str) -> int:
    """An id for what has a name: the same for the same name, whatever its case."""
    return crc32(name.lower().encode(errors="replace"))


def short(ref: str) -> str:
    """The short name of a ref."""
    for kind in ("refs/heads/", "refs/tags/", "refs/pull/"):
        if ref.startswith(kind):
            return ref.removeprefix(kind)
    return ref


class Person(msgspec.Struct, frozen=True):
    """An author, committer or pusher, as git names them."""

    name: str = ""
    email: str = ""

    @property
    def login(self) -> str:
        """What they may be called at GitHub: by a noreply address, or made of the name."""
        known = _NOREPLY.fullmatch(self.email)
        if known:
            return known[2]
        name = self.name or self.email.partition("@")[0]
        return "-".join(re.findall(r"[A-Za-z0-9]+", name)) or "nobody"

    @property
    def id(self) -> int:
        """Their number at GitHub where it is known, else one made of the login."""
        known = _NOREPLY.fullmatch(self.email)
        return int(known[1]) if known and known[1] else number(self.login)


class Commit(msgspec.Struct, frozen=True):
    """A commit. `at` is the committer's time in ISO 8601; the paths are those it changes."""

    id: str
    tree: str = ""
    parents: tuple[str, ...] = ()
    author: Person = Person()
    committer: Person = Person()
    at: str = "1970-01-01T00:00:00+00:00"
    message: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]

    @property
    def body(self) -> str:
        return self.message.partition("\n")[2].strip("\n")


class Remote(msgspec.Struct, frozen=True):
    """Where a repository lives. `url` has no login in it; `server` is that of its web pages."""

    url: str = ""
    slug: str = ""
    server: str = SERVER

    @property
    def owner(self) -> str:
        return self.slug.partition("/")[0]

    @property
    def name(self) -> str:
        return self.slug.partition("/")[2]


NOWHERE = Remote(slug="local/workspace")


class GitState(msgspec.Struct, frozen=True):
    """A repository at the moment of an event.

    head      the commit that runs, None in a repository without one
    ref       what was pushed: "refs/heads/main" or "refs/tags/v1"
    before    what the ref pointed at before the push, NO_COMMIT when it is new
    base      what to compare the head with to know the changed files of a push, "" for nothing
    forced    `before` is not among the head's ancestors
    commits   those that the push brings, the oldest first
    trunk     the name of the default branch; trunk_tip: its commit, "" when it is not here
    tags      names of the tags that point at the head
    actor     who pushes
    dirty     paths of the working tree that differ from the head, when somebody asked
    shallow   history ends somewhere on the way, so that changed files may be wrong
    """

    head: Commit | None = None
    ref: str = "refs/heads/main"
    before: str = NO_COMMIT
    base: str = ""
    forced: bool = False
    commits: tuple[Commit, ...] = ()
    remote: Remote = NOWHERE
    trunk: str = "main"
    trunk_tip: str = ""
    tags: tuple[str, ...] = ()
    actor: Person = Person()
    dirty: tuple[str, ...] = ()
    shallow: bool = False

    @property
    def sha(self) -> str:
        return self.head.id if self.head is not None else NO_COMMIT


def remote_of(url: str, fallback: str) -> Remote:
    """A remote by its URL in any of git's forms; `fallback` is the name of one that has no owner.

    A login or token in the URL is dropped. The owner of a local repository is "local".
    """
    found = _URL.fullmatch(url)
    scp = None if found else _SCP.fullmatch(url)
    host, path, server = "", url, ""
    if found:
        scheme, login, host, port, path = found.groups("")
        user = login.partition(":")[0] + "@" if login and "ssh" in scheme else ""
        url = f"{scheme}{user}{host}{port}/{path}"
        server = f"{scheme}{host}{port}" if scheme in ("https://", "http://") else ""
    elif scp:
        host, path = scp[1], scp[2]
    parts = [part for part in path.removesuffix("/").removesuffix(".git").split("/") if part]
    if not host or not parts:
        return Remote(url, f"local/{parts[-1] if parts else fallback}")
    owner = parts[-2] if len(parts) > 1 else host
    return Remote(url, f"{owner}/{parts[-1]}", server or f"https://{host}")
