"""Run a scenario many times and keep, per run, when each judge took the release back.

Seeds are (study, scenario, run), so neither the number of processes nor the order matters.
"""

from __future__ import annotations

import math
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.study import rivals, twin
from bench.study.streams import Bools, Floats, Ints, Scenario, Stream, stream

SEED = 20261123
JUDGES = (
    "judge",
    "errors",
    "slow",
    "limit",
    "p95",
    "band",
    "10 s x 5",
    "60 s x 10",
    "Mann-Whitney",
    "Lindon-Malek",
    "z-test",
)
CHUNK = 50


@dataclass(frozen=True)
class Result:
    """Per judge and run: seconds until the release was taken back (inf: never), the canary's
    requests and the users' failed ones by then; and the word at the end of each run."""

    scenario: Scenario
    seconds: dict[str, Floats]
    requests: dict[str, Floats]
    failed: dict[str, Floats]
    words: tuple[str, ...]


def when(run: Stream, path: twin.Path, slow_ones: bool = True) -> dict[str, float]:
    """When each judge takes `run` back; NaN for one that is not asked."""
    goal = -math.log(twin.ALPHA)
    ends = np.arange(1, len(run.weight) + 1)
    seconds = _first(path.evidence >= 1 / twin.ALPHA, ends)
    found = {
        "judge": min(seconds, twin.convicted(path, math.inf)),
        "errors": _first(path.errors >= goal, run.error_events.at),
        "slow": _first(path.slow >= goal, run.slow_events.at),
        "limit": _first(path.limit >= goal, ends),
        "p95": _first(path.p95 >= goal, ends),
        "band": _first(path.band_alone, ends),
        "10 s x 5": rivals.threshold(run, 10, 5),
        "60 s x 10": rivals.threshold(run, 60, 10),
        "Mann-Whitney": rivals.mann_whitney(run) if slow_ones else math.nan,
        "z-test": rivals.z_test(run),
    }
    one_weight = bool((run.weight == run.weight[0]).all())
    found["Lindon-Malek"] = rivals.multinomial(run) if one_weight else math.nan
    return found


def _first(bad: Bools, at: Floats | Ints) -> float:
    return float(at[np.argmax(bad)]) if bad.any() else math.inf


def _spent(run: Stream, at: float) -> tuple[float, float]:
    """Canary requests answered, and failed, by `at`."""
    if not math.isfinite(at):
        return math.inf, math.inf
    events = run.raw or run.error_events
    failed = float((events.canary & (events.at <= at)).sum())
    whole = int(at)
    part = (at - whole) * run.requests[0][whole] if whole < len(run.weight) else 0.0
    return max(float(run.requests[0][:whole].sum()) + part, failed), failed


def _chunk(
    scenario: Scenario, start: int, count: int
) -> list[tuple[dict[str, tuple[float, ...]], str]]:
    rows: list[tuple[dict[str, tuple[float, ...]], str]] = []
    for number in range(start, start + count):
        rng = np.random.default_rng([SEED, zlib.crc32(scenario.name.encode()), number])
        run = stream(scenario, rng)
        path = twin.path(run)
        found = when(run, path, number < 500)
        rows.append(
            ({name: (at, *_spent(run, at)) for name, at in found.items()}, _end(found, path))
        )
    return rows


def _end(found: dict[str, float], path: twin.Path) -> str:
    if math.isfinite(found["judge"]):
        return "bad"
    return "good" if path.good[-1] else "unsure"


def simulate(pool: ProcessPoolExecutor, scenario: Scenario, runs: int) -> Result:
    """`runs` runs of `scenario`, on all the pool's processes."""
    starts = range(0, runs, CHUNK)
    sizes = [min(CHUNK, runs - start) for start in starts]
    rows = [row for part in pool.map(partial(_chunk, scenario), starts, sizes) for row in part]

    def column(which: int) -> dict[str, Floats]:
        return {name: np.array([row[0][name][which] for row in rows]) for name in JUDGES}

    return Result(scenario, column(0), column(1), column(2), tuple(row[1] for row in rows))
