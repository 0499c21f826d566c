"""YAML as text that people keep: read with exact places, changed by splicing, shown underlined.

    document = compose(decode(data, "placid.yaml"), "placid.yaml")
    node = document.find(("service", "health"))
    text = put(document, ("service", "health"), "/up")     # all other bytes stay

The schema is YAML 1.2 core: `on:` and `yes` are text. Double keys are errors, aliases bounded.
"""

from placid.base.yamltext.composing import compose, compose_all
from placid.base.yamltext.document import Document
from placid.base.yamltext.editing import delete, insert, put
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
