"""A manifest is YAML from its first line to its last.

Why: `kubectl apply` stops at the fault; what stands before it is applied, what follows is not.
Bad: a tab in the indentation, a colon without a space, a quote that is never closed
Good: what `kubectl apply --dry-run=client` reads
Known limits: what a template engine still has to fill in is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import in_chart, may_hold_objects
from placid.core.audit.facts.problems import spot
from placid.core.audit.facts.workloads import sure
from placid.core.audit.facts.yamlfiles import fault
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule

_MANIFEST = re.compile(r"^apiVersion: *[\"']?[\w./-]+[\"']?[ \t\r]*$", re.MULTILINE)
_KIND = re.compile(r"^kind: *[\"']?[A-Z]\w+[\"']?[ \t\r]*$", re.MULTILINE)
_TEMPLATE = re.compile(
    r"\{\{|\{%|<%|<<[A-Z]|\$\{\w*\}[ \t]*$|^#!|^@@|^[ \t]*#@|<[A-Za-z_-]+>", re.MULTILINE
)


@path_rule("kubernetes/broken-yaml", Severity.HIGH, docs=__doc__ or "", reads=may_hold_objects)
def broken_yaml(repository: Repository, path: str) -> Iterator[Hit]:
    text = repository.text(path) or ""
    if path.endswith(".json") or not _MANIFEST.search(text) or not _KIND.search(text):
        return
    problem = fault(repository, path)
    if problem is None or _TEMPLATE.search(text) or in_chart(repository, path):
        return
    yield Hit(
        f"no YAML: {problem.what}",
        at=(Place(path, spot(problem, text)),),
        action=f"make {path} valid YAML",
        confidence=sure(repository, path),
    )
