"""All who ask a service for its health ask for the same path, or for one that is there.

Why: a path that was renamed in one of the files and not in the others is found out in a deploy.

Bad: `/health` in placid.yaml and `/healthz` in the HEALTHCHECK of the Dockerfile

Good: one path in both; Kubernetes may ask for two, one for readiness and one for liveness

Known limits: quiet where the routes of the code are all known (`health/probe-path-unserved` then
knows better), and so is whatever a Kubernetes probe asks for beside another file.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.health_checks import HealthCheck, health_checks
from placid.core.audit.facts.routes import serving
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Severity, Unknown, rule


@rule("health/paths-disagree", Severity.LOW, docs=__doc__ or "")
def paths_disagree(repository: Repository) -> Iterator[Hit | Unknown]:
    """Compare what the files of one service ask for."""
    folders: dict[str, list[HealthCheck]] = {}
    for check in health_checks(repository) if repository.whole else ():
        folders.setdefault(check.folder, []).append(check)
    for folder, checks in folders.items():
        there = serving(repository, folder)
        if there.apps and not there.doubt:
            continue
        plain = [each for each in checks if "probe of" not in each.by]
        probes = [each for each in checks if "probe of" in each.by]
        first = plain[0] if plain else None
        for at, other in enumerate(plain):
            same = next(filter(other.same_service, plain[:at]), other)
            if other.path.rstrip("/") != same.path.rstrip("/"):
                yield _hit(same, other)
        asked = {each.path.rstrip("/") for each in probes}
        if first and asked and first.path.rstrip("/") not in asked:
            yield _hit(first, probes[0])


def _hit(one: HealthCheck, other: HealthCheck) -> Hit:
    return Hit(
        f"{one.by} asks for {one.path}, {other.by} for {other.path}",
        (one.at, other.at),
        action="ask for the same health path everywhere",
        confidence=Confidence.MEDIUM,
    )
