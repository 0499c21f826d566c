"""A Secret's values are not in the repository.

Why: base64 is no encryption. Who can read the repository, its forks or its history has the value,
and taking it out later does not take it back: it must be replaced.
Bad: `kind: Secret` with `stringData: {password: ...}` and a real value
Good: a SealedSecret, SOPS, an ExternalSecret, or a Secret made by hand outside of git
Known limits: placeholders are left alone; certificates without their key are public. A value that
anyone would try first ("admin") is medium. Nothing of a value is shown.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping, Scalar
from placid.core.audit.facts.credentials import (
    Look,
    is_credential_name,
    is_random,
    look,
    look_alone,
)
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.reading import mapping, value, word

_OWNED = (
    "kubernetes.io/service-account-token",
    "helm.sh/release.v1",
    "bootstrap.kubernetes.io/token",
)
_PUBLIC = (".crt", ".pub", "ca.pem", "cert.pem", "username", "user", "host", "port", "database")


@path_rule(
    "kubernetes/plain-secret",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def plain_secret(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Secret"):
        if each.api_version != "v1" or value(each.node, "sops") or _is_made(each):
            continue
        for entry, found in _values(each.node):
            seen = _look(entry.key.text, found)
            if seen is Look.EMPTY:
                continue
            yield Hit(
                f"the value of {entry.key.text[:60]} in {each} is in the repository",
                at=(Place(path, entry.value.span),),
                hidden=True,
                action="take secrets out of the repository and replace them",
                severity=None if seen > Look.WEAK else Severity.MEDIUM,
                confidence=min(_doubt(seen, entry.key.text), sure(repository, path)),
            )


def _is_made(each: Object) -> bool:
    """Whether the cluster fills it, or a tool replaces its values."""
    notes = mapping(each.node, "metadata", "annotations")
    keys = " ".join(found.key.text for found in notes.entries) if notes else ""
    tools = ("kubernetes.io/service-account.name", "avp.kubernetes.io", "vault", "replicator")
    return word(each.node, "type") in _OWNED or any(tool in keys for tool in tools)


def _values(node: Mapping) -> Iterator[tuple[Entry, str]]:
    for part in ("stringData", "data"):
        found = mapping(node, part)
        for each in found.entries if found else ():
            if isinstance(each.value, Scalar) and each.value.text:
                text = each.value.text
                yield each, text if part == "stringData" else _decoded(text)


def _decoded(text: str) -> str:
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return data.decode("utf-8", "replace")


def _look(key: str, text: str) -> Look:
    if key.lower().endswith(_PUBLIC) or key.lower().startswith("ca"):
        return look_alone(text)
    if is_credential_name(key):
        return look(text)
    return max(look_alone(text), look(text) if is_random(text.strip()) else Look.EMPTY)


def _doubt(seen: Look, key: str) -> Confidence:
    certain = seen is Look.KEY or is_credential_name(key)
    return Confidence.HIGH if certain else Confidence.MEDIUM
