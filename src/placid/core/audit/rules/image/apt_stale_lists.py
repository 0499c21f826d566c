"""The package lists are fetched in the RUN that installs.

Why: `apt-get update` in a RUN of its own is kept in the build cache for months; the install after
it then asks for versions that the mirrors no longer have. With no update at all, an official base
image has no lists, and nothing can be found.
Bad: `RUN apt-get update`, `RUN apt-get install -y curl`
Good: `RUN apt-get update && apt-get install -y curl`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.apt import is_apt, without_lists
from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Stage, chain


@path_rule("image/apt-stale-lists", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def apt_stale_lists(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    calls = run_commands(repository, path)
    for call in calls:
        if known is None or not is_apt(call, "install") or "update" in call.text or call.caches:
            continue
        if not _names_packages(call):
            continue
        line = {stage.index for stage in chain(known[1], call.stage)}
        before = [
            each
            for each in calls
            if each.stage.index in line and each.instruction.span <= call.instruction.span
        ]
        yield from _judge(call, before, chain(known[1], call.stage)[0], path)


def _names_packages(call: Call) -> bool:
    """Whether it asks for packages by name, and for no files."""
    words = call.command.arguments
    if any("/" in word.text or not word.known or word.text == "-f" for word in words):
        return False
    return sum(not word.text.startswith("-") for word in words) > 1


def _judge(call: Call, before: list[Call], root: Stage, path: str) -> Iterator[Hit]:
    updates = [each for each in before if is_apt(each, "update")]
    if any(each.instruction is call.instruction and _is_script(each) for each in before):
        return
    if updates:
        yield Hit(
            "the package lists come from an earlier RUN, which the build cache keeps for months",
            at=(Place(path, call.span), Place(path, updates[-1].span)),
            action="put apt-get update and install in one RUN",
        )
    elif without_lists(root.image) and not any(map(_may_update, before)):
        yield Hit(
            f"{root.image} has no package lists, and nothing fetched them before:"
            " no package can be found",
            at=(Place(path, call.span),),
            severity=Severity.HIGH,
            action="put apt-get update and install in one RUN",
        )


def _may_update(call: Call) -> bool:
    """Whether a command says update, or runs a script that may."""
    return "update" in call.text or _is_script(call)


def _is_script(call: Call) -> bool:
    """Whether it runs a script, as that of a package source does."""
    return call.command.program.endswith("sh") or call.command.words[0].text.startswith("./")
