"""YAML as text that people keep: read with exact places, changed by splicing, shown underlined.

    document = compose(decode(data, "placid.yaml"), "placid.yaml")
    node = document.find(("service", "health"))
    text = put(document, ("service", "health"), "/up")     # all other bytes stay

The schema is YAML 1.2 core: `on:` and `yes` are text. Double keys are errors, aliases bounded.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placid.base.yamltext.composing import (
        compose,
        compose_all,
    )
    from placid.base.yamltext.document import Document
    from placid.base.yamltext.editing import (
        delete,
        insert,
        put,
    )
    from placid.base.yamltext.excerpt import underline
    from placid.base.yamltext.nodes import (
        Entry,
        Mapping,
        Node,
        Route,
        Scalar,
        Sequence,
        Span,
        resolve,
        scalars,
    )
    from placid.base.yamltext.refusals import decode

__all__ = [
    "Document",
    "Entry",
    "Mapping",
    "Node",
    "Route",
    "Scalar",
    "Sequence",
    "Span",
    "compose",
    "compose_all",
    "decode",
    "delete",
    "insert",
    "put",
    "resolve",
    "scalars",
    "underline",
]

_HOMES = {
    "Document": "placid.base.yamltext.document",
    "Entry": "placid.base.yamltext.nodes",
    "Mapping": "placid.base.yamltext.nodes",
    "Node": "placid.base.yamltext.nodes",
    "Route": "placid.base.yamltext.nodes",
    "Scalar": "placid.base.yamltext.nodes",
    "Sequence": "placid.base.yamltext.nodes",
    "Span": "placid.base.yamltext.nodes",
    "compose": "placid.base.yamltext.composing",
    "compose_all": "placid.base.yamltext.composing",
    "decode": "placid.base.yamltext.refusals",
    "delete": "placid.base.yamltext.editing",
    "insert": "placid.base.yamltext.editing",
    "put": "placid.base.yamltext.editing",
    "resolve": "placid.base.yamltext.nodes",
    "scalars": "placid.base.yamltext.nodes",
    "underline": "placid.base.yamltext.excerpt",
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: who needs one does not pay for all."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
