"""An image installs what the lock file says, and nothing newer.

Why: `npm install` may take newer versions than were tested, and change the lock on the way; two
builds of one commit then hold different code.
Bad: `COPY package*.json ./`, `RUN npm install` with a package-lock.json
Good: `RUN npm ci`
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from placid.core.audit.facts.copied import copied, in_context
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.lock_steps import steps
from placid.core.audit.facts.projects import projects
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule
from placid.formats.dockerfile import chain
from placid.formats.shell import Word


class Tool(NamedTuple):
    """A package manager: its lock files, its verbs, the options that hold it to the lock."""

    locks: tuple[str, ...]
    verbs: tuple[str, ...]
    frozen: tuple[str, ...]
    add: str


_TOOLS = {
    "npm": Tool(("package-lock.json", "npm-shrinkwrap.json"), ("install", "i"), (), "ci"),
    "yarn": Tool(
        ("yarn.lock",),
        ("install", ""),
        ("--frozen-lockfile", "--immutable", "--pure-lockfile", "--check-cache"),
        "--frozen-lockfile",
    ),
    "pnpm": Tool(
        ("pnpm-lock.yaml",),
        ("install", "i"),
        ("--frozen-lockfile", "--offline", "--no-frozen-lockfile"),
        "--frozen-lockfile",
    ),
    "bun": Tool(
        ("bun.lock", "bun.lockb"), ("install",), ("--frozen-lockfile",), "--frozen-lockfile"
    ),
    "pipenv": Tool(("Pipfile.lock",), ("install",), ("--deploy", "--ignore-pipfile"), "--deploy"),
    "uv": Tool(("uv.lock",), ("sync",), ("--locked", "--frozen"), "--locked"),
}
_ELSEWHERE = {"-g", "--global", "--prefix", "-C", "--cwd", "--dir", "--no-save", "--project"}


@rule("image/install-without-lock", Severity.MEDIUM, docs=__doc__ or "")
def install_without_lock(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository):
        moved: set[int] = set()
        for call in run_commands(repository, built.path) if not built.example else ():
            if call.command.program in {"cd", "pushd"}:
                moved.add(call.instruction.span.start)
            tool = _TOOLS.get(call.command.program)
            if (
                tool is None
                or call.instruction.span.start in moved
                or not _is_loose(call, tool, built.text)
            ):
                continue
            lock = _lock(repository, built, call, tool)
            if lock:
                yield _hit(repository, built, call, tool, lock)


def _is_loose(call: Call, tool: Tool, text: str) -> bool:
    texts = call.command.texts()
    if call.command.program == "uv" and ("UV_LOCKED" in text or "UV_FROZEN" in text):
        return False
    if call.command.verb() not in tool.verbs or not all(w.known for w in call.command.arguments):
        return False
    plain = [text for text in texts if not text.startswith("-")]
    names = {text.partition("=")[0] for text in texts}
    return len(plain) <= 1 and not names & {*tool.frozen, *_ELSEWHERE}


def _lock(repository: Repository, built: Built, call: Call, tool: Tool) -> str | None:
    """The lock file that was copied before, as a path of the repository."""
    line = {stage.index for stage in chain(built.stages, call.stage)}
    for each in copied(built):
        if each.stage.index not in line or each.instruction.span > call.instruction.span:
            continue
        for name in tool.locks:
            top = each.source if each.source == "." else posixpath.dirname(each.source)
            path = posixpath.normpath(posixpath.join(built.context, top, name))
            if repository.has(path) and _takes(repository, built, each.source, path):
                return path
    return None


def _takes(repository: Repository, built: Built, source: str, path: str) -> bool:
    inside = posixpath.relpath(path, built.context or ".")
    if built.ignored and built.ignored[1].leaves_out(inside):
        return False
    return source == "." or inside in set(in_context(repository, built, source))


def _hit(repository: Repository, built: Built, call: Call, tool: Tool, lock: str) -> Hit:
    command = call.command
    verb = next((word for word in command.arguments if word.text in tool.verbs), None)
    berry = command.program == "yarn" and "\n__metadata:" in (repository.text(lock) or "")[:2000]
    tool = tool._replace(add="--immutable") if berry else tool
    said = f"{command.program} {tool.add}"
    return Hit(
        f"{command.program} {command.verb()}".strip() + f" may install other versions than {lock}",
        at=(Place(built.path, call.span), Place(lock)),
        fix=_fix(built, call, tool, verb, _in_step(repository, lock)),
        action=f"install what the lock file says ({said})",
    )


def _in_step(repository: Repository, path: str) -> bool:
    """Whether the lock is known to say what its manifest asks for."""
    found = [
        (project, lock)
        for project in projects(repository)
        for lock in project.locks
        if lock.path == path and project.folder == posixpath.dirname(path)
    ]
    return bool(found) and not any(any(steps(repository, *each)) for each in found)


def _fix(built: Built, call: Call, tool: Tool, verb: Word | None, safe: bool) -> Fix:
    program = call.command.program
    if program == "npm" and verb is not None:
        edit = Edit(Place(built.path, call.at(verb)), tool.add)
        return Fix("use npm ci", (edit,), safe=safe)
    place = Place(built.path, call.behind(verb or call.command.words[0]))
    edit = Edit(place, f" {tool.add}")
    return Fix(f"add {tool.add}", (edit,), safe=safe)
