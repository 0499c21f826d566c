"""`placid check`: read the tree, ask the rules, sort out what is ignored, mend what is asked.

The scanners of others (zizmor, kingfisher) are started first and collected last, so that they run
beside our own rules. With fixes, the audit is run again on what was written: what is shown is left.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from placid.base.errors import Problem
from placid.base.yamltext import Span
from placid.core.audit.audit import Said, areas_for, ask, findings, rules_of
from placid.core.audit.fixing import applied, chosen
from placid.core.audit.masking import masked, secrets_of
from placid.core.audit.model import Repository
from placid.core.audit.naming import doubted, spoken_of
from placid.core.audit.report import Report
from placid.core.audit.rule import Area, Finding, Severity, Unknown
from placid.core.audit.settings import (
    Ignore,
    Settings,
    matches,
    read_baseline,
    sort_out,
    write_baseline,
)
from placid.core.audit.summary import area_of
from placid.edge.forked import Forked
from placid.edge.schemas import kubernetes_definitions
from placid.edge.tree import FolderTree, changed_since, tree_at

_FILE = "placid.yaml"
_ROUNDS = 5
_MANY = 1000
_OURS = 3  # of five files that rules of _BESIDE read alone, the second process reads the others
_BESIDE = (Area.KUBERNETES, Area.HEALTH)  # both read manifests
Scan = Callable[[Sequence[Said]], Iterator[Said]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked of the command. `files` are looked at alone; empty is the whole tree."""

    start: Path
    files: tuple[Path, ...] = ()
    since: str = ""
    rules: tuple[str, ...] = ()
    baseline: bool = True
    secrets: bool = True
    history: bool = False
    network: bool = False
    fixes: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """The tree and the settings of an audit."""

    tree: FolderTree
    settings: Settings
    whole: bool
    changed: frozenset[str] | None = None

    @property
    def baseline(self) -> Path:
        return self.tree.root / self.settings.baseline


@dataclass(slots=True)
class Clock:
    """Seconds spent on each part."""

    parts: dict[str, float] = field(default_factory=dict[str, float])
    begun: float = field(default_factory=time.perf_counter)

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - self.begun
        self.begun = now


def ground(wanted: Wanted) -> Ground:
    """What is looked at; Problem for a path that is not there or settings that are wrong."""
    if wanted.files:
        return _named(wanted)
    tree = tree_at(wanted.start)
    settings = _settings(tree.root)
    names = [name for name in tree.names() if not matches(name, settings.exclude)]
    changed = changed_since(tree, wanted.since) if wanted.since else None
    return Ground(tree.only(names), settings, whole=True, changed=changed)


def _named(wanted: Wanted) -> Ground:
    for path in wanted.files:
        if not path.exists():
            raise Problem(f"there is no {path}", fix="name files or folders that are there")
    folders = [path for path in wanted.files if path.is_dir()]
    if len(wanted.files) == 1 and folders:
        return ground(replace(wanted, start=folders[0], files=()))
    root = _common(wanted.files)
    names = [name for path in wanted.files for name in _below(path, root)]
    return Ground(FolderTree(root, names, git=False), _settings(root), whole=False)


def _common(paths: Sequence[Path]) -> Path:
    """The folder of a repository that holds all of them, or the closest folder that does."""
    absolute = [path.absolute() for path in paths]
    root = absolute[0].parent
    while any(root not in path.parents for path in absolute):
        root = root.parent
    around = (each for each in (root, *root.parents) if (each / ".git").exists())
    return next(around, root)


def _below(path: Path, root: Path) -> Iterator[str]:
    if not path.is_dir():
        yield path.absolute().relative_to(root).as_posix()
        return
    for name in tree_at(path).names():
        yield (path.absolute() / name).relative_to(root).as_posix()


def _settings(root: Path) -> Settings:
    """The section `check` of placid.yaml; where there is none, nothing is imported to read it."""
    try:
        text = (root / _FILE).read_bytes().decode("utf-8", "replace")
    except OSError:
        return Settings()
    from placid.config.loading import section
    from placid.config.model import Checking

    found = section(text, _FILE, Checking)
    ignores = (
        Ignore((name,), each.reason, tuple(each.paths)) for name, each in found.ignore.items()
    )
    return Settings(
        found.fail_on, tuple(found.exclude), tuple(ignores), found.baseline, found.kubernetes
    )


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
    ours = _own(wanted, place, repository)
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
    report = Report(repository, tuple(found), tuple(doubts), timing=clock.parts)
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
    paths, root = repository.paths, place.tree.root
    if place.changed is not None:
        paths = tuple(path for path in paths if path in place.changed)
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


def _own(wanted: Wanted, place: Ground, repository: Repository) -> Callable[[Clock], list[Said]]:
    """What our own rules say, when called; where there is much to read, half of it is begun now."""
    paths = repository.paths
    if place.changed is not None:
        paths = tuple(path for path in paths if path in place.changed)
    areas = areas_for(repository.paths, wanted.rules)
    beside = [area for area in areas if area in _BESIDE]
    here = [area for area in areas if area not in _BESIDE]
    if len(paths) < _MANY or not beside or not here:
        return lambda clock: _asked_all(areas, wanted, repository, paths, clock)
    ours = frozenset(path for number, path in enumerate(paths) if number % 5 < _OURS)
    theirs = frozenset(paths) - ours
    child = Forked(lambda: _beside(beside, wanted, repository, theirs))

    def both(clock: Clock) -> list[Said]:
        said = _asked_all(here, wanted, repository, paths, clock)
        said += _asked_all(beside, wanted, repository, ours, clock, whole=False)
        more, parts = child.result()
        clock.parts |= {f"{name} (beside)": seconds for name, seconds in parts.items()}
        clock.lap("waiting")
        return said + more

    return both


def _beside(
    areas: Sequence[Area], wanted: Wanted, repository: Repository, paths: Collection[str]
) -> tuple[list[Said], dict[str, float]]:
    """In the second process."""
    clock = Clock()
    return _asked_all(areas, wanted, repository, paths, clock), clock.parts


def _asked_all(
    areas: Sequence[Area],
    wanted: Wanted,
    repository: Repository,
    paths: Collection[str],
    clock: Clock,
    *,
    whole: bool = True,
) -> list[Said]:
    """What the rules of these areas say; unless `whole`, only those that read a file alone."""
    said: list[Said] = []
    for rule in rules_of(areas, wanted.rules):
        if whole or rule.check is None:
            said += ask(rule, repository, paths)
        clock.lap(rule.area.value)
    return said


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
    return set(read_baseline(data, place.settings.baseline).findings)


def keep_baseline(wanted: Wanted) -> tuple[Path, int]:
    """Write what is found now as the baseline; where, and how many findings it holds."""
    report = audit(replace(wanted, baseline=False))
    path = ground(wanted).baseline
    path.write_bytes(write_baseline(report.findings))
    return path, len(report.findings)


def mend(wanted: Wanted, unsafe: bool) -> tuple[Report, int]:
    """Apply fixes until none is left to apply; what is left to find, and how many were applied."""
    count = 0
    report = audit(wanted)
    for _ in range(_ROUNDS):
        fixes = chosen(report.findings, unsafe)
        if not fixes:
            break
        for path, text in applied(report.repository, fixes).items():
            _write(report.repository, path, text)
        count += len(fixes)
        report = audit(wanted)
    return report, count


def _write(repository: Repository, path: str, text: str) -> None:
    tree = repository.tree
    assert isinstance(tree, FolderTree)
    tree.write(path, repository.encoded(path, text))


def difference(report: Report, unsafe: bool) -> str:
    """What the fixes would change, as a unified diff without secrets; "" for nothing."""
    texts = applied(report.repository, chosen(report.findings, unsafe))
    told = "".join(
        line
        for path, text in sorted(texts.items())
        for line in _diff(path, report.repository.text(path), text)
    )
    for secret in secrets_of(report.repository, report.everything):
        told = told.replace(secret, masked(secret, [Span(0, len(secret))]))
    return told


def _diff(path: str, before: str | None, after: str) -> Iterator[str]:
    old = (before or "").splitlines(keepends=True)
    start = f"a/{path}" if before is not None else "/dev/null"
    for line in difflib.unified_diff(old, after.splitlines(keepends=True), start, f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def failed(report: Report, fail_on: str) -> bool:
    """Whether the answer is no."""
    return bool(report.at_least(Severity[fail_on.upper()]))
