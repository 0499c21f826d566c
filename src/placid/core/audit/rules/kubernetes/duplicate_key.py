"""Each key of a mapping is written once.

Why: one of the two values is thrown away, and which one depends on the tool. `kubectl apply`
refuses the object.
Bad: `spec:` with `replicas` at the top and again at the end
Good: one of them
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects, objects
from placid.core.audit.facts.problems import spot
from placid.core.audit.facts.workloads import sure
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, path_rule

_TWICE = re.compile(r'key "(?P<key>.*)" is given twice', re.DOTALL)


@path_rule("kubernetes/duplicate-key", Severity.HIGH, docs=__doc__ or "", reads=may_hold_objects)
def duplicate_key(repository: Repository, path: str) -> Iterator[Hit]:
    if not objects(repository, path):
        return
    for document in documents(repository, path):
        for problem in document.problems:
            twice = _TWICE.fullmatch(problem.what)
            if twice and problem.where:
                yield Hit(
                    f'the key "{twice["key"][:60]}" is written twice',
                    at=(Place(path, spot(problem, document.text, len(twice["key"]))),),
                    confidence=sure(repository, path),
                )
