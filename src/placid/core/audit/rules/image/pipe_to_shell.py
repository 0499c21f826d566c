"""A script from the network is checked before it runs.

Why: what the server sends at build time runs as root, whoever wrote it that day; and without
`pipefail` a failed download is an empty script, which succeeds.
Bad: `RUN curl -sSL https://example.org/install.sh | bash`
Good: `ADD --checksum=sha256:... https://example.org/install.sh /tmp/`, then run that
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.facts.run_commands import Call, run_commands
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_SHELLS = {"sh", "bash", "ash", "zsh", "dash", "python", "python3", "perl", "ruby", "node"}


@path_rule("image/pipe-to-shell", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def pipe_to_shell(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    calls = run_commands(repository, path)
    known = parsed(repository, path)
    shells = [each for each in known[0].instructions if each.keyword == "SHELL"] if known else []
    for first, second in pairwise(calls):
        if first.command.program not in {"curl", "wget"} or first.command.after != "|":
            continue
        if second.command.program not in _SHELLS or second.command.before != "|":
            continue
        if not _reads_a_script(second) or first.instruction is not second.instruction:
            continue
        safe = "pipefail" in first.text or any("pipefail" in each.arguments.text for each in shells)
        more = "" if safe else ", and a failed download counts as success (no pipefail)"
        yield Hit(
            f"what {first.command.program} gets runs unchecked in {second.command.program}{more}",
            at=(Place(path, first.span._replace(end=second.span.end)),),
            action="check downloaded scripts by checksum before they run",
        )


def _reads_a_script(call: Call) -> bool:
    """Whether the interpreter runs its input: `python -m json.tool` and `-c` do not."""
    texts = call.command.texts()
    if texts[:1] and texts[0] in {"-m", "-c", "-e"}:
        return False
    return all(text.startswith("-") for text in texts) or "-s" in texts or "-" in texts
