"""An application that starts slowly has a startup probe.

Why: until it is up, liveness failures count. With too little time a slow start is killed, starts
again and is killed again; with a long fixed delay, a pod that hangs is noticed minutes late.
Bad: `livenessProbe: {initialDelaySeconds: 120}`, or a Java server that must answer within 30 s
Good: `startupProbe: {httpGet: ..., periodSeconds: 5, failureThreshold: 36}`
Known limits: what starts slowly is told by the image's name and JAVA_* variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.objects import may_hold_objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.core.audit.facts.workloads import containers, sure, with_workloads
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Severity, path_rule
from placid.formats.manifests.pods import Container
from placid.formats.manifests.probes import probe

_SLOW = re.compile(
    r"(^|[_.-])(java|jdk|jre|openjdk|temurin|corretto|tomcat|wildfly|jboss|spring|keycloak|jenkins"
    r"|elasticsearch|opensearch|solr|cassandra|kafka|sonarqube|nexus3?|artifactory|gitlab|mssql"
    r"|oracle|neo4j)([_.-]|$)"
)
_JAVA = ("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JVM_OPTS", "SPRING_PROFILES_ACTIVE", "CATALINA_OPTS")
_LONG = 60
_SHORT = 45


@path_rule(
    "kubernetes/no-startup-allowance",
    Severity.LOW,
    docs=__doc__ or "",
    reads=may_hold_objects,
    holds=with_workloads,
)
def no_startup_allowance(repository: Repository, path: str) -> Iterator[Hit]:
    for workload, container in containers(repository, path):
        live = probe(container, "liveness")
        if live is None or not live.checks or container.entry("startupProbe"):
            continue
        allowed = live.delay + live.patience
        slow = _is_slow(container)
        if live.delay < _LONG and not (slow and allowed < _SHORT):
            continue
        if set_elsewhere(repository, workload.object, "startupProbe"):
            continue
        hurried = live.delay < _LONG
        yield Hit(
            f"{container.name} is killed when it is not up after {allowed} s"
            if hurried
            else f"a {container.name} that hangs at its start is noticed after {allowed} s",
            at=(workload.place(live.at.key.span),),
            action="give containers that start slowly a startupProbe",
            severity=Severity.MEDIUM if hurried else None,
            confidence=min(Confidence.MEDIUM, sure(repository, path)),
        )


def _is_slow(container: Container) -> bool:
    name = container.image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    named = _SLOW.search(name)
    return bool(named) or any(each.name in _JAVA for each in container.env)
