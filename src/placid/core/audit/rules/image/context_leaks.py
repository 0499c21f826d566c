"""`.dockerignore` keeps out what `COPY .` must not take.

Why: `COPY . .` takes all there is on the machine that builds: `.git` with all history, `.env` with
its secrets, a `node_modules` made for another system. Each change in them throws the cache away.
Bad: `COPY . .` and no `.dockerignore`
Good: a `.dockerignore` with `.git`, `.env` and `node_modules`
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.copied import Copied, copied, shipped_stages
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Edit, Fix, Hit, Place, Severity, Unknown, rule

_NEEDS_GIT = re.compile(r"setuptools[-_]scm|hatch-vcs|versioningit|versioneer|dunamai|pbr\b")
_CALLS_GIT = re.compile(r"\bgit (?:rev-parse|describe|log|submodule|config)|\.git\b|goreleaser")
_ENV_LINE = re.compile(r"^\s*/?(?:\*\*/)?\.env(?:\*|\s*$)", re.MULTILINE)


@rule("image/context-leaks", Severity.MEDIUM, docs=__doc__ or "")
def context_leaks(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository) if repository.whole else ():
        whole = next((each for each in copied(built) if each.source == "."), None)
        if whole is None or built.example:
            continue
        names = _unwanted(repository, built, shipped=whole.stage.index in shipped_stages(built))
        taken = [name for name in names if not _left_out(built, name)]
        if taken:
            yield _hit(repository, built, whole, taken)


def _hit(repository: Repository, built: Built, whole: Copied, taken: list[str]) -> Hit:
    names = ", ".join(taken)
    where = built.ignored[0] if built.ignored else None
    why = f"{where} does not leave it out" if where else "there is no .dockerignore"
    shipped = whole.stage.index in shipped_stages(built)
    return Hit(
        f"this copies {names} where they are: {why}",
        at=(Place(built.path, whole.word.span), *([Place(where)] if where else [])),
        fix=_fix(repository, built, taken),
        action=f"keep {names} out of the build context (.dockerignore)",
        severity=None if ".env" in taken and shipped else Severity.LOW,
        confidence=Confidence.HIGH if built.certain else Confidence.MEDIUM,
    )


def _unwanted(repository: Repository, built: Built, *, shipped: bool) -> Iterator[str]:
    if shipped and not built.context and not _needs_git(repository, built):
        yield ".git"
    if _has_env(repository, built.context):
        yield ".env"
    if repository.has(posixpath.join(built.context, "package.json")):
        yield "node_modules"


def _needs_git(repository: Repository, built: Built) -> bool:
    """Whether the build reads the history, for the number of its version say."""
    manifests = ("pyproject.toml", "setup.py", "setup.cfg")
    texts = (repository.text(name) or "" for name in manifests)
    return bool(_CALLS_GIT.search(built.text)) or any(map(_NEEDS_GIT.search, texts))


def _has_env(repository: Repository, context: str) -> bool:
    """Whether there is a `.env` in the context: one in git, or one that git is told to ignore."""
    if repository.has(posixpath.join(context, ".env")):
        return True
    ignored = {".gitignore", posixpath.join(context, ".gitignore")}
    sample = any(
        repository.has(posixpath.join(context, name)) for name in (".env.example", ".env.sample")
    )
    return sample and any(_ENV_LINE.search(repository.text(each) or "") for each in ignored)


def _left_out(built: Built, name: str) -> bool:
    if built.ignored is None:
        return False
    known = built.ignored[1]
    return known.leaves_out(name) or known.leaves_out(f"{name}/x")


def _fix(repository: Repository, built: Built, taken: list[str]) -> Fix:
    path = built.ignored[0] if built.ignored else posixpath.join(built.context, ".dockerignore")
    text = repository.text(path) or ""
    before = "" if not text or text.endswith("\n") else "\n"
    lines = before + "".join(f"{name}\n" for name in taken)
    edit = Edit(Place(path, Span(len(text), len(text))), lines)
    return Fix(f"add {', '.join(taken)} to {path}", (edit,))
