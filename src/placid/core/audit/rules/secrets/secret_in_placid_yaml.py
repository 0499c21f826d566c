"""placid.yaml names the variables that hold secrets.

Why: it is in the repository; a key in it is everybody's key.
Bad: `pagerduty: {key: 0123456789abcdef0123456789abcdef}`
Good: `pagerduty: {key: $PAGERDUTY_KEY}`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.base.yamltext import Node, Scalar, Sequence
from placid.core.audit.facts.credentials import Look, look_of_url
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_FILE = "placid.yaml"
_NAMES = re.compile(r"(?:^|_)(?:key|secret|token|password|store)$", re.IGNORECASE)
_HOOK = re.compile(
    r"https://(?:hooks\.slack\.com/(?:services|workflows)/|[\w.-]*\.webhook\.office\.com/"
    r"|discord(?:app)?\.com/api/webhooks/)[\w/@.-]{8,}"
)
_LONG_ENOUGH = 8


@path_rule(
    "secrets/secret-in-placid-yaml",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=lambda path: path == _FILE or path.endswith("/" + _FILE),
)
def secret_in_placid_yaml(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    for document in documents(repository, path):
        for name, value in _settings(document.root):
            if _is_secret(name, value.text):
                yield Hit(
                    f"{name} is written in clear",
                    (Place(path, value.span),),
                    action="name variables ($NAME) in placid.yaml, and change what was written",
                    hidden=True,
                )


def _settings(root: Node | None) -> Iterator[tuple[str, Scalar]]:
    """Every single value with the key it stands under, also through lists."""
    waiting: list[tuple[str, Node]] = [("", root)] if root is not None else []
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, Scalar):
            yield name, node
        elif isinstance(node, Sequence):
            waiting += [(name, item) for item in node.items]
        else:
            waiting += [(entry.key.text, entry.value) for entry in node.entries]


def _is_secret(name: str, text: str) -> bool:
    if text.startswith("$"):
        return False
    if _HOOK.search(text) or look_of_url(text) >= Look.WEAK:
        return True
    plain = "://" not in text and "/" not in text and len(text) >= _LONG_ENOUGH
    return bool(_NAMES.search(name)) and plain
