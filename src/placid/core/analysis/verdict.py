"""The judge: from all that was seen of two releases to good, bad or unsure, in words and numbers.

Five grounds can convict. Each is an e-value against "the new release is fine" and holds a share of
alpha. Their weighted sum is an e-value too, so sum >= 1/alpha takes back a good release with
probability alpha at most; a ground convicts alone at its share of alpha, or several do together
sooner. Errors hold 55 %: at 10 % of the traffic two bad answers on the canary and none on stable
convict (36.7 * 0.55 > 20). The band is no e-process, but "it was left" over its level is one.

  errors  which release bad requests fell on     limit  more errors than the objective allows
  slow    which release slow requests fell on    p95    more than 5 % above the p95 objective
  band    the whole latency distribution

Good is earned: not bad, and every objective proven kept. When stable itself breaks an objective and
the new release does not prove to mend it, `sick` calls a person, and the objectives convict nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

from placid.core.analysis import objectives, sentences
from placid.core.analysis.band import level, since, size, slower
from placid.core.analysis.case import Case, Counts
from placid.core.analysis.evidence import plain
from placid.core.analysis.folding import Folded, fold
from placid.core.analysis.objectives import Objective
from placid.core.verdict import Outcome, Verdict

SHARES = {"errors": 0.55, "slow": 0.31, "band": 0.04, "limit": 0.05, "p95": 0.05}
"""How alpha is shared; the shares of grounds that are not in force go to the others."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """One way to convict: its share of alpha, its log e-value now and at its best, its words."""

    name: str
    share: float
    log_e: float
    best: float
    says: str

    @property
    def weight(self) -> float:
        return self.share * plain(self.best)


def shares(case: Case) -> dict[str, float]:
    """The share of alpha that each ground in force for `case` holds; they sum to 1, or to 0."""
    compares, totals = case.stable is not None, case.histogram and not case.sticky
    force = {
        "errors": compares,
        "slow": compares,
        "band": compares and totals,
        "limit": case.errors is not None,
        "p95": case.p95 is not None and totals,
    }
    whole = sum(SHARES[name] for name in force if force[name]) or 1.0
    return {name: SHARES[name] / whole if force[name] else 0.0 for name in force}


def judge(case: Case) -> Verdict:
    """What `case` proves. It keeps nothing: the same case always gives the same verdict."""
    held = shares(case)
    folded = fold(case, held["errors"], held["slow"])
    asked = (objectives.errors(case, folded), objectives.p95(case, folded))
    grounds = _grounds(case, folded, asked, held)
    total = sum(ground.share * plain(ground.log_e) for ground in grounds)
    evidence = max(folded.peak, total) if grounds else 1.0
    goal = 1.0 / case.alpha
    kept = min((one.kept for one in asked if one), default=-inf) >= log(goal)
    outcome: Outcome = "bad" if evidence >= goal else "good" if kept and asked[0] else "unsure"
    sick = [one.says_sick for one in asked if one and one.sick >= log(goal)]
    return Verdict(
        outcome,
        tuple(_reasons(case, outcome, grounds, asked, sick)),
        evidence,
        case.canary.requests,
        bool(sick) and outcome == "unsure",
        _numbers(case, folded, grounds, asked),
    )


def _grounds(
    case: Case,
    folded: Folded,
    asked: tuple[Objective | None, Objective | None],
    held: dict[str, float],
) -> list[_Ground]:
    grounds: list[_Ground] = []
    if case.stable is not None:
        for name, what, tally in (("errors", "5xx", folded.errors), ("slow", "slow", folded.slow)):
            best = max(tally.log_e, tally.log_peak)
            says = sentences.compared(what, tally, case.canary, case.stable, best)
            grounds.append(_Ground(name, held[name], tally.log_e, best, says))
        if held["band"]:
            grounds.append(_band(case, case.stable, held["band"], folded.slow.stalled))
    for name, one in zip(("limit", "p95"), asked, strict=True):
        if one and held[name]:
            grounds.append(_Ground(name, held[name], one.broken, one.broken, one.says_broken))
    return grounds


def _band(case: Case, stable: Counts, share: float, stalled: int) -> _Ground:
    canary, other, alpha = case.canary.latency, stable.latency, share * case.alpha
    if case.changes:
        canary = since(canary, case.changes[-1][0].latency)
        other = since(other, case.changes[-1][1].latency)
    gap = slower(canary, other, level(alpha, len(case.changes)), stalled)
    if gap is None or not gap.beyond:
        return _Ground("band", share, -inf, -inf, "")
    return _Ground("band", share, -log(alpha), -log(alpha), sentences.apart(gap, size(canary)))


def _reasons(
    case: Case,
    outcome: Outcome,
    grounds: list[_Ground],
    asked: tuple[Objective | None, Objective | None],
    sick: list[str],
) -> list[str]:
    """The decisive sentence first; then what else a person would ask."""
    if outcome == "bad":
        ranked = sorted(grounds, key=lambda ground: -ground.weight)
        return [g.says for g in ranked[:1]] + [g.says for g in ranked[1:] if g.weight >= 1.0]
    beside = [g.says for g in grounds if g.name in ("errors", "slow") and g.best > 0.0]
    if case.p95 is not None and not case.histogram:
        beside.append("p95 is not judged: there is no latency histogram")
    if outcome == "good":
        mends = [f"stable breaks its objective, this one mends it: {words}" for words in sick]
        return [one.says_kept for one in asked if one] + mends + beside
    if sick:
        return [*(sentences.sick(words) for words in sick), *beside]
    goal = -log(case.alpha)
    unproven = [one.says_unproven for one in asked if one and one.kept < goal]
    return (unproven or ["no objective on errors to prove; not found worse"]) + beside


def _numbers(
    case: Case,
    folded: Folded,
    grounds: list[_Ground],
    asked: tuple[Objective | None, Objective | None],
) -> dict[str, float]:
    """Every figure by name; a share is 0 to 1, and a figure nobody can know is left out."""
    numbers: dict[str, float] = {f"e.{ground.name}": plain(ground.log_e) for ground in grounds}
    sides = (("canary", case.canary, True), ("stable", case.stable or Counts(), False))
    for side, counts, on_canary in sides:
        numbers[f"requests.{side}"] = counts.requests
        if counts.requests:
            slow = folded.slow.canary if on_canary else folded.slow.stable
            numbers[f"errors.{side}"] = min(counts.errors / counts.requests, 1.0)
            numbers[f"slow.{side}"] = min(slow / counts.requests, 1.0)
    for name, one in zip(("limit", "p95"), asked, strict=True):
        if one:
            numbers[f"kept.{name}"] = plain(one.kept)
            numbers[f"sick.{name}"] = plain(one.sick)
    if folded.at is not None:
        numbers["at"] = folded.at
    return numbers
