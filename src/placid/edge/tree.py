"""The files an audit looks at: what git tracks or would track, a folder, or files named by hand.

Git is asked once for the names. A file that a rule may write is in the repository like any other;
what git ignores is not. Symbolic links that lead out of the tree are not followed.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from placid.base.errors import Problem
from placid.core.audit.naming import proper_name

_SKIPPED = {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".placid"}
_YAML = (".yml", ".yaml")
_LARGEST = 20_000_000
_TIMEOUT = 60
_SAYS_WHERE = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"))
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class FolderTree:
    """audit.model.Tree over a folder on disk."""

    def __init__(
        self,
        root: Path,
        names: Iterable[str],
        git: bool,
        rendered: Mapping[str, bytes] | None = None,
    ) -> None:
        self.root = root
        self.rendered = rendered or {}
        """Files that are on no disk: what a chart renders to, or another name of one."""
        self._names = sorted({*names, *self.rendered})
        self.git = git
        self._start = os.path.join(root, "")

    def names(self) -> Sequence[str]:
        return self._names

    def read(self, name: str) -> bytes:
        if name in self.rendered:
            return self.rendered[name]
        path = f"{self._start}{name}"
        try:
            file = os.open(path, _OPEN | os.O_NOFOLLOW)
        except OSError:
            return _content(path) if self._inside(path) else b""
        return _read(file)

    def ignored(self, name: str) -> bool | None:
        if not self.git:
            return None
        code = _git(self.root, "check-ignore", "-q", "--no-index", "--", name).returncode
        return {0: True, 1: False}.get(code)

    def only(self, names: Iterable[str]) -> FolderTree:
        """The same tree with these files alone."""
        return FolderTree(self.root, names, self.git)

    def under_proper_names(self) -> tuple[FolderTree, dict[str, str]]:
        """The same tree, and workflows and actions by the names they need; those to their own."""
        texts = {name: self.read(name) for name in self._names if name.endswith(_YAML)}
        proper = {
            proper_name(name, data.decode("utf-8", "replace")): name for name, data in texts.items()
        }
        names = {each: own for each, own in proper.items() if each != own}
        copies = {each: texts[own] for each, own in names.items()}
        return FolderTree(self.root, self._names, self.git, copies), names

    def with_charts(self) -> FolderTree:
        """The same tree, and what its Helm charts render to where the user has helm."""
        charts = [name for name in self._names if name.endswith("/Chart.yaml")]
        if not charts:
            return self
        import shutil  # noqa: PLC0415  few repositories

        if shutil.which("helm") is None:
            return self
        from placid.core.audit.facts.objects import is_example  # noqa: PLC0415  have charts
        from placid.edge.rendering import render  # noqa: PLC0415

        rendered: dict[str, bytes] = {}
        for name in charts:
            folder = name.removesuffix("/Chart.yaml")
            if not is_example(name):
                made = render(self.root, folder)
                if made is not None and made.text:
                    rendered[f"{folder}/(rendered).yaml"] = made.text.encode()
        return FolderTree(self.root, self._names, self.git, rendered)

    def write(self, name: str, data: bytes) -> None:
        """Put `data` in a file at once and whole; its mode stays."""
        path = self.root / name
        if path.is_symlink():
            raise Problem(f"{name} is a symbolic link", where=str(path), fix="mend what it names")
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
        fresh = path.with_name(f".{path.name}.placid")
        try:
            fresh.write_bytes(data)
            fresh.chmod(mode)
            fresh.replace(path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise Problem(f"{name} cannot be written: {error.strerror}", where=str(path)) from None

    def _inside(self, path: str) -> bool:
        """Whether a path, which may be a link, leads to something in the tree."""
        return os.path.realpath(path).startswith(os.path.realpath(self.root) + os.sep)


def _content(path: str) -> bytes:
    """What a link leads to; b"" when that is nothing that can be read."""
    try:
        return _read(os.open(path, _OPEN))
    except OSError:
        return b""


def _read(file: int) -> bytes:
    """The bytes of an open file, which is closed; b"" for folders, devices and what is too large.

    Straight system calls: of thousands of small files, Python's own `open` takes most of the time.
    """
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            return b""
        data = os.read(file, found.st_size + 1)
        while len(data) > found.st_size and (more := os.read(file, _LARGEST)):
            data += more
        return data
    except OSError:
        return b""
    finally:
        os.close(file)


def tree_at(folder: Path) -> FolderTree:
    """The repository around `folder`, whole; without git the folder itself."""
    root = _nearest(folder)
    listed = _listed(root) if root else None
    if root is None or listed is None or listed.returncode != 0:
        top = _git(folder, "rev-parse", "--show-toplevel")
        if top.returncode != 0:
            return FolderTree(folder, _walk(folder), git=False)
        root = Path(os.fsdecode(top.stdout).rstrip("\n"))
        listed = _listed(root)
    if listed.returncode != 0:
        why = listed.stderr.decode("utf-8", "replace").strip()
        raise Problem(f"git cannot list the files: {why}", where=str(root))
    names = (os.fsdecode(each) for each in listed.stdout.split(b"\0") if each)
    return FolderTree(root, (name for name in names if not name.startswith(".placid/")), git=True)


def _listed(root: Path) -> subprocess.CompletedProcess[bytes]:
    """What git says are the files of a repository."""
    return _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")


def _nearest(folder: Path) -> Path | None:
    """The plain repository around `folder`; None where it takes git itself to find it."""
    if not _SAYS_WHERE.isdisjoint(os.environ):
        return None
    start = Path(os.path.realpath(folder))
    root = next((each for each in (start, *start.parents) if (each / ".git").exists()), None)
    if root is None or not (root / ".git/HEAD").is_file():
        return None
    try:
        elsewhere = b"worktree" in (root / ".git/config").read_bytes()
    except OSError:
        return None
    return None if elsewhere else root


def changed_since(tree: FolderTree, revision: str) -> frozenset[str]:
    """The files that differ from where the branch left `revision`, new ones included."""
    if revision.startswith("-"):
        raise Problem(f"{revision} is no revision", fix="name a branch, tag or commit")
    base = _git(tree.root, "merge-base", "HEAD", revision)
    if base.returncode != 0:
        raise Problem(
            f"git knows no common ancestor of HEAD and {revision}",
            where=str(tree.root),
            fix="name a branch, tag or commit; in CI, fetch with enough depth (fetch-depth: 0)",
        )
    start = base.stdout.decode().strip()
    changed = _git(tree.root, "diff", "--name-only", "-z", "--no-renames", start, "--")
    fresh = _git(tree.root, "ls-files", "-z", "--others", "--exclude-standard")
    names = (changed.stdout + fresh.stdout).split(b"\0")
    return frozenset(os.fsdecode(name) for name in names if name)


def _walk(folder: Path) -> Iterable[str]:
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        for file in files:
            yield os.path.relpath(os.path.join(base, file), folder).replace(os.sep, "/")


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    argv = ["git", "-C", str(folder), *words]
    try:
        return subprocess.run(argv, capture_output=True, timeout=_TIMEOUT, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(argv, 127, b"", b"git is not installed")
