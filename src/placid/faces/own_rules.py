"""What our own rules say of a repository: by one process, or by two where there is much to read.

Manifests are most of the YAML of a large repository, and to parse them takes longer than any rule.
So a second process, a fork, reads them and asks all rules about them; this one asks the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from placid.core.audit.audit import Said, areas_for, ask, rules_of
from placid.core.audit.model import Repository
from placid.core.audit.rule import Area

_MANY = 1000


@dataclass(slots=True)
class Clock:
    """Seconds spent on each part."""

    parts: dict[str, float] = field(default_factory=dict[str, float])
    begun: float = field(default_factory=time.perf_counter)

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - self.begun
        self.begun = now


def own_rules(
    repository: Repository, wanted: Sequence[str], paths: Collection[str]
) -> Callable[[Clock], list[Said]]:
    """What the rules (`wanted` names or areas; all, if none) say, when called, of `paths` alone.

    Where there is much to read, half of it is begun now, in a second process.
    """
    areas = areas_for(repository.paths, wanted)
    here = [area for area in areas if area is not Area.KUBERNETES]
    if len(paths) < _MANY or not here or len(here) == len(areas):
        return lambda clock: _asked(areas, wanted, repository, paths, clock)
    from placid.core.audit.facts.dockerfiles import dockerfiles
    from placid.edge.forked import Forked

    dockerfiles(repository)  # which both ask for
    child = Forked(lambda: _beside(wanted, repository, paths))

    def both(clock: Clock) -> list[Said]:
        said = _asked(here, wanted, repository, paths, clock)
        more, parts = child.result()
        clock.parts |= {f"{name} (beside)": seconds for name, seconds in parts.items()}
        clock.lap("waiting")
        return said + more

    return both


def _beside(
    wanted: Sequence[str], repository: Repository, paths: Collection[str]
) -> tuple[list[Said], dict[str, float]]:
    """In the second process."""
    clock = Clock()
    return _asked((Area.KUBERNETES,), wanted, repository, paths, clock), clock.parts


def _asked(
    areas: Sequence[Area],
    wanted: Sequence[str],
    repository: Repository,
    paths: Collection[str],
    clock: Clock,
) -> list[Said]:
    """What the rules of these areas say."""
    said: list[Said] = []
    for rule in rules_of(areas, wanted):
        said += ask(rule, repository, paths)
        clock.lap(rule.area.value)
    return said
