"""A container does not run as root.

Why: who breaks into the process is root in the container, with the mounts, and one kernel fault
away from the machine.
Bad: no USER in the last stage
Good: `RUN useradd --system app`, `USER app`
Known limits: an image whose entry point gives up root by itself (gosu, su-exec, setpriv) is left
out, and so is one that only hands files on (no CMD or ENTRYPOINT).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, rule
from placid.formats.images import image

_DROPS = re.compile(r"\b(?:gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid|setuidgid|tini-su)\b")
_ROOT_BASES = frozenset(
    (
        *("alpine", "amazoncorretto", "amazonlinux", "bun", "busybox", "centos", "clojure"),
        *("debian", "eclipse-temurin", "elixir", "erlang", "fedora", "gcc", "golang", "gradle"),
        *("haskell", "julia", "maven", "mono", "node", "openjdk", "perl", "php", "pypy", "python"),
        *("r-base", "rockylinux", "ruby", "rust", "sapmachine", "swift", "ubuntu", "almalinux"),
        *("oraclelinux", "buildpack-deps", "composer", "dart", "ibmjava"),
    )
)
_DEVELOPMENT = re.compile(
    r"(^|[/._-])(\.?devcontainer|dev|develop|development|test|tests|ci|lint)\b"
)


@rule("image/root-user", Severity.MEDIUM, docs=__doc__ or "")
def root_user(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository):
        if built.example or _DEVELOPMENT.search(built.path) or not built.final:
            continue
        if built.command is None and built.entrypoint is None:
            continue
        if not _DROPS.search(built.text) and not _drops_by_script(repository, built):
            yield from _judge(built)


def _judge(built: Built) -> Iterator[Hit]:
    user, final = built.user, built.final
    if user is not None and user[0] is not None:
        if user[0].partition(":")[0] in {"root", "0"}:
            yield _hit("USER makes it run as root", Place(built.path, user[1].span))
    elif user is None and final is not None:
        root = built.root_image(final)
        known = image(root) if root else None
        if root == "scratch" or (known is not None and known.official in _ROOT_BASES):
            why = f"nothing says USER, and {root} starts as root"
            yield _hit(why, Place(built.path, final.start.span))


def _hit(why: str, place: Place) -> Hit:
    return Hit(
        f"the container runs as root: {why}",
        at=(place,),
        action="run containers as a user of their own (USER)",
        confidence=Confidence.HIGH,
    )


def _drops_by_script(repository: Repository, built: Built) -> bool:
    """Whether a script of the repository that starts the container gives up root."""
    for each in (built.entrypoint, built.command):
        for word in each.words if each else ():
            name = word.text.rpartition("/")[2]
            if name.endswith(".sh") or "entrypoint" in name:
                texts = (
                    repository.text(path)
                    for path in repository.paths
                    if path == name or path.endswith(f"/{name}")
                )
                if any(text and _DROPS.search(text) for text in texts):
                    return True
    return False
