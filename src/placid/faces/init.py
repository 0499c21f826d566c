"""`placid init`: look at a repository, and write a placid.yaml that says what was found; or, with
`--workflow`, the workflow that tests, builds and deploys it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from placid.base.errors import Problem
from placid.config import FILE, load, parse
from placid.formats.guessing import guess, wanted

_WORKFLOWS = (".github/workflows/deploy.yml", ".github/workflows/ci.yml")
_LARGEST = 1_000_000
_MOST_FILES = 3000
_PROJECT = (
    "Cargo.toml",
    "Dockerfile",
    "Gemfile",
    "Procfile",
    "composer.json",
    "go.mod",
    "manage.py",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was written where, and a sentence for each guess."""

    path: Path
    text: str
    sentences: tuple[str, ...]


def init(folder: Path, force: bool) -> Report:
    """Write placid.yaml; an existing one only with `force`. Problem outside of a git repository.

    It goes to the top of the repository, or to `folder` when that holds a project of its own.
    """
    top = _top(folder)
    if any((folder / name).is_file() for name in _PROJECT):
        top = folder.resolve()
    path = top / FILE
    if path.exists() and not force:
        raise Problem(
            f"there is a {FILE} already",
            where=str(path),
            fix="edit it, or run `placid init --force`",
        )
    files = [name for name in _files(top) if name != FILE]
    branch, why = _branch(top)
    found = guess(
        files,
        _texts(top, files, wanted),
        folder=top.name,
        branch=branch,
        containers=any(map(shutil.which, ("podman", "docker"))),
    )
    parse(found.text, FILE, lambda name: (top / name).is_file())
    path.write_text(found.text, encoding="utf-8")
    return Report(path, found.text, (*found.sentences, *([why] if why else [])))


def init_workflow(folder: Path, force: bool) -> Report:
    """Write .github/workflows/deploy.yml, or ci.yml beside a deploy.yml.

    It goes to the top of the repository. Problem when both are there and not `force`.
    """
    from placid.formats import drafting

    top = _top(folder)
    here = [name for name in _WORKFLOWS if (top / name).exists()]
    free = [name for name in _WORKFLOWS if name not in here]
    if not free and not force:
        raise Problem(
            f"there are {' and '.join(here)} already",
            where=str(top),
            fix="edit them, or overwrite the first by `placid init --workflow --force`",
        )
    name = _WORKFLOWS[0] if force else free[0]
    files = _files(top)
    branch, why = _branch(top)
    service = None
    if FILE in files:
        config = load(top / FILE)
        service, branch, why = drafting.Service(config.service.build), config.source.branch, ""
    texts = _texts(top, files, drafting.wanted)
    drawn = drafting.draft(files, texts, branch=branch, service=service, path=name)
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawn.text, encoding="utf-8")
    return Report(path, drawn.text, (*drawn.sentences, *([why] if why else [])))


def _top(folder: Path) -> Path:
    return Path(_git(folder, "rev-parse", "--show-toplevel"))


def _files(top: Path) -> list[str]:
    """What git tracks or would track, from the top."""
    listed = _git(top, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return sorted({name for name in listed if name and _is_file(top / name)})


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _texts(top: Path, files: list[str], helps: Callable[[str], bool]) -> dict[str, str]:
    """The texts that help, unreadable and huge files left out."""
    chosen = [name for name in files if helps(name)]
    chosen.sort(key=lambda name: (name.count("/"), name))
    texts: dict[str, str] = {}
    for name in chosen[:_MOST_FILES]:
        path = top / name
        try:
            if path.stat().st_size <= _LARGEST:
                texts[name] = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
    return texts


def _branch(top: Path) -> tuple[str, str]:
    """The branch to follow, and a sentence when it is not the one that is checked out."""
    current = _asked(top, "symbolic-ref", "--short", "-q", "HEAD")
    remote = _asked(top, "symbolic-ref", "--short", "-q", "refs/remotes/origin/HEAD")
    default = remote.removeprefix("origin/")
    if default and default != current:
        return default, f"source: {default} is the default branch of origin; you are on {current}"
    if current:
        return current, ""
    return "main", "not known: no branch is checked out, so main is followed"


def _asked(folder: Path, *words: str) -> str:
    """git's answer, "" when it has none."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _git(folder: Path, *words: str) -> str:
    """git's answer; Problem when there is no git, or no repository."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        missing = "git" if folder.is_dir() else str(folder)
        raise Problem(f"{missing} was not found", fix="install git, or correct the path") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[:1]
        raise Problem(
            f"this is no git repository{': ' + said[0] if said else ''}",
            where=str(folder),
            fix="run it inside of a repository, or make one by `git init`",
        )
    return done.stdout.rstrip("\n")
