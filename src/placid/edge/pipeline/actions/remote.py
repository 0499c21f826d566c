"""Actions and workflows of other repositories, kept by commit: `<cache>/<owner>/<name>/<commit>`.

    ref --lock file, else the server--> commit --cache, else a fetch of that one commit--> files

The files are those that GitHub's own download has (`git archive`). A repository's own actions and
workflows, named by owner/name, come from the user's clone of it, and are not locked. What a killed
fetch left behind goes with the next one.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from placid.base.errors import Problem, Unavailable
from placid.edge.pipeline.actions.checkouts.gitting import Git, git_folder, reaching, sealed
from placid.edge.pipeline.actions.checkouts.target import is_commit, sound
from placid.edge.pipeline.actions.lockfile import LockFile
from placid.edge.pipeline.actions.locking import alone
from placid.edge.pipeline.actions.native import Settings
from placid.edge.pipeline.actions.programs import Outside, Ran
from placid.formats.workflows.reference import Reference

_STALLED = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "30", "tar.umask": "0022"}
_NEW = ".new-"
_WAITS = (1.0, 3.0)  # seconds between tries; GitHub's runner tries three times, too


class Remote:
    """Where remote actions come from. `repository` is the user's own clone."""

    def __init__(self, repository: Path, lock: LockFile, cache: Path, settings: Settings) -> None:
        self._repository, self._lock = repository, lock
        self._cache, self._settings = cache, settings
        self._updated: dict[str, str] = {}

    def folder(self, reference: Reference, say: Callable[[str], None]) -> Path:
        """The folder in the cache that holds the repository at the reference's commit."""
        name = reference.repository
        if not re.fullmatch(r"[\w-][\w.-]*/[\w.-]*[\w-][\w.-]*", name, re.ASCII):
            raise Problem(f"{name!r} is not the name of a repository", fix="write owner/name")
        commit = self._commit(reference)
        kept = self._cache / name.lower() / commit
        if not kept.is_dir():
            self._fetch(reference, commit, kept, say)
        return kept

    def _url(self, reference: Reference) -> str:
        if self._own(reference):
            return f"file://{git_folder(self._repository)}"
        return f"{self._settings.server.rstrip('/')}/{reference.repository}"

    def _own(self, reference: Reference) -> bool:
        return reference.repository.lower() == self._slug

    @cached_property
    def _slug(self) -> str:
        """The owner/name of the user's own repository."""
        ran = sealed(Outside(), self._repository).ask("config", "remote.origin.url")
        found = re.search(r"[/:]([^/:]+/[^/:]+?)(?:\.git)?/?$", ran.text)
        return found[1].lower() if found else ""

    def _commit(self, reference: Reference) -> str:
        if reference.pinned or is_commit(reference.ref):
            return reference.ref.lower()
        name, ref = reference.repository, sound(reference.ref)
        if self._own(reference):
            return self._resolve(reference)
        use = f"{name.lower()}@{ref}"
        if use in self._updated:
            return self._updated[use]
        locked = "" if self._settings.update else self._lock.get(name, ref)
        if locked:
            return locked
        commit = self._resolve(reference)
        self._lock.put(name, ref, commit)
        self._updated[use] = commit
        return commit

    def _resolve(self, reference: Reference) -> str:
        """Ask the server what a ref stands for; a tag comes before a branch."""
        self._need_network(reference)
        ref, url = reference.ref, self._url(reference)
        names = [ref] if ref.startswith("refs/") else _candidates(ref)
        peeled = [f"{name}^{{}}" for name in names]
        ran = _patiently(self._git(self._cache_root()), "ls-remote", url, *names, *peeled)
        if ran.code:
            raise self._failed(reference, ran.err)
        lines = (line.split("\t", 1) for line in ran.text.splitlines() if "\t" in line)
        found = {name: commit for commit, name in lines}
        for name in names:
            commit = found.get(f"{name}^{{}}") or found.get(name)
            if commit:
                return commit
        raise Problem(
            f"Unable to resolve action `{_use(reference)}`, unable to find version `{ref}`",
            where=url,
            fix=f"name a tag, a branch or a full commit id: git ls-remote {url}",
        )

    def _fetch(
        self, reference: Reference, commit: str, kept: Path, say: Callable[[str], None]
    ) -> None:
        self._need_network(reference)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with alone(kept.parent / ".lock"):
            if kept.is_dir():
                return
            for left in kept.parent.glob(f"{_NEW}*"):
                shutil.rmtree(left)
            fresh = kept.parent / f"{_NEW}{os.getpid()}-{commit[:12]}"
            try:
                say(f"Download action repository '{_use(reference)}' (SHA:{commit})")
                self._download(reference, commit, fresh)
                (fresh / "tree").rename(kept)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)

    def _download(self, reference: Reference, commit: str, fresh: Path) -> None:
        inner, tree = fresh / "git", fresh / "tree"
        tree.mkdir(parents=True)
        git = self._git(fresh)
        kind = ["--object-format=sha256"] if len(commit) == 64 else []
        git("init", "-q", "--bare", "--template=", *kind, str(inner))
        git = git.at(inner)
        fetch = ("fetch", "-q", "--depth=1", "--no-tags", self._url(reference))
        ran = _patiently(git, *fetch, commit)
        # A server need not give out commits by id; the ref may still stand for this one.
        if ran.code and (git.ask(*fetch, reference.ref).code or not _has(git, commit)):
            raise self._failed(reference, ran.err)
        git("archive", "--format=tar", f"--output={fresh / 'tree.tar'}", commit)
        argv = ("tar", "-xf", str(fresh / "tree.tar"), "-C", str(tree))
        ran = Outside().run(argv, {"PATH": os.environ.get("PATH", os.defpath)})
        if ran.code:
            raise Problem(f"cannot unpack {_use(reference)}: {ran.err.strip()}", where=str(tree))

    def _git(self, folder: Path) -> Git:
        return reaching(Outside(), folder).knowing(_STALLED)

    def _cache_root(self) -> Path:
        self._cache.mkdir(parents=True, exist_ok=True)
        return self._cache

    def _need_network(self, reference: Reference) -> None:
        if self._settings.offline and not self._own(reference):
            raise Problem(
                f"{_use(reference)} is not on this machine, and nothing is fetched offline",
                where=self._url(reference),
                fix=_fix(reference),
            )

    def _failed(self, reference: Reference, said: str) -> Problem:
        """Why a repository cannot be had."""
        from placid.edge.git_errors import problem  # noqa: PLC0415  rarely

        url = self._url(reference)
        why = problem(said, url).what
        return Problem(f"{_use(reference)} cannot be had: {why}", where=url, fix=_fix(reference))


def _patiently(git: Git, *args: str) -> Ran:
    """Run git again when the server did not answer."""
    from placid.edge.git_errors import problem  # noqa: PLC0415  rarely

    ran = git.ask(*args)
    for wait in _WAITS:
        if ran.code == 0 or not isinstance(problem(ran.err, ""), Unavailable):
            break
        time.sleep(wait)
        ran = git.ask(*args)
    return ran


def _candidates(ref: str) -> list[str]:
    return [f"refs/tags/{ref}", f"refs/heads/{ref}", f"refs/remotes/origin/{ref}"]


def _has(git: Git, commit: str) -> bool:
    return git.ask("cat-file", "-e", f"{commit}^{{commit}}").code == 0


def _use(reference: Reference) -> str:
    path = f"/{reference.path}" if reference.path else ""
    return f"{reference.repository}{path}@{reference.ref}"


def _fix(reference: Reference) -> str:
    """What to do about an action that cannot be had."""
    if reference.path.startswith(".github/workflows/"):
        return "run once with the network, or copy the workflow and use ./.github/workflows/..."
    name = "/".join(filter(None, (reference.repository, reference.path)))
    return (
        f"run once with the network, leave it out with --skip-action {name}, or copy it into"
        " the repository and use ./path"
    )
