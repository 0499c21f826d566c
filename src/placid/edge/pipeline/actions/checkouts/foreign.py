"""Checking out another repository than the run's own: a clone from its server.

With a `token` it is that token's access, handed over in git's environment; without, the user's own.
"""

from __future__ import annotations

from placid.base.errors import Problem
from placid.edge.pipeline.actions.checkouts.gitting import Git
from placid.edge.pipeline.actions.checkouts.target import Target, is_commit, placed, sound
from placid.edge.pipeline.actions.checkouts.workspace import Refs, Workspace, deep


class Foreign:
    """A repository at `url`, reached by `git`. `depth` 0 is all of history."""

    def __init__(self, url: str, git: Git, depth: int, tags: bool) -> None:
        self._url, self._git = url, git
        self._depth, self._tags = depth, tags
        self._refs: dict[str, str] = {}

    def target(self, ref: str) -> Target:
        """What the input `ref` means there; its default branch for ""."""
        if is_commit(ref):
            return Target(ref.lower())
        if ref:
            sound(ref)
        wanted = [ref] if ref.startswith("refs/") else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
        asked = [*wanted, f"{wanted[-1]}^{{}}"] if ref else ["HEAD"]
        found = self._listed(asked)
        head = found.pop("", "")
        name = head if not ref else next((each for each in wanted if each in found), "")
        if not name:
            raise Problem(
                f"A branch or tag with the name '{ref}' could not be found",
                where=self._url,
                fix="see which ones there are: git ls-remote",
            )
        tip = found.get(name, "") or found.get("HEAD", "")
        target = placed(name, found.get(f"{name}^{{}}", tip), tip)
        return Target(target.commit, ref or name, target.name, target.branch, target.tip)

    def _listed(self, names: list[str]) -> dict[str, str]:
        """What the server shows of these refs; "" is the branch that HEAD stands for."""
        listed = self._git("ls-remote", "--symref", self._url, *names, where=self._url)
        found: dict[str, str] = {}
        for line in listed.splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: ") and name == "HEAD":
                found[""] = value.removeprefix("ref: ")
            elif not value.startswith("ref: "):
                found[name] = value
        return found

    def bring(self, workspace: Workspace, target: Target) -> None:
        """Fetch the commit, and the branches and tags that are asked for."""
        workspace.lay_out(target, None)
        (workspace.inner / "HEAD").write_text("ref: refs/heads/none\n")
        depth = deep(self._depth, workspace)
        git = self._git.at(workspace.folder)
        git(
            *("fetch", "-q", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
            *("--prune", *depth, "--stdin", self._url),
            stdin="".join(f"{each}\n" for each in self._refspecs(target)).encode(),
            where=self._url,
        )
        shallow = workspace.inner / "shallow"
        ends = shallow.read_text().split() if shallow.exists() else []
        workspace.point(target, Refs(self._fetched(workspace), ends))

    def _refspecs(self, target: Target) -> list[str]:
        wide: list[str] = []
        if not self._depth:
            wide.append("+refs/heads/*:refs/remotes/origin/*")
        if self._tags or not self._depth:
            wide.append("+refs/tags/*:refs/tags/*")
        if any(target.name.startswith(each.partition(":")[2][:-1]) for each in wide):
            return wide
        return [f"+{target.tip}:{target.name}" if target.name else target.commit, *wide]

    def _fetched(self, workspace: Workspace) -> dict[str, str]:
        listed = workspace.git("for-each-ref", "--format=%(objectname) %(refname)")
        pairs = (line.split(" ", 1) for line in listed.splitlines())
        return {name: tip for tip, name in pairs if not name.startswith("refs/heads/")}
