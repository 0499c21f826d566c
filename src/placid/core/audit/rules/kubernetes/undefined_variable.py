"""A variable that uses another one comes after it.

Why: `$(NAME)` in a value is replaced only when NAME is set earlier in the same list; else it stays
as it is written, and the program gets "$(NAME)".
Bad: `URL: http://$(HOST)` with `HOST` set below it, or nowhere
Good: `HOST` first, then `URL`
Known limits: silent when `envFrom` may bring it, and for the addresses of Services, which
Kubernetes sets itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Container, Env
from placid.formats.manifests.reading import items

_USE = re.compile(r"(?P<escape>\$\$)|\$\((?P<name>[A-Za-z_][A-Za-z0-9_]{0,99})\)")
_SERVICE = re.compile(r".*_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_[0-9]+_(TCP|UDP)(_\w+)?)?)")


@path_rule(
    "kubernetes/undefined-variable",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def undefined_variable(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        if items(container.node, "envFrom") or set_elsewhere(repository, workload.object, "env"):
            continue
        for each, name, later in _undefined(container):
            span = each.value.span if each.value else each.at
            yield Hit(
                f"{each.name} of {container.name} uses $({name}), which is"
                + (" set below it" if later else " not set"),
                at=(workload.place(span),),
                action="set variables before others use them",
                confidence=sure(repository, path),
            )


def _undefined(container: Container) -> Iterator[tuple[Env, str, bool]]:
    every, known = {each.name for each in container.env}, set[str]()
    for each in container.env:
        for found in _USE.finditer(each.value.text[:10_000] if each.value else ""):
            name = found["name"]
            if name and name not in known and not _SERVICE.fullmatch(name):
                yield each, name, name in every
        known.add(each.name)
