"""A manifest has only fields that its kind knows, with values of the right type.

Why: kubectl refuses an object with a field that is not known or a value of a wrong type, so the
deploy stops; a client that does not ask for strict fields drops what is misspelt in silence, and
the limit or probe that everybody sees in the file is not there.
Bad: `containers: [{name: app, image: shop:1, imagePullpolicy: Always}]`
Good: `containers: [{name: app, image: shop:1, imagePullPolicy: Always}]`
Known limits: custom resources are not judged, and neither are patches or templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.definitions import schemas
from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import kustomizations, set_elsewhere
from placid.core.audit.facts.workloads import sure, whole_objects, with_objects
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Edit, Fix, Hit, Place, Severity, path_rule
from placid.formats.manifests.object import Object
from placid.formats.manifests.schemas import Fault

_TEXTS = re.compile(
    r"^(spec\.(jobTemplate\.spec\.)?template\.)?metadata\.(labels|annotations)\."
    r"|^(spec\.selector(\.matchLabels)?|data|stringData)\.[^.]|\bnodeSelector\."
    r"|[cC]ontainers\[\d+\]\.env\[\d+\]\.value$"
)

_PATTERN = re.compile(r"(template|tmpl|sample|example)[^/]*$", re.IGNORECASE)


@path_rule(
    "kubernetes/invalid-manifest",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_objects,
)
def invalid_manifest(repository: Repository, path: str) -> Iterator[Hit]:
    for each in whole_objects(repository, path):
        known = schemas(repository)
        for fault in known.faults(each) if known else ():
            if fault.unquoted and _TEXTS.search(fault.route):
                continue  # kubernetes/unquoted-text has a fix for those
            if fault.missing and _is_set_elsewhere(repository, each, fault.missing):
                continue
            place = Place(path, fault.span)
            yield Hit(
                f"{each}: {fault.what}",
                at=(place,),
                fix=_fix(repository, place, fault),
                action=f"make {each} in {path} a valid {each.kind}",
                confidence=Confidence.LOW if _PATTERN.search(path) else sure(repository, path),
            )


def _is_set_elsewhere(repository: Repository, each: Object, field: str) -> bool:
    """Whether a kustomization adds the field: by a patch, or a selector by labels for all."""
    if set_elsewhere(repository, each, field):
        return True
    return field == "selector" and any(
        "commonLabels:" in text or "includeSelectors:" in text
        for text in (repository.text(one) or "" for one in kustomizations(repository))
    )


def _fix(repository: Repository, place: Place, fault: Fault) -> Fix | None:
    """The name that differs in case alone can only be meant."""
    written = (repository.text(place.path) or "")[slice(*place.span)]
    if not fault.nearest or written.lower() != fault.nearest.lower():
        return None
    return Fix(f"write {fault.nearest}", (Edit(place, fault.nearest),))
