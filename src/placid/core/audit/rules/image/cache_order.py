"""Dependencies are installed before the code is copied.

Why: each change of any file throws the cache of all later steps away, so every build installs all
dependencies again: minutes instead of seconds.
Bad: `COPY . .`, `RUN npm ci`
Good: `COPY package.json package-lock.json ./`, `RUN npm ci`, `COPY . .`
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from placid.core.audit.facts.copied import Copied, copied
from placid.core.audit.facts.dockerfiles import Built, dockerfiles
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_INSTALLS = {
    ("npm", "ci"): "package.json",
    ("npm", "install"): "package.json",
    ("npm", "i"): "package.json",
    ("yarn", "install"): "package.json",
    ("yarn", ""): "package.json",
    ("pnpm", "install"): "package.json",
    ("pnpm", "i"): "package.json",
    ("bundle", "install"): "Gemfile",
    ("go", "mod"): "go.mod",
    ("composer", "install"): "composer.json",
}


@rule("image/cache-order", Severity.LOW, docs=__doc__ or "")
def cache_order(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository):
        sources = list(copied(built)) if not built.example else []
        whole = next((each for each in sources if each.source == "."), None)
        if whole is None:
            continue
        for call in run_commands(repository, built.path):
            manifest = _manifest(call)
            if manifest is None or call.caches or not _after(whole, call):
                continue
            first = posixpath.join(built.context, manifest)
            if repository.has(first) and not _copied_before(sources, whole):
                yield _hit(built, whole, call, manifest)
                break


def _manifest(call: Call) -> str | None:
    """What an install reads; None for no install, and for one that names packages."""
    command = call.command
    if command.program in {"pip", "pip3"} and command.verb() == "install":
        texts = command.texts()
        return "requirements.txt" if "requirements.txt" in texts and "." not in texts else None
    known = _INSTALLS.get((command.program, command.verb()))
    plain = [text for text in command.texts() if not text.startswith("-")]
    if command.program == "go":
        return known if plain[1:2] == ["download"] else None
    return known if len(plain) <= 1 else None


def _after(whole: Copied, call: Call) -> bool:
    same = whole.stage.index == call.stage.index
    return same and whole.instruction.span < call.instruction.span


def _copied_before(sources: list[Copied], whole: Copied) -> bool:
    """Whether something was copied by itself before all of it."""
    return any(
        each.stage.index == whole.stage.index and each.instruction.span < whole.instruction.span
        for each in sources
    )


def _hit(built: Built, whole: Copied, call: Call, manifest: str) -> Hit:
    return Hit(
        f"every change of any file installs all dependencies again: {manifest} could be copied"
        f" first, and the rest after {call.command.program}",
        at=(Place(built.path, whole.instruction.span), Place(built.path, call.span)),
        action="copy the manifest and install before COPY .",
    )
