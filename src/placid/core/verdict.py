"""The word that the judge hands to the rollout: what it concludes, and why, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["good", "bad", "unsure"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement of a new release against the one it replaces.

    outcome   good: proven (within its objectives and not worse); bad: proven worse; unsure: neither
    reasons   sentences a person can read, the decisive one first
              ("5xx 4.1 % against 0.9 %, e = 61 after 240 requests")
    evidence  the largest e-value against the new release (>= 1/alpha means bad)
    requests  requests the new release has answered since the rollout began
    sick      the stable release itself breaks its objective: hold and call a person
    numbers   every figure by name, for machines (`errors.canary`, `e.slow`, ...)
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    evidence: float = 1.0
    requests: int = 0
    sick: bool = False
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def sentence(self) -> str:
        """The reasons on one line."""
        return "; ".join(self.reasons)
