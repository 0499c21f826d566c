"""The `data` of a Secret is base64, of what the program should read and nothing else.

Why: the API refuses what is no base64, so the deploy stops. A value made by `echo` without `-n`
ends with a line feed, and a password with a line feed is a wrong password.
Bad: `data: {password: hunter2!}`; a value that decodes to "...\\n"
Good: `stringData`, or `printf %s ... | base64`
Known limits: the line feed is looked for in credentials of one line.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from placid.base.yamltext import Entry, Scalar
from placid.core.audit.facts.credentials import is_credential_name
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import mapping, value

_NOT_YET = "<"


@path_rule(
    "kubernetes/undecodable-secret",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def undecodable_secret(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path, "Secret"):
        data = mapping(each.node, "data")
        if each.api_version != "v1" or value(each.node, "sops"):
            continue
        for entry in data.entries if data else ():
            wrong, severity = _wrong(entry)
            if wrong:
                yield Hit(
                    f"{entry.key.text[:60]} in {each} {wrong}",
                    at=(Place(path, entry.value.span),),
                    hidden=True,
                    severity=severity,
                    confidence=sure(repository, path),
                )


def _wrong(entry: Entry) -> tuple[str, Severity | None]:
    if not isinstance(entry.value, Scalar) or entry.value.value is None:
        return "", None
    text = entry.value.text
    if is_hole(text) or _NOT_YET in text or text.startswith(("ENC[", "ref+", "vault:")):
        return "", None
    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return "is no base64: the API refuses the Secret", None
    lines = data.count(b"\n")
    if is_credential_name(entry.key.text) and data.endswith(b"\n") and lines == 1:
        return "ends with a line feed, which becomes part of the value", Severity.MEDIUM
    return "", None
