"""placid.yaml: its model, how it is read with every fault told at once, its schema and its page.

    config = load(Path("placid.yaml"))                       # from disk
    config = parse(text, "placid.yaml", exists=tree.has)     # out of a commit

Durations are seconds, shares are percent. `schema()` is for editors, `reference()` for the docs.
"""

from placid.config.loading import load, parse
from placid.config.model import (
    FILE,
    Chosen,
    Config,
    Environment,
    Health,
    Judging,
    Objectives,
    Override,
    Rollback,
    Service,
    Source,
    Tls,
    Webhook,
)
from placid.config.reference import reference
from placid.config.schema import schema

__all__ = [
    "FILE",
    "Chosen",
    "Config",
    "Environment",
    "Health",
    "Judging",
    "Objectives",
    "Override",
    "Rollback",
    "Service",
    "Source",
    "Tls",
    "Webhook",
    "load",
    "parse",
    "reference",
    "schema",
]
