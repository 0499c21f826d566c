"""Checking out the repository that the run is for: from the user's clone, without any server.

On the host the new repository reads the user's objects where they lie, so that a checkout costs
what writing its files costs. For a job in a container, which does not see the user's clone, and for
a history of some other depth than one commit or all, the objects are fetched into it.
"""

from __future__ import annotations

from pathlib import Path

from placid.edge.pipeline.actions.checkouts.gitting import Git, git_folder
from placid.edge.pipeline.actions.checkouts.target import Source, Target
from placid.edge.pipeline.actions.checkouts.workspace import Refs, Workspace, deep
from placid.ports.pipeline import Origin

_READ = "git -c safe.directory=* upload-pack"


class Own:
    """The user's repository, to be checked out somewhere. `depth` 0 is all of history."""

    def __init__(self, origin: Origin, git: Git, depth: int, tags: bool) -> None:
        self.source = Source(origin, git.at(origin.repository))
        self.inner = git_folder(origin.repository)
        self._git, self._depth, self._tags = git, depth, tags

    def bring(self, workspace: Workspace, target: Target, apart: bool) -> None:
        """Give the workspace's repository the commit and its refs. `apart`: copy the objects."""
        if apart or self._depth > 1:
            workspace.lay_out(target, None)
            self._fetch(workspace, target)
            workspace.point(target, Refs(self._refs(), self._fetched(workspace)))
            return
        workspace.lay_out(target, self.inner / "objects")
        workspace.point(target, Refs(self._refs(), [*self._ends(target), *self._cut()]))

    def _refs(self) -> dict[str, str]:
        """What else the checkout brings: all branches and tags, or tags, or nothing."""
        refs: dict[str, str] = {}
        if not self._depth:
            branches = self.source.branches.items()
            refs |= {f"refs/remotes/origin/{name}": tip for name, tip in branches}
        if self._tags or not self._depth:
            refs |= {name: tip for name, (tip, _) in self.source.tags.items()}
        return refs

    def _ends(self, target: Target) -> list[str]:
        if not self._depth:
            return []
        tags = self.source.tags.values() if self._tags else ()
        return [target.commit, *(commit for _, commit in tags)]

    def _cut(self) -> list[str]:
        """Where the user's own clone ends."""
        shallow = self.inner / "shallow"
        return shallow.read_text().split() if shallow.exists() else []

    def _fetched(self, workspace: Workspace) -> list[str]:
        shallow = workspace.inner / "shallow"
        return shallow.read_text().split() if shallow.exists() else []

    def _fetch(self, workspace: Workspace, target: Target) -> None:
        """Copy the objects, as if from a server."""
        (workspace.inner / "HEAD").write_text("ref: refs/heads/none\n")
        wanted = {**self._refs(), "": target.tip or target.commit}
        refspecs = "".join(f"{tip}\n" for tip in dict.fromkeys(wanted.values()))
        depth = deep(self._depth, workspace)
        workspace.git(
            *("fetch", "-q", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
            *("--update-shallow", *depth, f"--upload-pack={_READ}", "--stdin", _url(self.inner)),
            stdin=refspecs.encode(),
            where=str(self.source),
        )


def _url(folder: Path) -> str:
    """As a URL, for from a plain path git would link the objects."""
    from urllib.parse import quote  # noqa: PLC0415  only here

    return f"file://{quote(str(folder))}"
