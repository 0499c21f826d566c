"""`placid check`: read the tree, ask the rules, sort out what is ignored.

The scanners of others (zizmor, kingfisher) are started first and collected last, so that they run
beside our own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from placid.core.audit.audit import Said, findings
from placid.core.audit.model import Repository
from placid.core.audit.naming import doubted, spoken_of
from placid.core.audit.report import Report
from placid.core.audit.rule import Finding, Severity, Unknown
from placid.core.audit.settings import sort_out
from placid.core.audit.summary import area_of
from placid.edge.schemas import kubernetes_definitions
from placid.edge.tree import FolderTree
from placid.faces.ground import Ground, Wanted, ground
from placid.faces.own_rules import Clock, own_rules

Scan = Callable[[Sequence[Said]], Iterator[Said]]


def audit(wanted: Wanted) -> Report:
    """Look at everything once."""
    clock = Clock()
    place = ground(wanted)
    names = dict[str, str]()
    if place.whole:
        tree = place.tree.with_charts()
    else:
        tree, names = place.tree.under_proper_names()
    repository = Repository(
        tree,
        datetime.now(UTC).date(),
        whole=place.whole,
        definitions=partial(kubernetes_definitions, place.settings.kubernetes),
    )
    clock.lap("tree")
    ours = own_rules(repository, wanted.rules, place.among(repository.paths))
    scanners = _scanners(wanted, place, repository, names)
    said = ours(clock)
    said += [each for scan in scanners for each in scan(said)]
    clock.lap("scanners")
    found = [
        _fixable(each, tree)
        for each in (spoken_of(each, names) for each in findings(repository, said))
        if _counts(each, wanted, place)
    ]
    doubts = [doubted(each.hit, names) for each in said if isinstance(each.hit, Unknown)]
    report = Report(
        repository,
        tuple(found),
        tuple(doubts),
        timing=clock.parts,
        fail_on=place.settings.fail_on,
    )
    return _sorted_out(report, wanted, place, clock)


def _sorted_out(report: Report, wanted: Wanted, place: Ground, clock: Clock) -> Report:
    """The report without what is ignored or known from before."""
    parted = sort_out(report.repository, report.findings, place.settings.ignores)
    baseline = _baseline(place) if wanted.baseline else set[str]()
    gone = baseline - {each.fingerprint for each in report.findings}
    everything = place.whole and not wanted.since and not wanted.rules
    clock.lap("report")
    return replace(
        report,
        findings=tuple(each for each in parted.left if each.fingerprint not in baseline),
        unknown=(*report.unknown, *parted.doubts),
        ignored=tuple(parted.ignored),
        known=tuple(each for each in parted.left if each.fingerprint in baseline),
        gone=tuple(sorted(gone)) if everything else (),
    )


def _scanners(
    wanted: Wanted, place: Ground, repository: Repository, names: Mapping[str, str]
) -> list[Scan]:
    """The scanners of others, started; each gives its findings, knowing ours."""
    paths, root = place.among(repository.paths), place.tree.root
    running: list[Scan] = []
    if _asked(wanted, "zizmor", "pipeline") and any(map(_for_zizmor, paths)):
        from placid.edge.scanners import zizmor

        audits = zizmor.start(root, paths, names)
        fixes, network = wanted.fixes, wanted.network
        running.append(lambda _: audits.finish(repository, fixes=fixes, network=network))
    if wanted.secrets and _asked(wanted, "secrets"):
        from placid.edge.scanners import kingfisher

        secrets = kingfisher.start(root, place.tree.names(), history=wanted.history)
        running.append(lambda told: secrets.finish(repository, told))
    return running


def _for_zizmor(path: str) -> bool:
    """Whether zizmor might read it; where none is, its adapter is not even imported."""
    return path.startswith((".github/", ".pre-commit-")) or "/action.y" in f"/{path}"


def _asked(wanted: Wanted, *names: str) -> bool:
    return not wanted.rules or any(
        each in names or each.partition("/")[0] in names for each in wanted.rules
    )


def _fixable(finding: Finding, tree: FolderTree) -> Finding:
    """The finding without a fix that would write into what a chart renders to."""
    if not tree.rendered or finding.fix is None:
        return finding
    if any(edit.place.path in tree.rendered for edit in finding.fix.edits):
        return replace(finding, fix=None)
    return finding


def _counts(finding: Finding, wanted: Wanted, place: Ground) -> bool:
    """Whether a finding is in what was asked for: of --since, one that touches a changed file."""
    if wanted.rules and not _asked(wanted, finding.rule, area_of(finding.rule).value):
        return False
    if place.changed is None:
        return True
    return any(at.path in place.changed for at in finding.at)


def _baseline(place: Ground) -> set[str]:
    try:
        data = place.baseline.read_bytes()
    except OSError:
        return set()
    from placid.core.audit.baseline import read_baseline

    return set(read_baseline(data, place.settings.baseline).findings)


def keep_baseline(wanted: Wanted) -> tuple[Path, int]:
    """Write what is found now as the baseline; where, and how many findings it holds."""
    from placid.core.audit.baseline import write_baseline

    report = audit(replace(wanted, baseline=False))
    path = ground(wanted).baseline
    path.write_bytes(write_baseline(report.findings))
    return path, len(report.findings)


def failed(report: Report, fail_on: str) -> bool:
    """Whether the answer is no."""
    return bool(report.at_least(Severity[fail_on.upper()]))
