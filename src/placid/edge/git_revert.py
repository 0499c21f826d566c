"""Taking a bad commit back in git: one new commit on top of it, with the content of a good one.

    bad is the tip --> commit-tree(tree of good, parent bad) --> where does the branch live?
        in a working tree    clean: `merge --ff-only` there; dirty: a Problem with the command
        anywhere else        a plain push, which git refuses by itself when the branch has moved
        "pull-request"       a push to placid/revert-<bad>, then GitHub's API or the command

The commit carries `Placid-Reverts: <bad>`, and is kept as refs/placid-reverts/<bad> before it is
pushed, so asking twice (a crash, a lost answer) finds it and makes no second. Nothing is forced.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.git_binary import Git, Login, parted
from placid.edge.git_mirror import Mirror
from placid.edge.github import GitHub, PullRequest, github_of

NOBODY = ("placid", "placid@localhost")


class Revert:
    """Takes commits of one mirrored repository back; the caller holds the mirror's lock."""

    def __init__(self, mirror: Mirror, folder: Path | None, environ: Mapping[str, str]) -> None:
        self.mirror, self.folder, self.environ = mirror, folder, environ

    async def make(self, bad: str, good: str, why: str, how: str) -> str:
        """Take `bad` back to the content of `good`; a sentence that says what was done."""
        if how not in {"revert", "pull-request"}:
            raise ValueError(f"no way to take back is called {how!r}")
        tip = await self.mirror.tip()
        if done := await self._done(bad, tip):
            return f"{bad[:10]} was already taken back on {self.mirror.branch} by {done[:10]}"
        if tip != bad:
            raise self._moved(bad, good, tip)
        if await self._tree(bad) == await self._tree(good):
            return f"nothing to take back in git: {bad[:10]} holds the same files as {good[:10]}"
        commit = await self._commit(bad, good, why)
        if how == "pull-request":
            return await self._propose(bad, good, why, commit)
        if tree := await self._checked_out():
            return await self._merge(tree, bad, good, commit)
        await self._push(commit, self.mirror.branch)
        return self._said(bad, good, commit, "pushed")

    async def _done(self, bad: str, tip: str) -> str:
        """The commit on the branch that took `bad` back already, or ""."""
        if not tip or tip == bad:
            return ""
        branch = f"refs/heads/{self.mirror.branch}"
        await self.mirror.fetch(f"+{branch}:{branch}")
        found = await self.mirror.git(
            "log", "-1", "--format=%H", f"--grep=^Placid-Reverts: {bad}$", f"{bad}..{tip}", "--"
        )
        return found.strip()

    async def _tree(self, commit: str) -> str:
        return await self.mirror.git("rev-parse", f"{commit}^{{tree}}")

    async def _commit(self, bad: str, good: str, why: str) -> str:
        """The revert commit, made now or by an earlier try that did not get to the end."""
        ref = f"refs/placid-reverts/{bad}"
        tree = await self._tree(good)
        kept = await self.mirror.resolve(ref)
        if kept and await self._tree(kept) == tree:
            return kept
        subject = await self.mirror.git("log", "-1", "--format=%s", bad, "--")
        message = (
            f'Revert "{subject}"\n\n{why.strip()}\n\n'
            f"The files are those of {good} again.\n\nPlacid-Reverts: {bad}\n"
        )
        identity = await self._identity()
        commit = await self.mirror.git(
            *identity, "commit-tree", tree, "-p", bad, "-F", "-", stdin=message.encode()
        )
        await self.mirror.git("update-ref", ref, commit)
        return commit

    async def _identity(self) -> tuple[str, ...]:
        """Settings that name the author: those of the repository, else placid."""
        settings: list[str] = []
        git = Git(self.mirror.source, self.environ)
        where = self.folder or self.mirror.path
        for part, ours in zip(("name", "email"), NOBODY, strict=True):
            said = await git.ask("-C", str(where), "config", "--get", f"user.{part}")
            settings += ["-c", f"user.{part}={said.out or ours}"]
        return tuple(settings)

    async def _checked_out(self) -> Path | None:
        """The working tree of the source that has the branch checked out, if any has."""
        if self.folder is None:
            return None
        git = Git(self.mirror.source, self.environ)
        listed = await git("-C", str(self.folder), "worktree", "list", "--porcelain")
        for entry in listed.split("\n\n"):
            lines = entry.splitlines()
            if f"branch refs/heads/{self.mirror.branch}" in lines:
                return Path(lines[0].removeprefix("worktree "))
        return None

    async def _merge(self, tree: Path, bad: str, good: str, commit: str) -> str:
        """Move the checked-out branch and its working tree forward, if nothing can be lost."""
        git = Git(str(tree), self.environ)
        at = ("-C", str(tree))
        ref = f"refs/placid-reverts/{bad}"
        await git(
            *at, "fetch", "-q", "--no-tags", "--no-write-fetch-head", str(self.mirror.path), ref
        )
        by_hand = f"git -C '{tree}' merge --ff-only {commit[:12]}"
        if await git(*at, "status", "--porcelain", "--untracked-files=no"):
            raise Problem(
                f"{bad[:10]} is not taken back in git: {tree} has changes that are not committed",
                where=str(tree),
                fix=f"commit or stash them, then run: {by_hand}",
            )
        said = await git.ask(*at, "merge", "-q", "--ff-only", commit, limit=120.0)
        if said.code:
            raise Problem(
                f"{bad[:10]} is not taken back in git: {_first(said.err or said.out)}",
                where=str(tree),
                fix=f"put that right, then run: {by_hand}",
            )
        return self._said(bad, good, commit, f"merged into {tree} as")

    async def _push(self, commit: str, branch: str) -> None:
        await self.mirror.git("push", "-q", "origin", f"{commit}:refs/heads/{branch}", limit=120.0)

    async def _propose(self, bad: str, good: str, why: str, commit: str) -> str:
        """Push the commit to a branch of its own, and ask for it to be merged."""
        branch = f"placid/revert-{bad[:10]}"
        there = await self.mirror.tip(branch)
        if there not in {"", commit}:
            raise Problem(
                f"the branch {branch} exists and holds something else ({there[:10]})",
                where=self.mirror.source,
                fix=f"delete it: git push origin --delete {branch}",
            )
        if not there:
            await self._push(commit, branch)
        title = await self.mirror.git("log", "-1", "--format=%s", commit, "--")
        body = f"{why.strip()}\n\nThe files are those of {good} again.\n\nPlacid-Reverts: {bad}"
        origin = await self._origin()
        pushed = f"pushed {commit[:10]} to {branch}"
        github = github_of(origin, self.environ)
        if github is None or not github.token:
            return f"{pushed}; to take {bad[:10]} back, run: {self._by_hand(branch, github)}"
        if self.folder is not None:
            await self._push_to(origin, commit, branch)
        request = PullRequest(title, branch, self.mirror.branch, body)
        return f"{pushed} and opened {await github.propose(request)}"

    async def _push_to(self, origin: str, commit: str, branch: str) -> None:
        """Push to where a local source was cloned from; the token serves as login over HTTPS."""
        address, login = parted(origin)
        token = self.environ.get("GITHUB_TOKEN") or self.environ.get("GH_TOKEN") or ""
        git = Git(address, self.environ, login or Login("x-access-token", token))
        refspec = f"{commit}:refs/heads/{branch}"
        await git("-C", str(self.mirror.path), "push", "-q", address, refspec, limit=120.0)

    async def _origin(self) -> str:
        """The address that the source was itself cloned from, or its own."""
        if self.folder is None:
            return self.mirror.source
        git = Git(self.mirror.source, self.environ)
        said = await git.ask("-C", str(self.folder), "config", "--get", "remote.origin.url")
        return said.out or self.mirror.source

    def _by_hand(self, branch: str, github: GitHub | None) -> str:
        base = self.mirror.branch
        if github is not None:
            push = "" if self.folder is None else f"git push origin {branch} && "
            return f"{push}gh pr create -R {github.name} -B {base} -H {branch} --fill"
        if self.folder is not None:
            return f"git -C '{self.folder}' checkout {base} && git merge --ff-only {branch}"
        return f"git fetch origin && git push origin origin/{branch}:{base}"

    def _said(self, bad: str, good: str, commit: str, verb: str) -> str:
        return (
            f"{verb} {commit[:10]} on {self.mirror.branch}: "
            f"it takes {bad[:10]} back to the files of {good[:10]}"
        )

    def _moved(self, bad: str, good: str, tip: str) -> Problem:
        now = f"stands at {tip[:10]} now" if tip else "is gone"
        return Problem(
            f"{bad[:10]} is not taken back in git: {self.mirror.branch} has moved on, it {now}",
            where=self.mirror.source,
            fix=f"if the fault is still in it, run: git revert {bad[:10]} "
            f"(the files of {good[:10]} were good)",
        )


def _first(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "git gave no reason")
