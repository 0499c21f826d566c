"""A RUN that fetches package lists removes them again.

Why: they stay in the layer, some 20-40 MB; a later `rm` hides them and frees nothing.
Bad: `RUN apt-get update && apt-get install -y curl`
Good: `RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*`
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.apt import is_apt
from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import Call, run_commands, shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule


@path_rule("image/apt-lists-left", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def apt_lists_left(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for call in shipped(repository, path):
        if not is_apt(call, "update") or "/apt" in call.caches or _removed(call.text):
            continue
        yield Hit(
            "the package lists stay in the image",
            at=(Place(path, call.span),),
            fix=_fix(repository, call, path),
            action="remove /var/lib/apt/lists/* in the RUN that fetched them",
        )


def _removed(text: str) -> bool:
    return "/var/lib/apt" in text or "rm -rf /var/lib" in text or "apt-cleanup" in text


def _fix(repository: Repository, call: Call, path: str) -> Fix | None:
    """Append the removal where the RUN's last command is the last of what it says.

    Not where a later RUN installs with these lists.
    """
    calls = run_commands(repository, path)
    same = [each for each in calls if each.instruction.span == call.instruction.span]
    installs = [each for each in calls if is_apt(each, "install", "build-dep")]
    if not any(each.instruction.span == call.instruction.span for each in installs):
        return None
    if any("update" not in each.text for each in installs):
        return None
    last = same[-1].command
    if call.instruction.heredocs or last.end != len(call.script.text.rstrip()) or last.after:
        return None
    end = call.script.span(last.start, last.end).end
    edit = Edit(Place(path, Span(end, end)), " && rm -rf /var/lib/apt/lists/*")
    return Fix("remove the lists in the same RUN", (edit,), safe=True)
