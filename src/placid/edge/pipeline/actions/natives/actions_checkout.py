"""`actions/checkout`: the run's commit from the user's own repository, needing no server or token.

The result is a repository of its own, as the action makes it: the branch is checked out and tracks
origin's, a tag or a pull request's merge commit is checked out detached; history is one commit deep
unless `fetch-depth` says otherwise. Another `repository` is cloned. A token that is given is left
in the config only with `persist-credentials`, and taken out after the job.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem
from placid.core.pipeline.repository import NO_COMMIT
from placid.edge.pipeline.actions.checkouts.gitting import Git, header, reaching, sealed
from placid.edge.pipeline.actions.checkouts.own import Own
from placid.edge.pipeline.actions.checkouts.target import Target
from placid.edge.pipeline.actions.checkouts.workspace import Workspace
from placid.edge.pipeline.actions.native import (
    NativeAction,
    Settings,
    again,
    boolean,
    context,
    natives,
    outside,
)
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"repository": "", "ref": "", "token": "", "ssh-key": "", "ssh-known-hosts": ""},
    **{"ssh-strict": "true", "ssh-user": "git", "persist-credentials": "true", "path": ""},
    **{"clean": "true", "filter": "", "sparse-checkout": "", "sparse-checkout-cone-mode": "true"},
    **{"fetch-depth": "1", "fetch-tags": "false", "show-progress": "true", "lfs": "false"},
    **{"submodules": "false", "set-safe-directory": "true", "github-server-url": ""},
    **{"allow-unsafe-pr-checkout": "false"},
}


class Checkout(NamedTuple):
    """One checkout: whose repository, to where, and how."""

    use: Use
    settings: Settings
    folder: Path
    slug: str
    server: str

    @property
    def own(self) -> bool:
        """Whether it is the repository that the run is for."""
        slugs = {self.use.origin.slug.lower(), context(self.use, "repository").lower()}
        return self.slug.lower() in slugs

    @property
    def url(self) -> str:
        """Where origin is."""
        return f"{self.server}/{self.slug}"

    @property
    def depth(self) -> int:
        """How many commits of history, 0 for all; what is no number counts as all."""
        found = re.match(r"\s*\d+", self.use.inputs["fetch-depth"])
        return int(found[0]) if found else 0

    def flag(self, name: str) -> bool:
        """Whether an input says yes."""
        return boolean(self.use.inputs[name])

    def lines(self, name: str) -> list[str]:
        """The lines of an input."""
        return [line.strip() for line in self.use.inputs[name].split("\n") if line.strip()]


def checkout(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `ref` and `commit`."""
    one = _read(use, settings)
    if one.own and use.origin.commit == NO_COMMIT:
        return _lying(one)
    git = sealed(outside(use), one.folder)
    if one.own:
        target, workspace, differs = _own(one, git)
    else:
        target, workspace, differs = _foreign(one, git)
    _submodules(one, workspace)
    if one.flag("lfs"):
        _large_files(one, workspace)
    outputs = {"ref": target.ref, "commit": target.commit}
    use.say(target.commit)
    if _persist(one, workspace):
        return Done(
            outputs=outputs, differs=differs, always=True, post=again(use, lambda _: _forget(one))
        )
    return Done(outputs=outputs, differs=differs)


def _lying(one: Checkout) -> Done:
    """There is no commit: the files as they lie, and no repository around them."""
    from placid.edge.pipeline.actions.checkouts.lying import take_folder  # noqa: PLC0415  seldom

    count = take_folder(one.use.origin.repository, one.folder)
    one.use.say(f"There is no commit here: {count} files as they lie")
    differs = "GitHub checks out a commit; there is none here, and the files are taken as they lie"
    return Done(outputs={"ref": one.use.origin.ref, "commit": ""}, differs=(differs,))


def _read(use: Use, settings: Settings) -> Checkout:
    slug = use.inputs["repository"] or use.origin.slug or context(use, "repository")
    if use.inputs["repository"] and not re.fullmatch(r"[\w.-]+/[\w.-]+", slug, re.ASCII):
        raise Problem(f"Invalid repository '{slug}'. Expected format {{owner}}/{{repo}}.")
    layout = use.place.layout
    root = layout.workspace.resolve()
    given = use.inputs["path"]
    inside = use.place.outside(given) if given.startswith("/") else layout.workspace / given
    folder = inside.parent.resolve() / inside.name if inside.name not in ("", "..") else inside
    folder = folder.resolve() if ".." in folder.parts else folder
    shown = use.place.inside(folder) if folder.is_relative_to(layout.root) else str(folder)
    if not folder.is_relative_to(root) and folder != layout.workspace:
        raise Problem(
            f"Repository path '{shown}' is not under '{use.place.inside(layout.workspace)}'"
        )
    server = use.inputs["github-server-url"] or settings.server
    return Checkout(use, settings, folder, slug, server.rstrip("/"))


def _own(one: Checkout, git: Git) -> tuple[Target, Workspace, tuple[str, ...]]:
    use = one.use
    url = _remote(use.origin.url, use.origin.repository) or (one.url if one.slug else "")
    workspace = Workspace(git, url)
    own = Own(use.origin, git, one.depth, one.flag("fetch-tags"))
    target = own.source.target(use.inputs["ref"])
    use.say(f"Checking out {target.ref or target.commit} of {one.slug or use.origin.repository}")
    workspace.prepare(one.flag("clean"))
    own.bring(workspace, target, apart=use.place.kind == "container")
    workspace.narrow(one.lines("sparse-checkout"), one.flag("sparse-checkout-cone-mode"))
    workspace.fill(target)
    if not use.origin.dirty or target.commit != use.origin.commit:
        return target, workspace, ()
    from placid.edge.pipeline.actions.checkouts.dirty import take_over  # noqa: PLC0415  --dirty

    count = take_over(reaching(outside(use), use.origin.repository), target.commit, one.folder)
    use.say(f"On top of it {count} changed paths of the working tree")
    differs = f"GitHub checks out {target.commit[:12]}; here {count} uncommitted paths are on top"
    return target, workspace, (differs,) if count else ()


def _remote(url: str, repository: Path) -> str:
    """The user's remote; a relative path is relative to the user's repository."""
    if url and "://" not in url and not url.startswith("/") and not re.match(r"[^/]+:", url):
        return str((repository / url).resolve())
    return url


def _foreign(one: Checkout, git: Git) -> tuple[Target, Workspace, tuple[str, ...]]:
    if one.settings.offline:
        raise Problem(
            f"{one.slug} is another repository, and nothing is fetched offline",
            where=one.url,
            fix="run without --offline, or leave the step out with --skip-action actions/checkout",
        )
    if one.use.inputs["ssh-key"]:
        raise Problem(
            f"{one.slug} is to be fetched with an ssh-key, which placid does not do",
            fix="give a token instead; without either your own access to git is used",
        )
    from placid.edge.pipeline.actions.checkouts.foreign import Foreign  # noqa: PLC0415  few

    workspace = Workspace(git, one.url)
    one.use.say(f"Checking out {one.slug}")
    workspace.prepare(one.flag("clean"))
    reach = reaching(git.outside, one.use.place.layout.workspace, one.server, _token(one))
    foreign = Foreign(one.url, reach, one.depth, one.flag("fetch-tags"))
    target = foreign.target(one.use.inputs["ref"])
    foreign.bring(workspace, target)
    workspace.narrow(one.lines("sparse-checkout"), one.flag("sparse-checkout-cone-mode"))
    workspace.fill(target)
    return target, workspace, ()


def _token(one: Checkout) -> str:
    return one.use.inputs["token"]


def _submodules(one: Checkout, workspace: Workspace) -> None:
    wanted = one.use.inputs["submodules"].strip().upper()
    if wanted not in ("TRUE", "RECURSIVE"):
        return
    from placid.edge.pipeline.actions.checkouts import gitting, submodules  # noqa: PLC0415  few

    outer = None
    if not one.settings.offline:
        outer = reaching(workspace.git.outside, one.folder, one.server, _token(one))
    known = gitting.git_folder(one.use.origin.repository) if one.own else None
    deep = wanted == "RECURSIVE"
    how = submodules.Modules(workspace.git, outer, one.depth, deep, one.use.say)
    submodules.update(how, one.folder, known)


def _large_files(one: Checkout, workspace: Workspace) -> None:
    git = workspace.git
    if git.ask("lfs", "version").code:
        raise Problem(
            "lfs: true needs git-lfs, which is not installed", fix="apt-get install git-lfs"
        )
    git("lfs", "install", "--local", "--skip-repo")
    if not one.settings.offline and git.ask("lfs", "ls-files", "--size").text:
        reaching(git.outside, one.folder, one.server, _token(one)).ask("lfs", "fetch", "origin")
    git("lfs", "checkout")
    missing = [line for line in git.ask("lfs", "ls-files").text.splitlines() if " - " in line]
    if missing:
        raise Problem(
            f"{len(missing)} LFS files are not on this machine, the first: {missing[0]}",
            fix="git lfs fetch --all, in your repository",
        )


def _persist(one: Checkout, workspace: Workspace) -> bool:
    """Leave the token that was given in the config, as the action does; whether it was."""
    token = _token(one)
    if not token or not one.flag("persist-credentials"):
        return False
    (name, value) = next(iter(header(one.server, token).items()))
    section, _, key = name.rpartition(".")
    kind, _, server = section.partition(".")
    config = workspace.inner / "config"
    config.chmod(0o600)
    with config.open("a") as file:
        file.write(f'[{kind} "{server}"]\n\t{key} = "{value}"\n')
    return True


def _forget(one: Checkout) -> Done:
    """After the job: take the token out again."""
    config = one.folder / ".git/config"
    if config.is_file():
        lines = config.read_text(errors="surrogateescape").splitlines(keepends=True)
        kept = [line for line in lines if not line.strip().lower().startswith("extraheader")]
        config.write_text("".join(kept), errors="surrogateescape")
    return Done()


natives.add("actions/checkout")(NativeAction(checkout, _INPUTS))
