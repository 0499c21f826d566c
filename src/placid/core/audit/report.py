"""What an audit ends with, before anyone draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Finding, Severity, Unknown


@dataclass(frozen=True, slots=True)
class Report:
    """`findings` count; `ignored` have a reason and `known` stand in the baseline.

    `gone` are fingerprints of the baseline that were found no more. `timing` is seconds by part,
    `fail_on` the severity from which the settings say no.
    """

    repository: Repository
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...] = ()
    ignored: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    gone: tuple[str, ...] = ()
    timing: Mapping[str, float] = field(default_factory=dict[str, float])
    fail_on: str = "high"

    @property
    def everything(self) -> tuple[Finding, ...]:
        """What was found, whether it counts or not: all of it may tell where secrets stand."""
        return (*self.findings, *self.ignored, *self.known)

    def at_least(self, severity: Severity) -> list[Finding]:
        """The findings that are this bad or worse; guesses do not count."""
        sure = (each for each in self.findings if each.confidence > Confidence.LOW)
        return [each for each in sure if each.severity >= severity]
