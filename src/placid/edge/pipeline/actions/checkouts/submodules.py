"""Submodules of a checkout: from the user's own clones of them, else from their servers.

The user's clone lies in `.git/modules/<name>`. Git clones from it as if it were the remote, which
keeps the two apart as with the repository itself; the URL that ends up in the workspace's config is
the one that .gitmodules says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.pipeline.actions.checkouts.gitting import Git

_SSH = "git@github.com:"


@dataclass(frozen=True, slots=True)
class Modules:
    """How submodules are had.

    inner      seals the workspace's git; outer: the git that reaches servers, None when offline
    depth      of their history, 0 for all
    recursive  theirs, too
    """

    inner: Git
    outer: Git | None
    depth: int
    recursive: bool
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Module:
    name: str
    path: str
    url: str


def update(modules: Modules, tree: Path, known: Path | None) -> None:
    """Check out the submodules of the tree; `known` is the user's git folder for that tree."""
    git = modules.inner.at(tree)
    if not (tree / ".gitmodules").exists():
        return
    git("submodule", "--quiet", "sync")
    git("submodule", "--quiet", "init")
    for module in _modules(git):
        local = known / "modules" / module.name if known is not None else None
        if local is not None and not (local / "HEAD").exists():
            local = None
        _update(modules, tree, module, local)
        if modules.recursive:
            update(modules, tree / module.path, local)


def _modules(git: Git) -> list[_Module]:
    """The submodules that are in the tree, with their URLs as they are now configured."""
    listed = git("config", "-z", "-f", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$")
    found: list[_Module] = []
    for item in listed.split("\0"):
        key, _, path = item.partition("\n")
        name = key.removeprefix("submodule.").removesuffix(".path")
        url = git.ask("config", f"submodule.{name}.url")
        staged = git.ask("ls-files", "-s", "--", path).text
        if path and url.code == 0 and staged.startswith("160000 "):
            found.append(_Module(name, path, url.text))
    return found


def _update(modules: Modules, tree: Path, module: _Module, local: Path | None) -> None:
    if ".." in Path(module.name).parts:
        raise Problem(f"submodule {module.name!r} has a name that git refuses", where=str(tree))
    depth = [f"--depth={modules.depth}"] if modules.depth else []
    command = ("submodule", "--quiet", "update", "--force", *depth, "--", module.path)
    if local is not None:
        git = modules.inner.at(tree).knowing({f"url.file://{local}.insteadOf": module.url})
        ran = git.ask(*command)
        if ran.code == 0:
            modules.say(f"Submodule {module.path}: from this machine's clone")
            return
    _fetch(modules, tree, module, command)


def _fetch(modules: Modules, tree: Path, module: _Module, command: tuple[str, ...]) -> None:
    if modules.outer is None and not module.url.startswith(("file://", "/")):
        raise Problem(
            f"submodule {module.path} has no clone here, and nothing is fetched offline",
            where=module.url,
            fix="git submodule update --init --recursive",
        )
    git = modules.outer or modules.inner
    if module.url.startswith(_SSH):
        git = git.knowing({"url.https://github.com/.insteadOf": _SSH})
    ran = git.at(tree).ask(*command)
    if ran.code:
        said = re.sub(r"(?<=://)[^/\s@]*@", "", ran.err.strip())
        raise Problem(
            f"submodule {module.path} cannot be had: {said.splitlines()[-1] if said else ''}",
            where=module.url,
            fix="git submodule update --init --recursive, here, and run again",
        )
    modules.say(f"Submodule {module.path}: fetched")
