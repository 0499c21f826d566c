"""A secret is in a Secret, not in a ConfigMap.

Why: a ConfigMap can be read by everyone who may look at the namespace, and its values are in the
repository and its history.
Bad: `kind: ConfigMap` with `data: {DB_PASSWORD: ...}` and a real value
Good: a Secret whose values are not in the repository
Known limits: files inside of a ConfigMap are looked at only for keys and tokens. Nothing of a
value is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Scalar
from placid.core.audit.facts.credentials import Look, is_credential_name, look, look_alone
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.reading import mapping


@path_rule(
    "kubernetes/secret-in-config-map",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def secret_in_config_map(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "ConfigMap"):
        data = mapping(each.node, "data")
        for entry in data.entries if data else ():
            if not isinstance(entry.value, Scalar):
                continue
            text, key = entry.value.text, entry.key.text
            plain = "\n" not in text.strip() and is_credential_name(key)
            seen = look(text) if plain else look_alone(text)
            if seen is Look.EMPTY or (seen is not Look.KEY and "\n" in text.strip()):
                continue
            yield Hit(
                f"{each} holds {key[:60]} with its value",
                at=(Place(path, entry.value.span),),
                hidden=True,
                action="take secrets out of the repository and replace them",
                severity=None if seen > Look.WEAK else Severity.MEDIUM,
                confidence=sure(repository, path),
            )
