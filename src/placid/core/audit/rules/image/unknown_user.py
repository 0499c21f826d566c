"""USER names a user that the image has.

Why: a container whose user is not in /etc/passwd does not start: "unable to find user app".
Bad: `FROM python:3.13-slim`, `USER app`
Good: `RUN useradd --system app`, `USER app`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction, Stage, chain, expand
from placid.formats.images import image

_SYSTEM = frozenset(
    (
        *("root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp"),
        *(
            "proxy",
            "www-data",
            "backup",
            "list",
            "irc",
            "_apt",
            "nobody",
            "adm",
            "shutdown",
            "halt",
        ),
        *("operator", "cron", "ftp", "sshd", "squid", "xfs", "cyrus", "vpopmail", "ntp", "guest"),
        *("gnats", "systemd-network", "systemd-resolve", "messagebus", "at", "postmaster", "smmsp"),
        *("utmp", "dhcp", "svn", "postgres", "nginx", "apache", "mysql", "redis", "tss"),
    )
)
_OWN = {"node": {"node"}, "ubuntu": {"ubuntu"}, "gradle": {"gradle"}, "bun": {"bun"}}
_PLAIN = frozenset(
    (
        *("alpine", "debian", "ubuntu", "python", "node", "golang", "ruby", "rust", "php", "perl"),
        *("openjdk", "eclipse-temurin", "maven", "gradle", "buildpack-deps", "busybox"),
    )
)
_MAKES = re.compile(r"useradd|adduser|passwd")
_SCRIPT = re.compile(r"\.sh\b|\bbash\b|\bsh [-/]|\./|\bansible|\bsource\b")
_NAME = re.compile(r"[a-z_][a-z0-9_-]*\Z", re.IGNORECASE)


@path_rule("image/unknown-user", Severity.HIGH, docs=__doc__ or "", reads=is_dockerfile)
def unknown_user(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    if known is None:
        return
    for stage in known[1]:
        line = chain(known[1], stage)
        there = _users(line[0])
        for each, scope in stage.scopes():
            if each.keyword != "USER" or not each.words or there is None:
                continue
            name = (expand(each.words[0].text, scope, missing=None) or "").partition(":")[0]
            if not _NAME.match(name) or name in there or _made(line, each, name):
                continue
            yield Hit(
                f"{line[0].image} has no user {name}, and nothing makes one:"
                " the next RUN or the container does not start",
                at=(Place(path, each.words[0].span),),
            )


def _users(root: Stage) -> set[str] | None:
    """The users of a base; None when they are not known."""
    base = image(root.image) if root.image else None
    if base is None or base.official not in _PLAIN:
        return None
    return set(_SYSTEM) | _OWN.get(base.official, set())


def _made(stages: tuple[Stage, ...], user: Instruction, name: str) -> bool:
    """Whether something before may make the user: a RUN, or a copied /etc."""
    for stage in stages:
        for each in stage.instructions:
            if each.span >= user.span:
                return False
            text = " ".join([each.arguments.text, *(here.body.text for here in each.heredocs)])
            if each.keyword == "RUN" and _may_make(text, name):
                return True
            if each.keyword in {"COPY", "ADD"} and re.search(r"\s[\"']?/(etc\b|\"|\s|$)", text):
                return True
    return False


def _may_make(text: str, name: str) -> bool:
    """Whether a RUN names the user, makes one whose name is a variable, or runs a script."""
    if re.search(rf"\b{re.escape(name)}\b", text) or ("$" in text and _MAKES.search(text)):
        return True
    return bool(_SCRIPT.search(text))
