"""placid.yaml: its model, how it is read with every fault told at once, its schema and its page.

    config = load(Path("placid.yaml"))                       # from disk
    config = parse(text, "placid.yaml", exists=tree.has)     # out of a commit

Durations are seconds, shares are percent. `config.schema` is for editors, `config.reference` for
the docs; neither is imported here, `placid status` must not wait for them.
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
]
