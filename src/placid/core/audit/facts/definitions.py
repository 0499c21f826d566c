"""The Kubernetes API as this repository's manifests are held against it."""

from __future__ import annotations

from placid.core.audit.model import Repository, fact
from placid.formats.manifests.schemas import Schemas


@fact
def schemas(repository: Repository) -> Schemas | None:
    """The definitions of the API's objects; None when they are not at hand."""
    text = repository.definitions()
    return Schemas(text) if text else None
