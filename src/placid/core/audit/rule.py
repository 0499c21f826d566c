"""What a rule is and what it says: a hit, or that it cannot know.

A rule is one file in `rules/<area>/`: its docstring is its page in the docs, its name is
`<area>/<file name with dashes>`. It reads the `Repository` and yields `Hit`s; the audit turns them
into `Finding`s. What a rule cannot tell is `Unknown`, which is never a failure. A fix is a set of
edits applied together: never a placeholder, and safe only when the program behaves as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

from placid.base.registry import Registry
from placid.base.yamltext import Span
from placid.core.audit.model import Repository


class Severity(IntEnum):
    """How bad; `--fail-on` compares. HIGH: the deploy breaks, or a secret or host is open."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Confidence(IntEnum):
    """How sure. Text output leaves LOW out unless asked."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class Area(Enum):
    """What a rule is about; there is one score for each."""

    DEPENDENCIES = "dependencies"
    RUNTIME = "runtime"
    PIPELINE = "pipeline"
    KUBERNETES = "kubernetes"
    IMAGE = "image"
    SECRETS = "secrets"
    HEALTH = "health"
    GOING_BACK = "going-back"
    BRANCH = "branch"


class Place(NamedTuple):
    """A stretch of one file, in characters of its text; `Span(0, 0)` means the file as a whole."""

    path: str
    span: Span = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` where `place` is; a path that is not there yet becomes a new file."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together. `title` is an imperative: "use npm ci"."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something a rule found: `at` has the place to look at first, then the other sides.

    `action` is what one person does about it, the same text for all that one action mends ("pin the
    actions to commits"); hits with the same rule and action are shown as one. Empty: the message.
    `hidden`: the places hold secrets, which are shown nowhere and never part of the fingerprint.
    """

    message: str
    at: tuple[Place, ...]
    fix: Fix | None = None
    action: str = ""
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a rule could not tell, and what would let it."""

    message: str
    at: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit of a rule, complete. `fingerprint` survives moved lines, see `audit`."""

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    at: tuple[Place, ...]
    fix: Fix | None
    action: str
    fingerprint: str
    hidden: bool = False


Check = Callable[[Repository], Iterator[Hit | Unknown]]
PathCheck = Callable[[Repository, str], Iterator[Hit | Unknown]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its name, default severity and documentation (Markdown).

    `check` reads the whole repository. `check_path` (instead) reads one file at a time, those for
    which `reads` says yes by the path, and `holds` (if given) by the content: such rules run in
    parallel, and alone for `--since`.
    """

    name: str
    severity: Severity
    area: Area
    docs: str
    check: Check | None = None
    check_path: PathCheck | None = None
    reads: Callable[[str], bool] | None = None
    holds: Callable[[Repository, str], bool] | None = None
    network: bool = False


rules: Registry[Rule] = Registry("rule")


def rule(name: str, severity: Severity, *, docs: str) -> Callable[[Check], Check]:
    """Register a check of the whole repository: `@rule("area/name", Severity.X, docs=__doc__)`."""

    def keep(check: Check) -> Check:
        rules.add(name)(Rule(name, severity, _area(name), docs, check=check))
        return check

    return keep


def path_rule(
    name: str,
    severity: Severity,
    *,
    docs: str,
    reads: Callable[[str], bool],
    holds: Callable[[Repository, str], bool] | None = None,
) -> Callable[[PathCheck], PathCheck]:
    """Register a check that needs one file at a time, of those that `reads` picks by their path.

    `holds` tells of them whether there is anything for the rule in it, asked once for many rules.
    """

    def keep(check: PathCheck) -> PathCheck:
        made = Rule(name, severity, _area(name), docs, check_path=check, reads=reads, holds=holds)
        rules.add(name)(made)
        return check

    return keep


def _area(name: str) -> Area:
    return Area(name.partition("/")[0])
