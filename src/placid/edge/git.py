"""The Git repository that is followed, seen through the user's git and a bare mirror of our own.

`tip` is one `ls-remote` at most. `head` fetches into the mirror only what it lacks. The user's
working tree is read by nothing here; the one thing that may move it is taking a release back, see
`git_revert`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from placid.base.errors import Problem, Unavailable
from placid.edge.git_binary import Git, parted
from placid.edge.git_mirror import FULL_ID, Mirror, local, missing
from placid.edge.git_refs import Look, look
from placid.edge.git_revert import Revert
from placid.ports import Between, Head

_LISTED = 1000


class GitRepository:
    """ports.Repository on git. `source` is a path or a URL, `mirror` is `.placid/repo.git`.

    A login in the URL is used and never shown. `environ` is read for git's own settings and for
    GITHUB_TOKEN or GH_TOKEN.
    """

    def __init__(
        self,
        source: str,
        branch: str,
        mirror: Path,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        address, login = parted(source)
        self.folder = local(address)
        self.source = str(self.folder) if self.folder else address
        self.branch = branch
        self.environ = os.environ if environ is None else environ
        git = Git(self.source, self.environ, login)
        self.mirror = Mirror(self.source, branch, mirror.absolute(), git=git)
        self._refs: Path | None = None
        self._seen: tuple[Look, str] | None = None

    async def tip(self) -> str:
        """The commit id of the branch, "" when there is no such branch.

        One `ls-remote`, and none at all for a local repository whose branch looks as it did.
        """
        if self.folder is not None and self._refs is None:
            self._refs = await self._git_folder(self.folder)
        seen = look(self._refs, self.branch) if self._refs else None
        if seen is not None and self._seen is not None and self._seen[0] == seen:
            return self._seen[1]
        tip = await self.mirror.tip()
        self._seen = (seen, tip) if seen is not None else None
        return tip

    async def _git_folder(self, folder: Path) -> Path | None:
        """Where a local repository keeps its branches; None when git does not know."""
        git = Git(self.source, self.environ)
        said = await git.ask(
            "-C", str(folder), "rev-parse", "--path-format=absolute", "--git-common-dir"
        )
        return Path(said.out) if said.code == 0 else None

    async def head(self, commit: str) -> Head:
        """Fetch and describe a commit, named by full id or any revision; Problem when unknown."""
        async with self.mirror.alone():
            found = await self._find(commit)
            await self.mirror.keep(found)
        shown = await self.mirror.git(
            "log", "-1", "--no-show-signature", "--format=%H%x00%T%x00%s%x00%an", found, "--"
        )
        return Head(*shown.split("\0"))

    async def between(self, old: str, new: str) -> Between:
        """How the branch went from `old` to `new`; forced when `old` is no ancestor of `new`."""
        await self.mirror.open()
        if not await self.mirror.has(new):
            raise self._unknown(new)
        if not await self.mirror.has(old):
            return Between(forced=True)
        forced = not await self.mirror.asks("merge-base", "--is-ancestor", old, new)
        newest = await self.mirror.git(
            "rev-list", "--topo-order", f"--max-count={_LISTED + 1}", new, f"^{old}", "--"
        )
        commits = [commit for commit in newest.split() if commit != new]
        return Between(forced, tuple(reversed(commits[:_LISTED])))

    async def take_back(self, bad: str, good: str, why: str, how: str) -> str:
        """Make the branch's content that of `good` again, see ports.Repository."""
        async with self.mirror.alone():
            for commit in (bad, good):
                if not await self.mirror.has(commit):
                    await self._find(commit)
            return await Revert(self.mirror, self.folder, self.environ).make(bad, good, why, how)

    async def _find(self, revision: str) -> str:
        """The full id of `revision`, fetched: from the mirror, the branch, then everything."""
        if await self.mirror.has(revision):
            return revision
        wanted = await self._as_the_source_names_it(revision)
        branch = f"+refs/heads/{self.branch}:refs/heads/{self.branch}"
        if await self._fetched(branch) and (found := await self.mirror.resolve(wanted)):
            return found
        await self.mirror.fetch("--prune", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        if found := await self.mirror.resolve(wanted):
            return found
        if FULL_ID.fullmatch(wanted) and await self._fetched(wanted):
            return wanted
        if revision in {self.branch, "HEAD", ""}:
            raise missing(self.branch, self.source, await self.mirror.branches())
        raise self._unknown(revision)

    async def _as_the_source_names_it(self, revision: str) -> str:
        """A local repository knows HEAD, abbreviations and the reflog better than our mirror."""
        if self.folder is None or FULL_ID.fullmatch(revision) or revision[:1] in {"-", ""}:
            return revision
        git = Git(self.source, self.environ)
        wanted = ("rev-parse", "-q", "--verify", f"{revision}^{{commit}}")
        said = await git.ask("-C", self.source, *wanted)
        return said.out if said.code == 0 else revision

    async def _fetched(self, ref: str) -> bool:
        """Whether the source has `ref` to give; Unavailable when it does not answer."""
        try:
            await self.mirror.fetch(ref)
        except Unavailable:
            raise
        except Problem:
            return False
        return True

    def _unknown(self, revision: str) -> Problem:
        return Problem(
            f"{self.source} knows no commit called {revision!r}",
            where=self.source,
            fix="give a commit id, branch or tag that is there; push it first if it is new",
        )
