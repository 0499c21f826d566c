"""`placid init`: look at a repository, and write a placid.yaml that says what was found."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from placid.base.errors import Problem
from placid.config import FILE, parse
from placid.formats.guessing import guess, wanted

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
    top = Path(_git(folder, "rev-parse", "--show-toplevel"))
    if any((folder / name).is_file() for name in _PROJECT):
        top = folder.resolve()
    path = top / FILE
    if path.exists() and not force:
        raise Problem(
            f"there is a {FILE} already",
            where=str(path),
            fix="edit it, or run `placid init --force`",
        )
    listed = _git(top, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    files = sorted({name for name in listed if name and name != FILE and _is_file(top / name)})
    branch, why = _branch(top)
    found = guess(
        files,
        _texts(top, files),
        folder=top.name,
        branch=branch,
        containers=any(map(shutil.which, ("podman", "docker"))),
    )
    parse(found.text, FILE, lambda name: (top / name).is_file())
    path.write_text(found.text, encoding="utf-8")
    return Report(path, found.text, (*found.sentences, *([why] if why else [])))


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _texts(top: Path, files: list[str]) -> dict[str, str]:
    """The texts that help, unreadable and huge files left out."""
    chosen = [name for name in files if wanted(name)]
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
