"""What `placid check` looks at: the tree around a folder, or named files; and the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from placid.base.errors import Problem
from placid.core.audit.settings import Ignore, Settings, matches
from placid.edge.tree import FolderTree, changed_since, tree_at

_FILE = "placid.yaml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked of the command. `files` are looked at alone; empty is the whole tree."""

    start: Path
    files: tuple[Path, ...] = ()
    since: str = ""
    rules: tuple[str, ...] = ()
    baseline: bool = True
    secrets: bool = True
    history: bool = False
    network: bool = False
    fixes: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """The tree and the settings of an audit."""

    tree: FolderTree
    settings: Settings
    whole: bool
    changed: frozenset[str] | None = None

    @property
    def baseline(self) -> Path:
        return self.tree.root / self.settings.baseline

    def among(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `paths` that are looked at: all, or those that have changed."""
        if self.changed is None:
            return paths
        return tuple(path for path in paths if path in self.changed)


def ground(wanted: Wanted) -> Ground:
    """What is looked at; Problem for a path that is not there or settings that are wrong."""
    if wanted.files:
        return _named(wanted)
    tree = tree_at(wanted.start)
    settings = _settings(tree.root)
    names = [name for name in tree.names() if not matches(name, settings.exclude)]
    changed = changed_since(tree, wanted.since) if wanted.since else None
    return Ground(tree.only(names), settings, whole=True, changed=changed)


def _named(wanted: Wanted) -> Ground:
    for path in wanted.files:
        if not path.exists():
            raise Problem(f"there is no {path}", fix="name files or folders that are there")
    folders = [path for path in wanted.files if path.is_dir()]
    if len(wanted.files) == 1 and folders:
        return ground(replace(wanted, start=folders[0], files=()))
    root = _common(wanted.files)
    names = [name for path in wanted.files for name in _below(path, root)]
    return Ground(FolderTree(root, names, git=False), _settings(root), whole=False)


def _common(paths: Sequence[Path]) -> Path:
    """The folder of a repository that holds all of them, or the closest folder that does."""
    absolute = [path.absolute() for path in paths]
    root = absolute[0].parent
    while any(root not in path.parents for path in absolute):
        root = root.parent
    around = (each for each in (root, *root.parents) if (each / ".git").exists())
    return next(around, root)


def _below(path: Path, root: Path) -> Iterator[str]:
    if not path.is_dir():
        yield path.absolute().relative_to(root).as_posix()
        return
    for name in tree_at(path).names():
        yield (path.absolute() / name).relative_to(root).as_posix()


def _settings(root: Path) -> Settings:
    """The section `check` of placid.yaml; where there is none, nothing is imported to read it."""
    try:
        text = (root / _FILE).read_bytes().decode("utf-8", "replace")
    except OSError:
        return Settings()
    from placid.config.loading import section
    from placid.config.model import Checking

    found = section(text, _FILE, Checking)
    ignores = (
        Ignore((name,), each.reason, tuple(each.paths)) for name, each in found.ignore.items()
    )
    return Settings(
        found.fail_on, tuple(found.exclude), tuple(ignores), found.baseline, found.kubernetes
    )
