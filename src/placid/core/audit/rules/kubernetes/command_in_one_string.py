"""Each word of a container's command is an item of its own.

Why: `command: ["java -jar app.jar"]` looks for a program of that whole name, spaces and all. It is
not there, and the container never starts.
Bad: `command: ["java -jar app.jar"]`
Good: `command: ["java", "-jar", "app.jar"]`
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from placid.base.yamltext import Scalar, Sequence
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import Workload, containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import value

_COMMAND = re.compile(r"[\w./-]{1,80}( +[^\s]+)+")
_PLAIN = re.compile(r"[\w./:=,@%+ -]+")


@path_rule(
    "kubernetes/command-in-one-string",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def command_in_one_string(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        command = value(container.node, "command")
        first = command.items[0] if isinstance(command, Sequence) and command.items else None
        if not isinstance(command, Sequence) or not isinstance(first, Scalar):
            continue
        if not _COMMAND.fullmatch(first.text[:400]) or is_hole(first.text) or "\n" in first.text:
            continue
        yield Hit(
            f'{container.name} runs a program that is called "{first.text[:60]}", which is not'
            " there: give each word an item of its own",
            at=(workload.place(first.span),),
            fix=_fix(workload, command, first),
            confidence=sure(repository, path),
        )


def _fix(workload: Workload, command: Sequence, first: Scalar) -> Fix | None:
    own = not (command.alias or command.anchor or first.alias or first.anchor or first.block)
    if not own or not command.flow or not _PLAIN.fullmatch(first.text):
        return None
    words = ", ".join(json.dumps(word) for word in first.text.split())
    return Fix("give each word an item", (Edit(workload.place(first.span), words),))
