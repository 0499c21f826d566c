"""What a RUN sets for its shell alone is used in the same RUN.

Why: each RUN has a shell of its own; a folder or variable that is set as its only act is forgotten
with it, and the next line runs somewhere else than it says.
Bad: `RUN cd /app`, `RUN export PATH=/opt/bin:$PATH`
Good: `WORKDIR /app`, `ENV PATH=/opt/bin:$PATH`
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule

_INSTEAD = {"cd": "WORKDIR", "export": "ENV", "source": "", ".": "", "alias": ""}
_SIMPLE = re.compile(r"/[\w./-]*\Z", re.ASCII)


@path_rule("image/lost-in-run", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def lost_in_run(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    calls = run_commands(repository, path)
    sizes = Counter(call.instruction.span for call in calls)
    for call in calls:
        program = call.command.words[0].text
        if sizes[call.instruction.span] > 1 or program not in _INSTEAD:
            continue
        if not call.command.arguments or ">" in call.text or "$(" in call.text:
            continue
        better = f"; {_INSTEAD[program]} lasts" if _INSTEAD[program] else ""
        yield Hit(
            f"what `{program}` does is forgotten with this RUN{better}",
            at=(Place(path, call.instruction.span),),
            fix=_fix(call, path),
        )


def _fix(call: Call, path: str) -> Fix | None:
    words = call.command.arguments
    if call.command.program != "cd" or len(words) != 1 or not _SIMPLE.match(words[0].text):
        return None
    edit = Edit(Place(path, call.instruction.span), f"WORKDIR {words[0].text}")
    return Fix(f"use WORKDIR {words[0].text}", (edit,))
