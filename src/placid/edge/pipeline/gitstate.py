"""The state of a repository for an event, read with two git processes in the usual case.

What was pushed is what `git push` would push now: the commits that the remote's branch lacks. Where
that branch is up to date, where there is no remote, and where a commit is asked for by name, the
push is the last commit alone. A new branch is measured from the remote's default branch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from placid.base.errors import Problem
from placid.core.pipeline.repository import (
    NO_COMMIT,
    Commit,
    GitState,
    Person,
    Remote,
    remote_of,
    short,
)
from placid.edge.pipeline.git_asking import Asked, Git
from placid.edge.pipeline.git_log import EVERY_REF, LOG, NO_REF, TAGS, Shown, shown

LARGEST_PUSH = 1000
"""With more commits GitHub makes no diff, and every paths filter lets the push through."""

_LISTED = 2048
_DIFF = ("diff", "-z", "--no-renames", "--no-relative", "--no-ext-diff", "--name-only")
_SETTINGS = r"^(remote\.|branch\.|user\.|init\.defaultbranch$|checkout\.defaultremote$|core\.bare$)"


def read(
    folder: Path, *, ref: str = "", commit: str = "", before: str = "", dirty: bool = False
) -> GitState:
    """The state of the repository that `folder` lies in, or is.

    ref     the branch or tag that the event is about, short or in full; "" for the one checked out
    commit  the commit that runs, by any name; "" for the tip of `ref`
    before  what the branch was before the push, when that is known
    dirty   also list what the working tree changes

    A folder outside of any repository, and a repository without a commit, give a state without a
    head. Problem for a ref or commit that is not there, and when git fails.
    """
    git = Git(folder)
    if git.common is None:
        return GitState(remote=remote_of("", folder.absolute().name or "workspace"))
    # Both at once, as each of them takes as long as two steps of a job.
    settings_end = git.begin("config", "-z", "--get-regexp", _SETTINGS)
    names = TAGS if ref or (git.checked_out() and not commit) else EVERY_REF
    said = git.ask(*LOG, *names, "-1", "--end-of-options", commit or ref or "HEAD", "--")
    settings = _settings(settings_end())
    if said.code:
        if commit or ref or not _empty(git):
            raise _failed(git, said, commit or ref)
        return _Looking(git, settings, None, (), (ref, commit)).state()
    [head] = shown(said.out)
    looking = _Looking(git, settings, head.commit, head.refs, (ref, commit))
    state = looking.state()
    state = looking.pushed(state, before, by_name=bool(commit))
    return replace(state, dirty=_dirty(git)) if dirty else state


def changed(folder: Path, state: GitState, event: str) -> list[str] | None:
    """The paths that a push or pull request changes, sorted; None where GitHub makes no diff.

    `event` is its name. With what the working tree changes, when the state has it.
    """
    head = state.head
    if head is None or len(state.commits) > LARGEST_PUSH:
        return None
    if event in ("pull_request", "pull_request_target"):
        found = _compared(folder, f"{state.trunk_tip}...{head.id}") if state.trunk_tip else None
    elif state.commits == (head,) and state.base in ("", *head.parents[:1]):
        unknown = state.shallow and not head.parents
        found = None if unknown else [*head.added, *head.removed, *head.modified]
    else:
        found = _compared(folder, f"{state.base}..{head.id}") if state.base else []
    return None if found is None else sorted({*found, *state.dirty})


def _compared(folder: Path, span: str) -> list[str] | None:
    said = Git(folder).ask(*_DIFF, "--end-of-options", span, "--")
    return None if said.code else [path for path in said.out.split("\0") if path]


class _Looking:
    """What refs and settings tell about a commit."""

    def __init__(
        self,
        git: Git,
        settings: Mapping[str, str],
        head: Commit | None,
        refs: Sequence[str],
        asked: tuple[str, str],
    ) -> None:
        self.git, self.settings, self.head = git, settings, head
        self.asked, commit = asked
        self.at_head = not commit
        self.branches = [
            each.removeprefix("HEAD -> ")
            for each in refs
            if each.removeprefix("HEAD -> ").startswith("refs/heads/")
        ]
        self.tags = [each.removeprefix("tag: ") for each in refs if each.startswith("tag: ")]
        self.elsewhere = [each for each in refs if each.startswith("refs/remotes/")]
        self.current = git.checked_out()
        self.remote = self._remote()
        self.trunk = self._trunk()

    def state(self) -> GitState:
        """The state without the push."""
        remote = self._where()
        name, email = self.settings.get("user.name", ""), self.settings.get("user.email", "")
        actor = Person(name, email)
        if not (name or email) and self.head is not None:
            actor = self.head.committer
        return GitState(
            head=self.head,
            ref=self._ref(),
            remote=remote,
            trunk=self.trunk,
            trunk_tip=self._tip_of_trunk(),
            tags=tuple(map(short, self.tags)),
            actor=actor,
            shallow=self.git.shallow,
        )

    def pushed(self, state: GitState, before: str, by_name: bool) -> GitState:
        """The state with the push."""
        head = self.head
        if head is None or state.ref.startswith("refs/tags/"):
            return state
        there = f"refs/remotes/{self.remote}"
        known = "" if by_name else self.git.tip(f"{there}/{short(state.ref)}")
        since = before or (known if known != head.id else "")
        if since.strip("0"):
            found = self._since(state, since)
            if found.commits or before:
                return found
        trunk = "" if by_name or known else self.git.tip(f"{there}/{self.trunk}")
        if trunk and not before:
            return self._new(state, trunk)
        first = head.parents[0] if head.parents else ""
        old = before or first or NO_COMMIT
        return replace(state, before=old, base=first, commits=(head,))

    def _since(self, state: GitState, before: str) -> GitState:
        """A push to a branch that was at `before`."""
        if state.head is not None and state.head.parents[:1] == (before,):
            return replace(state, before=before, base=before, commits=(state.head,))
        found = self._range(f"{before}...{state.sha}")
        ours = tuple(each.commit for each in found if not each.theirs)
        forced = len(ours) < len(found)
        return replace(state, before=before, base=before, forced=forced, commits=ours)

    def _new(self, state: GitState, trunk: str) -> GitState:
        """A push of a branch that the remote does not have."""
        commits = tuple(each.commit for each in self._range(f"{trunk}..{state.sha}"))
        base = commits[0].parents[0] if commits and commits[0].parents else ""
        return replace(state, before=NO_COMMIT, base=base, commits=commits)

    def _range(self, span: str) -> list[Shown]:
        """The commits of a range, the oldest first."""
        # Without --first-parent, which would leave out what a merge brings.
        options = [each for each in LOG if each != "--first-parent"]
        options[options.index("-m")] = "--diff-merges=first-parent"
        many = f"-{_LISTED}"
        said = self.git.ask(
            *options, *NO_REF, "--topo-order", "--left-right", many, "--end-of-options", span, "--"
        )
        if said.code:
            raise _failed(self.git, said, span)
        return list(reversed(list(shown(said.out))))

    def _ref(self) -> str:
        """The ref that the event is about."""
        name = self.asked
        if name.startswith("refs/"):
            return name
        if name and name not in ("HEAD", "@"):
            heads, tags = f"refs/heads/{name}", f"refs/tags/{name}"
            is_tag = not self.git.tip(heads) and bool(self.git.tip(tags))
            return tags if is_tag else heads
        trunk = f"refs/heads/{self.trunk}"
        if self.current and (self.head is None or self.at_head or self.current in self.branches):
            return self.current
        if self.branches or self.tags:
            return trunk if trunk in self.branches else [*self.branches, *self.tags][0]
        names = [f"refs/heads/{each.split('/', 3)[3]}" for each in self.elsewhere]
        known = [each for each in names if each != "refs/heads/HEAD"]
        return trunk if trunk in known else [*known, self.current or trunk][0]

    def _remote(self) -> str:
        """The name of the remote that the branch belongs to, "" for none."""
        known = [key[7:-4] for key in self.settings if key[:7] == "remote." and key[-4:] == ".url"]
        wanted = (
            self.settings.get(f"branch.{short(self.current)}.remote", ""),
            self.settings.get("checkout.defaultremote", ""),
            "origin",
            *known,
        )
        return next((each for each in wanted if each in known), "")

    def _where(self) -> Remote:
        url = self.settings.get(f"remote.{self.remote}.url", "")
        return remote_of(url, self.git.name)

    def _trunk(self) -> str:
        """The name of the default branch, as well as it can be known here."""
        head = self.git.symbol(f"refs/remotes/{self.remote}/HEAD") if self.remote else ""
        if head:
            return head.removeprefix(f"refs/remotes/{self.remote}/")
        if self.settings.get("core.bare") == "true" and self.git.default:
            return short(self.git.default)
        usual = ("main", "master", self.settings.get("init.defaultbranch", ""))
        for name in filter(None, usual):
            if any(self.git.tip(f"{where}/{name}") for where in self._wheres()):
                return name
        return short(self.current) or "main"

    def _wheres(self) -> tuple[str, ...]:
        remote = (f"refs/remotes/{self.remote}",) if self.remote else ()
        return (*remote, "refs/heads")

    def _tip_of_trunk(self) -> str:
        if self._ref() == f"refs/heads/{self.trunk}" and self.head is not None:
            return self.head.id
        tips = (self.git.tip(f"{where}/{self.trunk}") for where in self._wheres())
        return next(filter(None, tips), "")


def _settings(said: Asked) -> dict[str, str]:
    """Those of git's settings that matter, by key; of several values the last."""
    pairs = (each.partition("\n") for each in said.out.split("\0") if each)
    return {key: value for key, _, value in pairs}


def _dirty(git: Git) -> tuple[str, ...]:
    """The paths that the working tree changes, untracked ones too."""
    said = git.ask("status", "-z", "--porcelain", "--no-renames", "--untracked-files=all")
    if said.code:
        raise _failed(git, said, "")
    return tuple(each[3:] for each in said.out.split("\0") if each)


def _empty(git: Git) -> bool:
    """Whether HEAD is a branch that has no commit yet."""
    current = git.checked_out()
    return bool(current) and not git.tip(current)


def _failed(git: Git, said: Asked, name: str) -> Problem:
    where = str(git.folder)
    if "dubious ownership" in said.err:
        return Problem(
            "git refuses this repository, which belongs to somebody else",
            where=where,
            fix=f"git config --global --add safe.directory {where}",
        )
    if name and ("unknown revision" in said.err or "bad revision" in said.err):
        return Problem(f"there is no branch, tag or commit '{name}'", where=where, fix="git fetch")
    lines = said.err.splitlines() or [f"git ended with {said.code}"]
    return Problem(lines[0].removeprefix("fatal: "), where=where, fix="see what `git status` says")
