"""From findings to what a person does: hits that one act mends are one action; areas get a score.

The score of an area is 10, less 4 for each action of high severity, 2 of medium and 1 of low, and
never under 0. Notes cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from placid.core.audit.audit import rule_named
from placid.core.audit.rule import Area, Finding, Severity

COST = {Severity.HIGH: 4, Severity.MEDIUM: 2, Severity.LOW: 1, Severity.NOTE: 0}


@dataclass(frozen=True, slots=True)
class Action:
    """Findings of one rule that one act mends, the worst severity among them."""

    rule: str
    severity: Severity
    title: str
    findings: tuple[Finding, ...]

    @property
    def fixable(self) -> int:
        """How many have a fix."""
        return sum(each.fix is not None for each in self.findings)


def actions(found: Iterable[Finding]) -> list[Action]:
    """The actions, the worst first; within a severity those that mend most come first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        groups.setdefault((finding.rule, finding.action), []).append(finding)
    all_actions = [
        Action(rule, max(each.severity for each in group), title, tuple(group))
        for (rule, title), group in groups.items()
    ]
    return sorted(all_actions, key=lambda each: (-each.severity, -len(each.findings), each.rule))


def score(area: Area, todo: Iterable[Action]) -> int:
    """0 to 10."""
    own = (each for each in todo if area_of(each.rule) is area)
    return max(0, 10 - sum(COST[each.severity] for each in own))


def area_of(rule: str) -> Area:
    """The area of a rule."""
    return rule_named(rule).area
