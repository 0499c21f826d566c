"""From the counters and bad requests of a signal to the judge's case: only what came since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from placid.core.analysis.case import Case, Counts, Event
from placid.core.analysis.verdict import judge
from placid.core.rollout.facts import Measured, Opened
from placid.core.verdict import Verdict
from placid.ports import Samples, Totals

STICKY_WINDOW = 10.0


@dataclass(frozen=True, slots=True)
class Court:
    """Judges each rollout by the standard it was opened with; `sticky` when clients stay with a
    release."""

    sticky: bool = False

    def __call__(
        self, samples: Samples, opened: Opened, measured: Measured, changes: tuple[Measured, ...]
    ) -> Verdict:
        """The verdict on all evidence since `measured`; the weight changed at each of `changes`."""
        new = opened.release.id
        old = opened.stable.id if opened.stable else None
        standard = opened.standard
        events = tuple(
            Event(bad.at.timestamp(), bad.release == new, bad.kind, bad.weight, bad.client)
            for bad in samples.bad
        )
        return judge(
            Case(
                events=events,
                canary=_since(new, samples.totals, measured),
                stable=_since(old, samples.totals, measured) if old else None,
                errors=standard.errors,
                p95=standard.p95,
                alpha=standard.alpha,
                tolerance=standard.tolerance,
                window=max(standard.window, STICKY_WINDOW) if self.sticky else standard.window,
                sticky=self.sticky,
                changes=tuple(
                    (_since(new, _totals(change), measured), _since(old, _totals(change), measured))
                    for change in changes
                    if old is not None
                ),
            )
        )


def _totals(measured: Measured) -> Mapping[str, Totals]:
    return {
        side: Totals(count, measured.errors.get(side, 0), measured.latency.get(side, ()))
        for side, count in measured.requests.items()
    }


def _since(release: str | None, totals: Mapping[str, Totals], start: Measured) -> Counts:
    """What was counted since `start`; counters that began again with the proxy count whole."""
    if release is None:
        return Counts()
    now = totals.get(release, Totals())
    requests = start.requests.get(release, 0)
    if now.requests < requests:
        return Counts(now.requests, now.errors, now.latency)
    before = dict(start.latency.get(release, ()))
    latency = tuple((bound, below - before.get(bound, 0)) for bound, below in now.latency)
    errors = max(0, now.errors - start.errors.get(release, 0))
    return Counts(now.requests - requests, errors, latency)
