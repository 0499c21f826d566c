"""CMD and ENTRYPOINT are written in exec form.

Why: in shell form `/bin/sh -c` is process 1. Where that shell stays in between, SIGTERM never
reaches the program: every stop waits out its grace period and ends in SIGKILL, with requests lost.
An ENTRYPOINT in shell form also ignores CMD and the arguments of `docker run`.
Bad: `CMD python -m shop`
Good: `CMD ["python", "-m", "shop"]`, or `CMD exec python -m shop --port $PORT`
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction, chain
from placid.formats.shell import commands

_SIMPLE = re.compile(r"[\w./:@%+=, -]+\Z", re.ASCII)
_BUILTINS = {"cd", "export", "source", ".", "set", "ulimit", "umask", "trap", "eval", "exit", "if"}
_MEANT_AS_ARRAY = re.compile(r"\[\s*[\"'“”]")


@path_rule("image/shell-form-command", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def shell_form_command(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    if known is None or not known[1] or known[0].escape != "\\":
        return
    last: dict[str, Instruction] = {}
    for stage in chain(known[1], known[1][-1]):
        last.update((each.keyword, each) for each in stage.of("CMD", "ENTRYPOINT", "SHELL"))
    for keyword in ("CMD", "ENTRYPOINT") if "SHELL" not in last else ():
        each = last.get(keyword)
        if each and not each.exec_form and not _is_exec(each):
            yield _hit(each, path)


def _is_exec(instruction: Instruction) -> bool:
    """Whether the shell makes way for the program, or there is nothing to judge."""
    text = instruction.arguments.text
    found = commands(text)
    if not text or not found or _MEANT_AS_ARRAY.match(text):
        return True
    return bool(found[-1].wrapped) and found[-1].wrapped[0].text == "exec"


def _hit(instruction: Instruction, path: str) -> Hit:
    keyword = instruction.keyword
    more = "" if keyword == "CMD" else ", and CMD and the arguments of `docker run` are ignored"
    return Hit(
        f"{keyword} in shell form: a shell may stand between SIGTERM and the program{more}",
        at=(Place(path, instruction.arguments.whole()),),
        fix=_fix(instruction, path),
        severity=None if keyword == "CMD" else Severity.MEDIUM,
        action="write CMD and ENTRYPOINT in exec form",
    )


def _fix(instruction: Instruction, path: str) -> Fix | None:
    text = instruction.arguments.text
    words = text.split()
    if not _SIMPLE.match(text) or words[0] in _BUILTINS or "=" in words[0]:
        return None
    if len(instruction.arguments.pieces) > 1:
        return None
    edit = Edit(Place(path, instruction.arguments.whole()), json.dumps(words))
    return Fix("write it in exec form", (edit,))
