"""Each environment variable of a container is set once.

Why: the last one wins without a word, and a merge of two manifests or a later edit of the first
changes nothing.
Bad: `env` with `LEVEL` twice
Good: `env` with `LEVEL` once
Known limits: a later one that uses the earlier (`$(PATH)`) is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, path_rule
from placid.formats.manifests.pods import Env


@path_rule(
    "kubernetes/duplicate-variable",
    Severity.MEDIUM,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def duplicate_variable(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        first: dict[str, Env] = {}
        for each in container.env:
            earlier = first.setdefault(each.name, each)
            uses = each.value is not None and f"$({each.name})" in each.value.text
            if earlier is each or not each.name or uses:
                continue
            yield Hit(
                f"{container.name} sets {each.name[:60]} twice; the last one wins",
                at=(workload.place(each.at), workload.place(earlier.at)),
                action="set each environment variable once",
                confidence=sure(repository, path),
            )
