"""A secret comes to a container from a Secret, not from its manifest.

Why: what is written as `value` is in the repository, in its history, and readable by everyone who
may look at a Deployment.
Bad: `env: [{name: DB_PASSWORD, value: ...}]` with a real value
Good: `env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]`
Known limits: told by the variable's name, or by the value's form (a token, a URL with a password).
A placeholder
("changeme") is low. Nothing of a value is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.credentials import Look, is_credential_name, is_dummy, look, look_alone
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Severity, path_rule

_SEVERITY = {Look.EMPTY: Severity.LOW, Look.WEAK: Severity.MEDIUM}


@path_rule(
    "kubernetes/secret-in-env",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def secret_in_env(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        for each in container.env:
            if each.value is None:
                continue
            text = each.value.text
            seen = look(text) if is_credential_name(each.name) else look_alone(text)
            dummy = seen is Look.EMPTY and is_credential_name(each.name) and is_dummy(text)
            if seen is Look.EMPTY and not dummy:
                continue
            yield Hit(
                f"{container.name} of {workload.object} has {each.name[:60]} with its value written"
                " in the manifest",
                at=(workload.place(each.value.span),),
                hidden=True,
                action="take secrets out of the repository and replace them",
                severity=_SEVERITY.get(seen),
                confidence=Confidence.LOW if dummy else sure(repository, path),
            )
