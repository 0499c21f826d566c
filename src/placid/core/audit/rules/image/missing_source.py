"""What COPY names is there, and `.dockerignore` lets it through.

Why: the build stops with "not found"; on the machine where the file happens to lie around it works.
Bad: `COPY requirments.txt /app/`, or `COPY dist /app` with `dist` in `.dockerignore`
Good: `COPY requirements.txt /app/`
Known limits: what git ignores, what looks like the result of a build, and what some script or
workflow names is taken to be made before the build.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.registry import nearest
from placid.core.audit.facts.build_contexts import build_contexts
from placid.core.audit.facts.copied import Copied, copied, in_context
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule

_MADE = re.compile(
    r"(^|/)(dist|build|built|target|out|output|bin|lib|node_modules|vendor|release|releases|artifacts?"
    r"|publish|wheels?|wheelhouse|tmp|temp|coverage|generated|gen|public|certs?|secrets?|keys?"
    r"|\.next|\.nuxt|\.output|_build|\.git)(/|$)"
    r"|key[^/]*\.json|secret|credential|password|token"
    r"|\.(jar|war|ear|whl|tar|tgz|gz|bz2|xz|zip|deb|rpm|apk|exe|so|bin|wasm|pem|key|crt|db|sqlite)$",
    re.IGNORECASE,
)
_TYPO = 2
"""Letters that a mistyped name may have too many or too few."""
_SCRIPTS = re.compile(
    r"(\.ya?ml|\.sh|\.hcl|\.toml|\.mk|\.bash|\.ps1|\.gradle|\.kts|[Mm]akefile|[Jj]ustfile"
    r"|Rakefile|Jenkinsfile|Earthfile|package\.json|\.bazel|BUILD|\.gitmodules)$"
)


@rule("image/missing-source", Severity.HIGH, docs=__doc__ or "")
def missing_source(repository: Repository) -> Iterator[Hit | Unknown]:
    if not repository.whole:
        return
    for built in dockerfiles(repository):
        if built.certain and not built.example:
            for each in copied(built):
                if not each.pattern and each.source != "." and not each.source.startswith(".."):
                    yield from _judge(repository, built, each)


def _judge(repository: Repository, built: Built, each: Copied) -> Iterator[Hit]:
    found = list(in_context(repository, built, each.source))
    place = Place(built.path, each.word.span)
    if found:
        if built.ignored and all(built.ignored[1].leaves_out(path) for path in found):
            yield Hit(
                f"{built.ignored[0]} leaves {each.source} out: the build stops here",
                at=(place, Place(built.ignored[0])),
            )
        return
    path = built.copies(each.source)
    if path is None or _may_be_made(repository, path):
        return
    other = _other_case(repository, built, each.source) or _close(repository, path, built)
    if other is None:
        if _is_context(repository, built):
            yield Hit(f"there is no {path}: the build stops here", at=(place,))
        return
    edits = () if each.word.raw != each.word.text else (Edit(place, other),)
    yield Hit(
        f"there is no {path}, only {built.copies(other)}: the build stops here",
        at=(place,),
        fix=Fix(f"copy {other}", edits) if edits and each.word.text == each.source else None,
    )


def _close(repository: Repository, path: str, built: Built) -> str | None:
    """A file of nearly that name in the same folder, as a path in the context."""
    folder, name = posixpath.split(path)
    beside = {
        posixpath.basename(each): each
        for each in repository.paths
        if posixpath.dirname(each) == folder
    }
    found = nearest(name, list(beside)) if posixpath.splitext(name)[1] else None
    if found is None or abs(len(found) - len(name)) > _TYPO:
        return None
    if posixpath.splitext(found)[1] != posixpath.splitext(name)[1]:
        return None
    return posixpath.relpath(beside[found], built.context or ".")


def _is_context(repository: Repository, built: Built) -> bool:
    """Whether the context has something that is copied, or a file says that it is the one."""
    if built.path in build_contexts(repository):
        return True
    sources = (each.source for each in copied(built) if each.source != ".")
    return any(any(in_context(repository, built, source)) for source in sources)


def _may_be_made(repository: Repository, path: str) -> bool:
    """Whether something outside of git may put the file there before the build."""
    if _MADE.search(path) or repository.tree.ignored(path) is not False:
        return True
    name = posixpath.basename(path)
    return any(name in text for text in _scripts(repository)) or path in _links(repository)


@fact
def _scripts(repository: Repository) -> tuple[str, ...]:
    """The texts of what may make files: scripts, workflows, task files."""
    texts = (repository.text(path) for path in repository.paths if _SCRIPTS.search(path))
    return tuple(text for text in texts if text and len(text) < 200_000)


@fact
def _links(repository: Repository) -> frozenset[str]:
    """Folders that other repositories are put into (`.gitmodules`)."""
    text = repository.text(".gitmodules") or ""
    return frozenset(re.findall(r"^\s*path\s*=\s*(\S+)", text, re.MULTILINE))


def _other_case(repository: Repository, built: Built, source: str) -> str | None:
    """The same path in other letters."""
    prefix = f"{built.context}/" if built.context else ""
    wanted = (prefix + source).lower()
    return next((path[len(prefix) :] for path in repository.paths if path.lower() == wanted), None)
