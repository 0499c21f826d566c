"""What the API wants as text is written in quotes when it would be read as something else.

Why: `"true"`, `"80"` and `"1.10"` are text, `true`, `80` and `1.10` are not; the API refuses the
object, so the deploy stops.
Bad: `env: [{name: DEBUG, value: true}]`, `labels: {version: 1.10}`, `data: {PORT: 80}`
Good: `env: [{name: DEBUG, value: "true"}]`
Known limits: kubectl reads YAML 1.1, where `yes` and `on` are no text either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Entry, Mapping, Scalar
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import sure, with_objects, with_pods
from placid.core.audit.facts.yamledits import replaced
from placid.core.audit.model import Repository
from placid.core.audit.rule import Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.pods import Pod
from placid.formats.manifests.reading import entry, mapping

_OLD_FLAGS = frozenset(
    {
        word
        for each in ("yes", "no", "on", "off", "true", "false", "y", "n")
        for word in (each, each.capitalize(), each.upper())
    }
)
_OLD_NUMBER = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")


@path_rule(
    "kubernetes/unquoted-text",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def unquoted_text(repository: Repository, path: str) -> Iterator[Hit]:
    for each, pod in with_pods(repository, path):
        for what, found in _texts(each, pod) if each.whole else ():
            if not isinstance(found.value, Scalar) or not _is_read_otherwise(found.value):
                continue
            text = found.value.text
            edit = None if found.merged else replaced(path, found.value, f'"{text}"')
            name = found.key.text[:60]
            yield Hit(
                f"the {what} {name} must be text; {text[:40]} is read as something else",
                at=(Place(path, found.value.span),),
                fix=Fix("put it in quotes", (edit,), safe=True) if edit else None,
                action="quote numbers and flags where the API wants text",
                confidence=sure(repository, path),
            )


_OWN: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("v1", "ConfigMap"): (("data",), "entry"),
    ("v1", "Secret"): (("stringData",), "entry"),
    ("v1", "Service"): (("spec", "selector"), "selector label"),
}


def _texts(each: Object, pod: Pod | None) -> Iterator[tuple[str, Entry]]:
    yield from _notes(each.node)
    yield from _entries(mapping(each.node, "spec", "selector", "matchLabels"), "selector label")
    route, what = _OWN.get((each.api_version, each.kind), ((), ""))
    if route:
        yield from _entries(mapping(each.node, *route), what)
    if pod is None:
        return
    if pod.template is not each.node:
        yield from _notes(pod.template)
    yield from _entries(mapping(pod.spec, "nodeSelector"), "node selector label")
    for container in pod.containers:
        for variable in container.env:
            at = entry(variable.node, "value")
            if at:
                yield f"variable {variable.name[:60]}:", at


def _notes(owner: Mapping) -> Iterator[tuple[str, Entry]]:
    for key, what in (("labels", "label"), ("annotations", "annotation")):
        yield from _entries(mapping(owner, "metadata", key), what)


def _entries(found: Mapping | None, what: str) -> Iterator[tuple[str, Entry]]:
    for each in found.entries if found else ():
        yield what, each


def _is_read_otherwise(written: Scalar) -> bool:
    if not written.plain or written.tag or written.text.startswith("0o"):
        return False
    if isinstance(written.value, bool | int | float):
        return True
    text = written.text
    return text in _OLD_FLAGS or bool(len(text) < 40 and _OLD_NUMBER.fullmatch(text))
