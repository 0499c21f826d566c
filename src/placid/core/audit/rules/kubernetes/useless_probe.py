"""A probe asks the process something that it could fail to answer.

Why: a probe that always succeeds says "ready" of a pod that is not, and hides that there is none.
Bad: `readinessProbe: {exec: {command: ["true"]}}`
Good: `readinessProbe: {httpGet: {path: /healthz, port: http}}`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.probes import Probe, probes
from placid.formats.manifests.reading import items

_SHELL = re.compile(r"(/(usr/)?bin/)?(ba|da|a|k|z)?sh")
_ALWAYS = re.compile(
    r"((/(usr/)?bin/)?(true|:|date|pwd|hostname|whoami|uname|id|env|ls|ps)"
    r"|exit\s+0|(/(usr/)?bin/)?(echo|printf|sleep)\b[^;&|<>`$]*)\s*;?",
)


@path_rule(
    "kubernetes/useless-probe",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def useless_probe(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for probe in probes(container):
            command = _command(probe)
            if _ALWAYS.fullmatch(command):
                yield Hit(
                    f"the {probe.kind} probe of {container.name} runs `{command[:60]}`,"
                    " which always succeeds",
                    at=(workload.place(probe.at.key.span),),
                    action="let probes ask the process itself",
                    confidence=sure(repository, path),
                )


def _command(probe: Probe) -> str:
    words = [each.text for each in items(probe.node, "exec", "command") if isinstance(each, Scalar)]
    if len(words) >= 3 and _SHELL.fullmatch(words[0]) and words[1] in ("-c", "-ec"):
        return words[2].strip()
    return " ".join(words).strip()
